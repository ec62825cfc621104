from models.training.thresholds import Candidate, Caps, Sighting, choose


def hit(confidence: float, truth: int, picture: int = 0) -> Candidate:
    return Candidate(picture, "stain", confidence, truth, 0.7, 1.0)


def alarm(confidence: float, picture: int) -> Candidate:
    return Candidate(picture, "stain", confidence, -1, 0.0, 0.0)


def sighting(*candidates: Candidate, faults: int, low: float = 0.25) -> Sighting:
    return Sighting(
        low, candidates, {"stain": faults}, frozenset(range(10, 20)), frozenset({20, 21})
    )


def test_the_threshold_parts_true_findings_from_false_ones() -> None:
    candidates = [*(hit(0.8, truth) for truth in range(5)), *(alarm(0.4, 10 + n) for n in range(5))]
    choice = choose([sighting(*candidates, faults=5)], "stain")

    assert 0.4 < choice.high <= 0.8
    assert choice.recall == 1
    assert choice.precision == 1


def test_clean_pictures_that_alarm_raise_the_threshold_even_at_a_loss() -> None:
    candidates = [*(hit(0.5 + 0.05 * truth, truth) for truth in range(8)), alarm(0.62, 10)]
    free = choose([sighting(*candidates, faults=8)], "stain", Caps(rendered=1.0, photographed=1.0))
    held = choose([sighting(*candidates, faults=8)], "stain", Caps(rendered=0.0, photographed=1.0))

    assert free.recall == 1
    assert free.rendered_alarms > 0
    assert held.rendered_alarms == 0
    assert held.recall < 1


def test_alarms_on_photographs_may_not_cost_most_of_the_recall() -> None:
    candidates = [*(hit(0.6, truth) for truth in range(8)), alarm(0.9, 20), alarm(0.9, 21)]
    choice = choose([sighting(*candidates, faults=8)], "stain")

    assert choice.recall == 1
    assert choice.photographed_alarms == 1


def test_instances_are_delimited_where_they_fit_the_truth_best() -> None:
    loose = sighting(Candidate(0, "stain", 0.9, 0, 0.35, 0.4), faults=1, low=0.25)
    close = sighting(Candidate(0, "stain", 0.9, 0, 0.80, 0.9), faults=1, low=0.5)

    assert choose([loose, close], "stain").low == 0.5


def test_a_class_without_validation_faults_gets_the_middle() -> None:
    choice = choose([sighting(alarm(0.9, 10), faults=0)], "stain")

    assert choice.high == 0.5
    assert choice.faults == 0
