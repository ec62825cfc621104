"""A pack measured on a rendered set: how it finds, and how the station would have graded."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from calibration.errors import CalibrationError
from models.card import with_section
from models.evaluation import evaluate
from models.photographs import Photographs, measure_photographs, photographs_in
from models.runtime.errors import InferenceError, PackError, PictureError
from models.runtime.metrics import Metrics
from models.runtime.writing import write_pack
from models.sets import SetError
from models.training.errors import TrainingError
from models.training.partition import Part
from models.training.photographs import list_photographs, photographs_of
from station.app.examined_returns import examined_returns
from station.app.packs import open_pack, pack_name
from station.domain.faults import refuse
from station.workflow.agreement import agreement
from station.workflow.sizes import size_figures


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
        examined = list(examined_returns(pack, rendered, progress, lights=lights))
    except (SetError, PackError, PictureError, InferenceError, CalibrationError) as error:
        raise refuse(str(error)) from error
    except OSError as error:
        raise refuse(f"{error.filename or rendered[0]}: {error.strerror}") from error
    graded = [each.graded() for each in examined]
    return {
        **found,
        "pack": pack_name(opened),
        "overall": {**found["overall"], **asdict(agreement(graded))},
        "categories": {
            category: asdict(
                agreement([each.graded() for each in examined if each.category == category])
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
