"""A pack measured on a rendered set: how it finds, and how the station would have graded."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from models.evaluation import evaluate
from models.runtime.errors import PackError, PictureError
from models.sets import RenderedSet, ReturnTruth, SetError, read_set
from station.adapters.examiner.child import ExaminerSetup, PoseExaminer, load_equipment
from station.adapters.examiner.link import ExaminePose, ShotToExamine
from station.app.defaults import TRUSTED_KEYS, load_policies, load_recipes
from station.app.packs import open_pack
from station.domain.faults import refuse
from station.domain.grading import GradingPolicy
from station.domain.judging import judge
from station.workflow.agreement import Graded, agreement
from station.workflow.truth import true_grade

_AT = datetime(2026, 6, 1, tzinfo=UTC)
"""Inside the validity of every rendered bench's calibration."""


def evaluate_pack(
    pack: Path, rendered: Path, progress: Callable[[int, int], None]
) -> dict[str, object]:
    """The figures of `metrics.json`, grading included. StationError for a bad pack or set."""
    try:
        opened = open_pack(pack)
        found = evaluate(opened, rendered, progress=progress).model_dump()
        index = read_set(rendered)
        graded = _graded(pack, index, progress)
    except (SetError, PackError, PictureError) as error:
        raise refuse(str(error)) from error
    return {**found, "overall": {**found["overall"], **asdict(agreement(graded))}}


def _graded(pack: Path, index: RenderedSet, progress: Callable[[int, int], None]) -> list[Graded]:
    """Each return through the station's own examiner and policy."""
    policies = {policy.category: policy for policy in load_policies(load_recipes())}
    setup = ExaminerSetup(
        pack,
        TRUSTED_KEYS,
        index.path / "calibration.json",
        {path.stem.removeprefix("empty-"): path for path in index.path.glob("empty-*.jpg")},
    )
    examiner = PoseExaminer(load_equipment(setup))
    graded = []
    for number, name in enumerate(index.returns, 1):
        truth = index.read_return(name)
        policy = policies.get(truth.category)
        if policy is None:
            raise refuse(f"{name} is a {truth.category}, for which there is no policy")
        graded.append(_grade(examiner, policy, index, truth))
        progress(number, len(index.returns))
    return graded


def _grade(
    examiner: PoseExaminer, policy: GradingPolicy, index: RenderedSet, truth: ReturnTruth
) -> Graded:
    directory = index.directory(truth.return_id)
    answers = [
        examiner.answer(
            ExaminePose(
                0,
                pose.pose,
                tuple(
                    ShotToExamine(shot.shot, shot.light, (directory / shot.file).read_bytes())
                    for shot in pose.shots
                ),
                truth.size_mm,
                _AT,
            )
        ).result
        for pose in truth.poses
    ]
    findings = tuple(finding for answer in answers for finding in answer.findings)
    unexamined = tuple(answer.pose for answer in answers if answer.failure)
    verdict = judge(policy, findings, unexamined=unexamined)
    faults = [
        (fault.defect, {q.quantity: (q.value, q.unit) for q in fault.truth})
        for pose in truth.poses
        for fault in pose.faults
    ]
    try:
        true = true_grade(policy, faults)
    except ValueError as error:
        raise refuse(
            f"The policy of {truth.category} has no rule for the faults of {truth.return_id} "
            f"({error}): render a set with kinds it knows, or extend the policy"
        ) from error
    return Graded(true, verdict.proposed, verdict.needs_review)
