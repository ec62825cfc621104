"""The rules of grading hold for any findings."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.domain.defect import Defect, Finding, Measurement, Quantity, Unit
from station.domain.grading import (
    CapClause,
    Condition,
    DecisionRule,
    Doubt,
    Grade,
    GradingPolicy,
    Level,
    LimitClause,
    Outcome,
)
from station.domain.judging import judge

OUTCOME = Outcome("restock", "original", "full", 48)
POLICY = GradingPolicy(
    name="test",
    version="1",
    category="carton",
    digest="0" * 64,
    certain=0.6,
    certain_of=((Defect.TEAR, 0.95),),
    clauses=(
        LimitClause(
            "scratch", Defect.SCRATCH, Quantity.LENGTH, Unit.MM, DecisionRule.SIMPLE, 8, 40, 200
        ),
        LimitClause(
            "dent", Defect.DENT, Quantity.AREA, Unit.MM2, DecisionRule.GUARD_BAND, 60, 400, 2500
        ),
        CapClause("tear", Defect.TEAR, Level.REPAIR),
    ),
    outcomes=tuple((level, OUTCOME) for level in Level),
    next_scan_confirms=True,
)
RANK = {Grade.RESELLABLE: 0, Grade.REPAIR: 1, Grade.SCRAP: 2}


def finding(
    defect: Defect, confidence: float = 0.9, mm: float | None = None, u: float = 0.5, x: int = 0
) -> Finding:
    """A finding, measured as its clause asks when `mm` is given."""
    measured: tuple[Measurement, ...] = ()
    if mm is not None:
        area = defect is Defect.DENT
        quantity, unit = (Quantity.AREA, Unit.MM2) if area else (Quantity.LENGTH, Unit.MM)
        measured = (Measurement(quantity, mm, unit, u),)
    square = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))
    return Finding(defect, confidence, "top-bright", (x, 0, 5, 5), square, measured)


findings = st.builds(
    finding,
    st.sampled_from([Defect.SCRATCH, Defect.DENT, Defect.TEAR, Defect.PILLING]),
    st.floats(0, 1),
    st.none() | st.floats(0, 5000),
    st.floats(0, 50),
    st.integers(0, 100),
)


@given(st.lists(findings, max_size=6), st.floats(0.01, 1))
def test_what_is_less_sure_than_a_policy_counts_is_as_if_not_found(
    few: list[Finding], least: float
) -> None:
    policy = replace(POLICY, reported_from=least)
    sure = tuple(each for each in few if each.confidence >= least)

    assert judge(policy, tuple(few)) == judge(POLICY, sure)


@given(st.lists(findings, max_size=6), findings)
def test_one_more_finding_never_improves_a_grade(few: list[Finding], more: Finding) -> None:
    before, after = judge(POLICY, tuple(few)), judge(POLICY, (*few, more))

    assert after.best >= before.best
    assert after.worst >= before.worst
    if before.proposed is not None and after.proposed is not None:
        assert RANK[after.proposed] >= RANK[before.proposed]


@given(st.lists(findings, max_size=6).flatmap(lambda f: st.tuples(st.just(f), st.permutations(f))))
def test_the_order_of_findings_does_not_matter(pair: tuple[list[Finding], list[Finding]]) -> None:
    one, other = pair

    assert judge(POLICY, tuple(one)) == judge(POLICY, tuple(other))


@given(st.lists(findings, max_size=6), st.sampled_from(["top", "bottom"]))
def test_an_unseen_required_zone_never_leaves_a_clear_resellable(
    few: list[Finding], zone: str
) -> None:
    verdict = judge(POLICY, tuple(few), unseen=frozenset({zone}))

    assert verdict.needs_review or verdict.proposed is Grade.SCRAP


def test_nothing_found_is_resellable_as_new() -> None:
    verdict = judge(POLICY, ())

    assert (verdict.proposed, verdict.needs_review) == (Grade.RESELLABLE, False)
    assert verdict.level.condition is Condition.AS_NEW
    assert verdict.clause == "nothing-found"


@pytest.mark.parametrize(
    ("mm", "grade"),
    [(8.0, "resellable"), (40.0, "resellable"), (40.1, "repair"), (200.1, "scrap")],
)
def test_a_simple_rule_compares_the_value_alone(mm: float, grade: str) -> None:
    verdict = judge(POLICY, (finding(Defect.SCRATCH, mm=mm, u=30),))

    assert (verdict.proposed, verdict.needs_review) == (Grade(grade), False)


@pytest.mark.parametrize(
    ("mm2", "review"), [(390.0, False), (395.0, True), (404.0, True), (411.0, False)]
)
def test_a_guard_band_doubts_where_the_value_does_not_clear_the_limit_by_u(
    mm2: float, review: bool
) -> None:
    verdict = judge(POLICY, (finding(Defect.DENT, mm=mm2, u=10),))

    assert verdict.needs_review is review
    assert verdict.proposed is (Grade.REPAIR if mm2 > 400 else Grade.RESELLABLE)


def test_an_unmeasured_defect_leaves_the_grade_to_a_person() -> None:
    verdict = judge(POLICY, (finding(Defect.DENT),))

    assert (verdict.proposed, verdict.needs_review) == (None, True)
    assert verdict.reasons[0].doubts == (Doubt.NOT_MEASURED,)


def test_a_defect_may_need_a_higher_score_than_others() -> None:
    verdict = judge(POLICY, (finding(Defect.TEAR, confidence=0.9),))

    assert (verdict.proposed, verdict.needs_review) == (Grade.REPAIR, True)


def test_a_critical_defect_caps_the_grade_at_any_size() -> None:
    verdict = judge(POLICY, (finding(Defect.TEAR, confidence=0.99),))

    assert (verdict.proposed, verdict.needs_review) == (Grade.REPAIR, False)


def test_a_low_score_leaves_doubt_between_found_and_not() -> None:
    verdict = judge(POLICY, (finding(Defect.SCRATCH, confidence=0.5, mm=50),))

    assert (verdict.proposed, verdict.needs_review) == (Grade.REPAIR, True)


def test_doubt_that_cannot_change_the_grade_needs_nobody() -> None:
    certain = finding(Defect.SCRATCH, mm=250)
    doubtful = finding(Defect.DENT, confidence=0.3, mm=500, x=9)

    verdict = judge(POLICY, (doubtful, certain))

    assert (verdict.proposed, verdict.needs_review) == (Grade.SCRAP, False)


def test_the_deciding_reason_carries_its_margins() -> None:
    verdict = judge(POLICY, (finding(Defect.SCRATCH, mm=47),))

    assert verdict.deciding is not None
    assert verdict.deciding.margin_to_better == pytest.approx(7)
    assert verdict.deciding.margin_to_worse == pytest.approx(153)


def test_limits_that_do_not_grow_do_not_construct() -> None:
    with pytest.raises(ValueError, match="limits must grow"):
        LimitClause("x", Defect.STAIN, Quantity.AREA, Unit.MM2, DecisionRule.SIMPLE, 50, 40, None)


@given(
    st.lists(findings, max_size=6),
    st.lists(st.sampled_from(["top", "bottom"]), unique=True, min_size=1),
    st.sampled_from(["unlike", "unsupported"]),
)
def test_a_pose_that_is_unlike_what_is_known_raises_doubt_and_clears_nothing(
    found: list[Finding], poses: list[str], ways: str
) -> None:
    before = judge(POLICY, tuple(found))
    after = judge(POLICY, tuple(found), **{ways: tuple(poses)})

    assert after.needs_review or after.best.grade is Grade.SCRAP
    assert after.best == before.best
    assert after.worst >= before.worst
    assert after.likely is None or before.likely is None or after.likely >= before.likely
