"""A pack measured on a rendered set: how it finds, and how the station would have graded."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from models.card import with_section
from models.evaluation import evaluate, lit_only
from models.photographs import Photographs, measure_photographs, photographs_in
from models.runtime.errors import InferenceError, PackError, PictureError
from models.runtime.metrics import Metrics
from models.runtime.writing import write_pack
from models.sets import PoseTruth, RenderedSet, ReturnTruth, SetError, read_set
from models.training.errors import TrainingError
from models.training.partition import Part
from models.training.photographs import list_photographs, photographs_of
from station.adapters.examiner.child import ExaminerSetup, PoseExaminer, load_equipment
from station.adapters.examiner.link import ExaminePose, ShotToExamine
from station.app.defaults import load_policies, load_recipes
from station.app.packs import key_lists, open_pack, pack_name
from station.domain.faults import refuse
from station.domain.grading import GradingPolicy
from station.domain.judging import judge
from station.workflow.agreement import Graded, agreement
from station.workflow.sizes import SizeError, TrueSize, size_errors, size_figures
from station.workflow.truth import true_grade

_AT = datetime(2026, 6, 1, tzinfo=UTC)
"""Inside the validity of every rendered bench's calibration."""


def evaluate_pack(
    pack: Path,
    rendered: Sequence[Path],
    progress: Callable[[int, int], None],
    mistakes: Path | None = None,
    lights: Collection[str] = (),
) -> dict[str, object]:
    """The figures of `metrics.json`, grading included, with those of sizes and categories.

    The worst mistakes are written into the directory `mistakes`, where one is given. With `lights`
    only the shots under these are shown. StationError for a bad pack or set.
    """
    try:
        opened = open_pack(pack)
        found = evaluate(
            opened, rendered, progress=progress, mistakes=mistakes, lights=lights
        ).model_dump()
        examined = [
            each for path in rendered for each in _examined(pack, read_set(path), lights, progress)
        ]
    except (SetError, PackError, PictureError) as error:
        raise refuse(str(error)) from error
    graded = [each.graded for each in examined]
    return {
        **found,
        "pack": pack_name(opened),
        "overall": {**found["overall"], **asdict(agreement(graded))},
        "categories": {
            category: asdict(
                agreement([each.graded for each in examined if each.category == category])
            )
            for category in sorted({each.category for each in examined})
        },
        "sizes": [
            asdict(each) for each in size_figures(e for each in examined for e in each.sizes)
        ],
    }


def evaluate_photographs(
    pack: Path,
    faulty: Sequence[Path],
    clean: Sequence[Path],
    progress: Callable[[int, int], None],
    *,
    held_out: bool = False,
) -> dict[str, object]:
    """What a pack says of folders of photographs. StationError for a bad pack or folder.

    With `held_out` only those clean ones count that training keeps out wherever a folder of this
    name is learnt from.
    """
    try:
        groups = [
            *(photographs_in(path, faulty=True) for path in faulty),
            *(
                _held_out(path) if held_out else photographs_in(path, faulty=False)
                for path in clean
            ),
        ]
        found = measure_photographs(open_pack(pack), groups, progress=progress)
    except (SetError, PackError, PictureError, InferenceError, TrainingError) as error:
        raise refuse(str(error)) from error
    return {
        "groups": [
            {
                "name": each.name,
                "faulty": each.faulty,
                "alarmed": each.alarmed.model_dump(),
                "by_class": dict(each.by_class),
            }
            for each in found.groups
        ],
        "recall": found.recall.model_dump(),
        "false_alarms": found.false_alarms.model_dump(),
        "auroc": found.auroc.model_dump(),
    }


def _held_out(directory: Path) -> Photographs:
    kept = photographs_of(list_photographs([directory]), Part.HELD_OUT)
    return Photographs(
        f"{directory.name}, held out", False, tuple((each.path, each.source) for each in kept)
    )


def record_measurement(
    pack: Path,
    out: Path,
    key: Path,
    title: str,
    section: str,
    figures: Mapping[str, object] | None = None,
) -> None:
    """Write the pack anew at `out` with a section in its card, signed with `key`.

    `figures`, where given, become its `metrics.json`. StationError if the pack or the key cannot
    be used, or `out` exists.
    """
    try:
        opened = open_pack(pack)
        tables = opened.manifest.model_dump(by_alias=True)
        del tables["files"]
        write_pack(
            out,
            tables,
            model=opened.model,
            golden=opened.golden,
            metrics=Metrics.model_validate(figures) if figures else opened.metrics,
            card=with_section(opened.card, title, section),
            private_key=key,
            support=opened.support,
        )
    except (PackError, ValueError) as error:
        raise refuse(str(error)) from error


@dataclass(frozen=True, slots=True)
class _Examined:
    category: str
    graded: Graded
    sizes: Sequence[SizeError]


def _examined(
    pack: Path,
    index: RenderedSet,
    lights: Collection[str],
    progress: Callable[[int, int], None],
) -> list[_Examined]:
    """Each return through the station's own examiner and policy."""
    policies = {policy.category: policy for policy in load_policies(load_recipes())}
    setup = ExaminerSetup(
        pack,
        key_lists(),
        index.path / "calibration.json",
        {path.stem.removeprefix("empty-"): path for path in index.path.glob("empty-*.jpg")},
    )
    examiner = PoseExaminer(load_equipment(setup))
    examined = []
    for number, name in enumerate(index.returns, 1):
        whole = index.read_return(name)
        truth = replace(whole, poses=tuple(lit_only(pose, lights) for pose in whole.poses))
        policy = policies.get(truth.category)
        if policy is None:
            raise refuse(f"{name} is a {truth.category}, for which there is no policy")
        examined.append(_examine(examiner, policy, index, truth))
        progress(number, len(index.returns))
    return examined


def _examine(
    examiner: PoseExaminer, policy: GradingPolicy, index: RenderedSet, truth: ReturnTruth
) -> _Examined:
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
    strange = tuple(a.pose for a in answers if a.strangeness is not None and a.strangeness > 1)
    verdict = judge(policy, findings, unexamined=unexamined, unsupported=strange)
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
    graded = Graded(true, verdict.proposed, verdict.needs_review)
    sizes = [
        error
        for pose, answer in zip(truth.poses, answers, strict=True)
        for error in size_errors(answer.findings, _true_sizes(pose))
    ]
    return _Examined(truth.category, graded, sizes)


def _true_sizes(pose: PoseTruth) -> list[TrueSize]:
    return [
        TrueSize(fault.defect, fault.polygon, {q.quantity: (q.value, q.unit) for q in fault.truth})
        for fault in pose.faults
    ]
