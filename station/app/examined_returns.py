"""Rendered returns looked at by the station's own examiner, to be graded by its policies."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from models.evaluation import lit_only
from models.sets import PoseTruth, RenderedSet, ReturnTruth, read_set
from station.adapters.examiner.child import ExaminerSetup, PoseExaminer, load_equipment
from station.adapters.examiner.link import ExaminePose, ShotToExamine
from station.app.defaults import OUTLINES, load_policies, load_recipes
from station.app.packs import key_lists
from station.domain.defect import Finding
from station.domain.faults import refuse
from station.domain.grading import Grade, GradingPolicy
from station.domain.judging import judge
from station.workflow.agreement import Graded
from station.workflow.sizes import SizeError, TrueSize, size_errors
from station.workflow.truth import true_grade

_AT = datetime(2026, 6, 1, tzinfo=UTC)
"""Inside the validity of every rendered bench's calibration."""


@dataclass(frozen=True, slots=True)
class ExaminedReturn:
    """What the station found on a return, and what is true of it.

    `unexamined` and `unsupported` are its poses that could not be examined, and those that look
    unlike anything learnt.
    """

    policy: GradingPolicy
    true: Grade
    findings: tuple[Finding, ...]
    unexamined: tuple[str, ...]
    unsupported: tuple[str, ...]
    sizes: Sequence[SizeError]

    @property
    def category(self) -> str:
        """The category of goods."""
        return self.policy.category

    def graded(self, policy: GradingPolicy | None = None) -> Graded:
        """By its category's policy, or by another that speaks of the same goods."""
        verdict = judge(
            policy or self.policy,
            self.findings,
            unexamined=self.unexamined,
            unsupported=self.unsupported,
        )
        return Graded(self.true, verdict.proposed, verdict.needs_review)


def examined_returns(
    pack: Path,
    rendered: Sequence[Path],
    progress: Callable[[int, int], None],
    *,
    lights: Collection[str] = (),
    least: float | None = None,
    category: str | None = None,
) -> Iterator[ExaminedReturn]:
    """Every return of the sets through the station's own examiner.

    With `lights` only the shots under these are shown. Findings are of confidence `least` or more;
    without it, as the policy asks. With `category` only its returns are looked at. StationError
    where a policy is missing or does not know a fault; PackError, SetError or PictureError for a
    bad pack or set.
    """
    policies = {policy.category: policy for policy in load_policies(load_recipes())}
    for path in rendered:
        index = read_set(path)
        examiner = _examiner(pack, index)
        for number, name in enumerate(index.returns, 1):
            truth = index.read_return(name)
            if category is None or truth.category == category:
                policy = policies.get(truth.category)
                if policy is None:
                    raise refuse(f"{name} is a {truth.category}, for which there is no policy")
                shown = replace(truth, poses=tuple(lit_only(pose, lights) for pose in truth.poses))
                reported = policy.reported_from if least is None else least
                yield _examined(examiner, policy, index, shown, reported)
            progress(number, len(index.returns))


def _examiner(pack: Path, index: RenderedSet) -> PoseExaminer:
    setup = ExaminerSetup(
        pack,
        key_lists(),
        index.path / "calibration.json",
        {path.stem.removeprefix("empty-"): path for path in index.path.glob("empty-*.jpg")},
        outlines=(OUTLINES,),
    )
    return PoseExaminer(load_equipment(setup))


def _examined(
    examiner: PoseExaminer,
    policy: GradingPolicy,
    index: RenderedSet,
    truth: ReturnTruth,
    least: float | None,
) -> ExaminedReturn:
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
                least=least,
            )
        ).result
        for pose in truth.poses
    ]
    return ExaminedReturn(
        policy,
        _true_grade(policy, truth),
        findings=tuple(finding for answer in answers for finding in answer.findings),
        unexamined=tuple(answer.pose for answer in answers if answer.failure),
        unsupported=tuple(
            each.pose for each in answers if each.strangeness is not None and each.strangeness > 1
        ),
        sizes=[
            error
            for pose, answer in zip(truth.poses, answers, strict=True)
            for error in size_errors(answer.findings, _true_sizes(pose))
        ],
    )


def _true_grade(policy: GradingPolicy, truth: ReturnTruth) -> Grade:
    faults = [
        (fault.defect, {q.quantity: (q.value, q.unit) for q in fault.truth})
        for pose in truth.poses
        for fault in pose.faults
    ]
    try:
        return true_grade(policy, faults)
    except ValueError as error:
        raise refuse(
            f"The policy of {truth.category} has no rule for the faults of {truth.return_id} "
            f"({error}): render a set with kinds it knows, or extend the policy"
        ) from error


def _true_sizes(pose: PoseTruth) -> list[TrueSize]:
    return [
        TrueSize(fault.defect, fault.polygon, {q.quantity: (q.value, q.unit) for q in fault.truth})
        for fault in pose.faults
    ]
