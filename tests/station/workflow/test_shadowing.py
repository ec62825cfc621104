"""What a pack in shadow is asked, and how its answers are held beside the live pack's."""

from dataclasses import replace
from datetime import timedelta

from station.adapters.policies import read_recipe
from station.domain.defect import Defect
from station.domain.grading import Grade
from station.domain.inspection import Inspection, PoseExamined
from station.workflow.shadowing import compared, tasks
from station.workflow.stages import Setup
from tests.support.drive import DEFAULTS, found
from tests.support.kept import POLICY, START, inspection

SETUP = Setup((read_recipe(DEFAULTS / "recipes/carton.toml"),), (POLICY,), undo_window=timedelta(0))


def answers(*findings: object, failure: str | None = None) -> list[PoseExamined]:
    top = PoseExamined("top", tuple(findings), "other 2", None, failure=failure)
    return [top, PoseExamined("bottom", (), "other 2", None)]


def with_failure(made: Inspection) -> Inspection:
    examined = made.judged.examined
    first, *rest = examined.poses
    poses = (replace(first, failure="the process ended"), *rest)
    return replace(made, judged=replace(made.judged, examined=replace(examined, poses=poses)))


def test_the_shadow_is_asked_about_the_poses_the_live_pack_examined() -> None:
    asked = tasks(SETUP, inspection(1))

    assert [task.pose.name for task in asked] == ["top", "bottom"]
    assert [frame.shot for frame in asked[0].frames] == ["top-bright", "top-raking"]
    assert [task.pose.name for task in tasks(SETUP, with_failure(inspection(1)))] == ["bottom"]
    assert tasks(replace(SETUP, recipes=()), inspection(1)) == ()


def test_the_shadow_looks_as_closely_as_the_policy_asks() -> None:
    closely = replace(SETUP, policies=(replace(POLICY, reported_from=0.25),))

    assert {task.least for task in tasks(SETUP, inspection(1))} == {None}
    assert {task.least for task in tasks(closely, inspection(1))} == {0.25}


def test_both_packs_findings_are_judged_by_the_same_policy() -> None:
    made = inspection(1, dent=20.0)

    same = compared(SETUP, made, answers(found(Defect.DENT, 20.0)), START)
    harsher = compared(SETUP, made, answers(found(Defect.TEAR, 500.0)), START)

    assert same is not None
    assert harsher is not None
    assert (same.live, same.shadow) == (Grade.RESELLABLE, Grade.RESELLABLE)
    assert harsher.shadow in (Grade.REPAIR, Grade.SCRAP)
    assert (same.category, same.against, same.final) == ("carton", "carton-1 1", Grade.RESELLABLE)


def test_what_the_shadow_could_not_examine_is_not_compared() -> None:
    assert compared(SETUP, inspection(1), answers(failure="a bug"), START) is None
