"""Training from the command line: a run that can go on, and a signed pack at its end."""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from models.labels.reading import SetKind, check_apart, read_labelled, set_kind
from models.rendering.fast.faults.index import KINDS
from models.runtime.errors import PackError
from models.runtime.keys import read_private_key
from models.runtime.manifest import NAME
from models.sets import SetError, read_set
from station.app.train_extra import lacking
from station.domain.faults import refuse


def trust_entry(key: Path, today: date) -> str:
    """The lines for `trusted_keys.toml` that make packs signed with a private key trusted."""
    try:
        public = read_private_key(key).public_key().public_bytes_raw()
    except PackError as error:
        raise refuse(str(error)) from error
    return (
        f'[[keys]]\nid = "{key.stem}"\n'
        f'public_key = "{base64.b64encode(public).decode()}"\nadded = {today.isoformat()}'
    )


def check_key(key: Path) -> None:
    """StationError where a private key cannot be used."""
    try:
        read_private_key(key)
    except PackError as error:
        raise refuse(str(error)) from error


def train_pack(
    *,
    sets: tuple[Path, ...],
    out: Path,
    key: Path,
    name: str,
    version: str,
    start_from: Path | None,
    photographs: tuple[Path, ...],
    threshold_sets: tuple[Path, ...],
    renamed: Mapping[str, str],
    resplit: bool,
    minutes: float | None,
    steps: int | None,
    seed: int,
    say: Callable[[str], None],
) -> Path:
    """Train or go on training in `out`, and write the signed pack; its path.

    StationError if the sets, the pack to start from or the key cannot be used.
    """
    try:
        from models.training.errors import TrainingError
        from models.training.labelled import part_of_labelled
        from models.training.loop import Progress, train
        from models.training.pack import Imprint, make_pack
    except ModuleNotFoundError as error:
        raise lacking("Training", error) from error

    def progress(now: Progress) -> None:
        dice = ", ".join(f"{name} {value:.2f}" for name, value in now.dice.items())
        say(
            f"{now.done:4.0%}  step {now.step}  loss {now.loss:.3f}  "
            f"{now.crops_per_second:.0f} crops/s  dice {dice or '-'}"
        )

    pack = out / "pack"
    if pack.exists():
        raise refuse(f"{pack} exists already: train into another directory")
    _check_imprint(name, version, key)
    try:
        rendered = tuple(path for path in sets if set_kind(path) is SetKind.RENDERED)
        labelled = [
            read_labelled(path, tuple(KINDS), renamed=renamed, resplit=resplit)
            for path in sets
            if path not in rendered
        ]
        for note in (note for each in labelled for note in each.notes):
            say(note)
        check_apart(labelled, lambda picture: str(part_of_labelled(picture)))
        _check_thresholds(rendered, threshold_sets)
        train(
            rendered,
            out,
            labelled=labelled,
            start_from=start_from,
            photographs=photographs,
            minutes=minutes,
            steps=steps,
            seed=seed,
            progress=progress,
        )
        imprint = Imprint(name, version, "Apache-2.0", key)
        say("Choosing thresholds …")
        return make_pack(
            out,
            pack,
            imprint,
            sets=rendered,
            threshold_sets=threshold_sets,
            labelled=labelled,
            photographs=photographs,
            start_from=start_from,
        ).path
    except (TrainingError, PackError, SetError) as error:
        raise refuse(str(error)) from error
    except OSError as error:
        place = error.filename or out
        raise refuse(
            f"{place} cannot be written or read ({error.strerror}): make room, or name another"
            " folder; what was learnt until the last checkpoint is kept"
        ) from error


def _check_imprint(name: str, version: str, key: Path) -> None:
    """StationError for what the pack's manifest would refuse after hours of training."""
    for what, given in (("name", name), ("version", version)):
        if not re.fullmatch(NAME, given):
            raise refuse(
                f"the pack's {what} {given!r} is none: use small letters, digits, points and dashes"
            )
    check_key(key)


def _check_thresholds(learnt: Sequence[Path], thresholds: Sequence[Path]) -> None:
    """SetError where one is damaged, StationError where one is learnt from as well."""
    known = {(each.generator, each.seed) for each in map(read_set, learnt)}
    for each in map(read_set, thresholds):
        if (each.generator, each.seed) in known:
            raise refuse(f"{each.path} would choose thresholds and is learnt from: name it once")
