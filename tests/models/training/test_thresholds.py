from models.training.reliability import confidence
from models.training.thresholds import Candidate, Caps, Inherited, Sighting, choose


def hit(confidence: float, truth: int, picture: int = 0) -> Candidate:
    return Candidate(picture, "stain", confidence, truth, 0.7, 1.0)


def alarm(confidence: float, picture: int) -> Candidate:
    return Candidate(picture, "stain", confidence, -1, 0.0, 0.0)


def sighting(*candidates: Candidate, faults: int, low: float = 0.25) -> Sighting:
    return Sighting(
        low, candidates, {"stain": faults}, frozenset(range(10, 20)), frozenset({20, 21})
    )


def test_the_threshold_parts_true_findings_from_false_ones() -> None:
    candidates = [*(hit(0.8, truth) for truth in range(20)), *(alarm(0.4, 10) for _ in range(20))]
    candidates += [alarm(0.4, 11), alarm(0.4, 12)]
    choice = choose([sighting(*candidates, faults=20)], ["stain"])["stain"]

    assert choice.recall == 1
    assert choice.precision == 1
    assert choice.rendered_alarms == 0


def test_a_gap_between_true_and_false_findings_is_parted_in_its_middle() -> None:
    candidates = [*(hit(0.8, n, n % 5) for n in range(20)), *(alarm(0.4, n) for n in range(10, 30))]
    choice = choose([sighting(*candidates, faults=20)], ["stain"])["stain"]
    lowest, highest = (confidence(choice.observed, score) for score in (0.4, 0.8))

    assert lowest + 0.2 * (highest - lowest) < choice.high < highest - 0.2 * (highest - lowest)
    assert choice.recall == 1


def test_clean_pictures_that_alarm_raise_the_threshold_even_at_a_loss() -> None:
    hits = [hit(0.5 + 0.01 * truth, truth) for truth in range(40)]
    candidates = [*hits, *(alarm(0.55, 10 + n % 10) for n in range(10))]
    free = choose([sighting(*candidates, faults=40)], ["stain"], Caps(1.0, 1.0))["stain"]
    held = choose([sighting(*candidates, faults=40)], ["stain"], Caps(0.0, 1.0))["stain"]

    assert free.recall == 1
    assert free.rendered_alarms > 0
    assert held.rendered_alarms == 0
    assert 0 < held.recall < 1


def test_alarms_on_photographs_may_not_cost_most_of_the_findings() -> None:
    candidates = [*(hit(0.6, truth) for truth in range(16)), alarm(0.9, 20), alarm(0.9, 21)]
    choice = choose([sighting(*candidates, faults=16)], ["stain"])["stain"]

    assert choice.recall == 1
    assert choice.photographed_alarms == 1


def test_instances_are_delimited_where_they_fit_the_truth_best() -> None:
    loose = sighting(Candidate(0, "stain", 0.9, 0, 0.35, 0.4), faults=1, low=0.25)
    close = sighting(Candidate(0, "stain", 0.9, 0, 0.80, 0.9), faults=1, low=0.5)

    assert choose([loose, close], ["stain"])["stain"].low == 0.5


def test_one_confidence_serves_all_classes() -> None:
    sure = [hit(0.9, truth) for truth in range(20)]
    noisy = [Candidate(10 + n % 10, "dent", 0.9, -1, 0.0, 0.0) for n in range(30)]
    choices = choose([sighting(*sure, *noisy, faults=20)], ["stain", "dent"])

    assert choices["stain"].high == choices["dent"].high
    assert choices["stain"].recall == 1
    assert choices["dent"].rendered_alarms == 0


def test_a_class_without_validation_faults_is_reported_by_nothing_it_saw() -> None:
    choice = choose([sighting(*(alarm(0.9, 10) for _ in range(9)), faults=0)], ["stain"])["stain"]

    assert choice.faults == 0
    assert choice.observed[-1][1] < 0.1


def test_what_the_pictures_do_not_tell_is_kept_from_the_pack_before() -> None:
    known = {
        "stain": Inherited(0.5, 0.6, ((0.6, 0.4), (0.9, 0.95))),
        "dent": Inherited(0.5, 0.6, ()),
    }
    dents = [Candidate(0, "dent", 0.8, truth, 0.7, 1.0) for truth in range(9)]
    seen = Sighting(0.25, tuple(dents), {"dent": 9}, frozenset({10}), frozenset())

    choices = choose([seen], ["stain", "dent"], inherited=known)

    assert choices["stain"].observed == known["stain"].observed
    assert choices["dent"].observed != ()
    assert choices["dent"].recall == 1


def test_where_no_clean_picture_was_kept_back_the_confidence_of_the_pack_before_stays() -> None:
    known = {"stain": Inherited(0.4, 0.63, ((0.6, 0.4), (0.9, 0.95)))}
    nothing = Sighting(0.4, (), {}, frozenset(), frozenset())

    alone = choose([nothing], ["stain"])["stain"]
    after = choose([nothing], ["stain"], inherited=known)["stain"]

    assert (alone.high, after.high) == (0.5, 0.63)
    assert (after.recall, after.precision, after.rendered_alarms) == (None, None, None)
