"""Only what a person let pass as new, and nobody undid, becomes an example."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from station.adapters.examiner.examiner_process import ExaminerProcess
from station.adapters.policies import read_recipe
from station.app.learning import GoodExamples
from station.domain.correction import Correction, CorrectionKind
from station.domain.events import LastEnded
from station.domain.grading import Condition, Grade
from station.domain.inspection import Decision, Inspection
from station.workflow.stages import Setup
from tests.support.drive import DEFAULTS
from tests.support.kept import POLICY, START, inspection, inspection_id

SETUP = Setup((read_recipe(DEFAULTS / "recipes/carton.toml"),), (POLICY,), timedelta(0))


class Listening:
    """An examiner that notes what it is to learn."""

    def __init__(self) -> None:
        self.learnt: list[tuple[str, str]] = []

    def learn(self, inspection_id: str, pose: Any, frames: Any, item: Any) -> None:
        self.learnt.append((inspection_id, pose.name))


def as_new(number: int) -> Inspection:
    made = inspection(number)
    poses = tuple(replace(pose, findings=()) for pose in made.judged.examined.poses)
    judged = replace(made.judged, examined=replace(made.judged.examined, poses=poses))
    decision = Decision(Grade.RESELLABLE, Condition.AS_NEW, "li-wei", "next-scan", START)
    return replace(made, judged=judged, decision=decision)


def learnt(*ended: Inspection, superseded: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    listening = Listening()
    examples = GoodExamples(
        SETUP,
        cast("ExaminerProcess", listening),
        lambda name: "later" if name in superseded else None,
    )
    release = START + timedelta(seconds=20)
    for one in ended:
        examples.ended(LastEnded(one, release))
    examples.idle(release - timedelta(seconds=1))
    assert listening.learnt == []
    examples.idle(release)
    examples.idle(release + timedelta(hours=1))
    return listening.learnt


def test_an_as_new_item_is_learnt_once_its_undo_window_has_passed() -> None:
    assert learnt(as_new(1)) == [(inspection_id(1), "top"), (inspection_id(1), "bottom")]


def test_what_was_undone_corrected_flawed_or_held_is_not_learnt() -> None:
    missed = Correction(CorrectionKind.MISSED_FAULT, "li-wei", "key 6", START)
    light = Decision(Grade.RESELLABLE, Condition.LIGHT_FLAW, "li-wei", "key 1", START)
    others = (
        replace(as_new(2), corrections=(missed,)),
        replace(as_new(3), decision=light),
        inspection(4),
        inspection(5, held=True),
    )

    assert learnt(as_new(1), *others, superseded=(inspection_id(1),)) == []
