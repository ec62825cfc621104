"""The bake-off from the command line: its trials, its table."""

import contextlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from models.runtime.errors import InferenceError, PackError, PictureError
from models.sets import SetError, read_set
from station.app.train_extra import lacking
from station.domain.faults import refuse


def bake_off(
    sets: Sequence[Path],
    held: Sequence[Path],
    light: str,
    out: Path,
    minutes: float,
    say: Callable[[str], None],
) -> list[dict[str, Any]]:
    """What each contestant came to on `held`, the sets of each generator by themselves, under all
    lamps and under `light` alone.

    StationError if a set cannot be used or a run came to nothing.
    """
    try:
        from models.training.bakeoff import bake_off as compete
        from models.training.errors import TrainingError
    except ModuleNotFoundError as error:
        raise lacking("Training", error) from error
    try:
        by_generator: dict[str, list[Path]] = {}
        for path in held:
            by_generator.setdefault(read_set(path).generator, []).append(path)
        trials = {
            f"{generator}, {shown}": (paths, lights)
            for generator, paths in by_generator.items()
            for shown, lights in (("all lamps", ()), (f"{light} alone", (light,)))
        }
        # ultralytics reports on standard output, which is the answer's.
        with contextlib.redirect_stdout(sys.stderr):
            contestants = compete(sets, trials, out, minutes, say)
    except (TrainingError, PackError, SetError, PictureError, InferenceError) as error:
        raise refuse(str(error)) from error
    return [
        {
            "name": each.name,
            "trained_s": round(each.trained_s, 1),
            "on": {
                title: {
                    "mask_map50": figures.overall.mask_map50.model_dump(),
                    "auroc": figures.overall.auroc.model_dump(),
                }
                for title, figures in each.figures.items()
            },
        }
        for each in contestants
    ]
