"""What an inspection's pictures teach follows from what people said of its findings."""

from dataclasses import replace
from datetime import timedelta

from station.adapters.policies import read_recipe
from station.domain.correction import Correction, CorrectionKind, Outline
from station.domain.defect import Defect
from station.domain.grading import Grade
from station.domain.inspection import Decision, Inspection
from station.workflow.labels import TaughtFrame, flawless, taught
from station.workflow.stages import Setup
from tests.support.drive import DEFAULTS, found
from tests.support.kept import POLICY, START, inspection

SETUP = Setup((read_recipe(DEFAULTS / "recipes/carton.toml"),), (POLICY,), timedelta(0))
DENT, TEAR = found(Defect.DENT, 20.0), found(Defect.TEAR, 50.0)
BOX: Outline = ((1.0, 1.0), (9.0, 1.0), (9.0, 9.0), (1.0, 9.0))
NOT_DAMAGE, WRONG, MISSED, _ = CorrectionKind


def corrected(kind: CorrectionKind, finding: int | None, how: str, **more: object) -> Correction:
    return Correction(kind, "wang", how, START, finding, **more)


def with_findings(*, reviewed: bool) -> Inspection:
    """A dent and a tear in the upper face; settled by a supervisor, or closed by a key."""
    made = inspection(1)
    examined = made.judged.examined
    top, *rest = examined.poses
    poses = (replace(top, findings=(DENT, TEAR)), *rest)
    decision = Decision(Grade.REPAIR, None, "wang", "review" if reviewed else "key 2", START)
    judged = replace(made.judged, examined=replace(examined, poses=poses))
    return replace(made, judged=judged, decision=decision)


def by_shot(frames: tuple[TaughtFrame, ...]) -> dict[str, TaughtFrame]:
    return {each.frame.shot: each for each in frames}


def test_after_a_review_every_finding_stands_as_found_or_as_corrected() -> None:
    given = [
        corrected(NOT_DAMAGE, 0, "key 4"),
        corrected(WRONG, 1, "review", outline=BOX),
        corrected(MISSED, None, "review", defect=Defect.STAIN, shot="bottom-bright", outline=BOX),
    ]

    frames = by_shot(taught(SETUP, with_findings(reviewed=True), given))

    assert frames["top-bright"].faults == ((Defect.TEAR, BOX),)
    assert frames["top-bright"].not_damage == (DENT.polygon,)
    assert frames["top-raking"].faults == frames["top-bright"].faults
    assert frames["bottom-bright"].faults == ((Defect.STAIN, BOX),)
    assert all(frame.complete for frame in frames.values())
    assert len({frame.item for frame in frames.values()}) == 1
    assert frames["top-bright"].pose == frames["top-raking"].pose != frames["bottom-bright"].pose


def test_a_finding_that_a_reviewer_leaves_alone_is_a_fault() -> None:
    frames = by_shot(taught(SETUP, with_findings(reviewed=True), [corrected(NOT_DAMAGE, 0, "key")]))

    assert frames["top-bright"].faults == ((Defect.TEAR, TEAR.polygon),)


def test_without_a_review_only_the_places_named_are_known() -> None:
    given = [corrected(NOT_DAMAGE, 0, "key 4"), corrected(WRONG, 1, "key 5")]

    frames = by_shot(taught(SETUP, with_findings(reviewed=False), given))

    top = frames["top-bright"]
    assert (top.faults, top.not_damage, top.unsure) == ((), (DENT.polygon,), (TEAR.polygon,))
    assert not top.complete
    assert "bottom-bright" not in frames


def test_a_missed_fault_without_a_place_leaves_the_pictures_incomplete_until_it_is_placed() -> None:
    missed = corrected(MISSED, None, "key 6")
    placed = replace(
        missed,
        how="review",
        at=START + timedelta(hours=1),
        defect=Defect.STAIN,
        shot="top-bright",
        outline=BOX,
    )
    made = with_findings(reviewed=True)

    assert not any(frame.complete for frame in taught(SETUP, made, [missed]))
    assert all(frame.complete for frame in taught(SETUP, made, [missed, placed]))


def test_an_item_without_findings_that_a_person_sold_is_flawless() -> None:
    made = with_findings(reviewed=True)
    clean = inspection(2)
    poses = tuple(replace(pose, findings=()) for pose in clean.judged.examined.poses)
    examined = replace(clean.judged.examined, poses=poses)
    clean = replace(clean, judged=replace(clean.judged, examined=examined))
    failed = replace(poses[0], failure="the process ended")
    blind = replace(examined, poses=(failed, poses[1]))

    frames = flawless(SETUP, clean)

    assert [frame.frame.shot for frame in frames] == ["top-bright", "top-raking", "bottom-bright"]
    assert all(frame.complete and not frame.faults for frame in frames)
    assert flawless(SETUP, made) == ()
    assert flawless(SETUP, replace(clean, judged=replace(clean.judged, examined=blind))) == ()
