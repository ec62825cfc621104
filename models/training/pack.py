"""From a training run to a signed pack."""

import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from numpy.typing import NDArray

from models.labels.labelled import LabelledSet
from models.runtime.detector import Detector
from models.runtime.keys import TrustedKey, read_private_key
from models.runtime.manifest import MANIFEST, read_manifest
from models.runtime.metrics import Figure, Metrics, OverallFigures
from models.runtime.pack import Pack, read_pack
from models.runtime.session import Session
from models.runtime.support import Support
from models.runtime.writing import write_pack
from models.sets import RenderedSet, read_set
from models.training.card import Learning, card_text
from models.training.checkpoint import Checkpoint, read_checkpoint
from models.training.crops import View, cut
from models.training.errors import TrainingError
from models.training.export import onnx_bytes
from models.training.labelled import part_of_labelled
from models.training.network import STRIDE, parameters
from models.training.partition import Part, names_digest
from models.training.photographs import (
    Photograph,
    list_photographs,
    photographs_of,
    read_picture,
)
from models.training.planes import LIGHTS, PLANES, stacked
from models.training.quantise import golden_of
from models.training.supporting import gather_support
from models.training.thresholds import LOWS, Choice, Inherited, choose
from models.training.validation import Remembering, ValidationSets, sight, validation_poses

_GOLDEN_SIDE = 96
_GOLDENS = 2
_MIN_AREA_PX = 16
_MEANING = (
    "The share of findings of its class and raw score that were true on validation pictures the "
    "network had not learnt from. The raw score is a mean over the surest tenth of an instance's "
    "area: of how probable its class is, or, where that is the likeliest, of that and any fault."
)
_TILE = 1280
_OVERLAP = 192


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a pack says of itself, and the key that signs it."""

    name: str
    version: str
    licence: str
    private_key: Path
    remarks: tuple[str, ...] = ()
    """For the card, one sentence each: what else must be known of the run."""
    photograph_sources: tuple[str, ...] = ()
    """For the card, one line each: name, source and licence of a folder of photographs."""


@dataclass(frozen=True, slots=True)
class Made:
    """A finished pack and what was found out while making it."""

    path: Path
    choices: Mapping[str, Choice]


def make_pack(
    run: Path,
    path: Path,
    imprint: Imprint,
    *,
    sets: Sequence[Path] = (),
    threshold_sets: Sequence[Path] = (),
    photographs: Sequence[Path] = (),
    labelled: Sequence[LabelledSet] = (),
    start_from: Path | None = None,
) -> Made:
    """Export the run in ``run`` as a signed pack at ``path``, which must not exist yet.

    Thresholds are chosen on the validation parts of ``sets``, ``labelled`` and ``photographs``,
    which are those of the run, and on the whole of ``threshold_sets``, which it never saw; classes
    without a fault there keep those of ``start_from``. What the pack does on other sets is still
    unknown. Raises TrainingError where ``run`` holds no checkpoint, PackError where the pack
    cannot be written.
    """
    checkpoint = read_checkpoint(run)
    if checkpoint is None:
        raise TrainingError(f"{run} holds no training run: train one there first.")
    found = list_photographs(photographs)
    model = onnx_bytes(checkpoint.network())
    validation = ValidationSets(tuple(sets), tuple(threshold_sets), tuple(labelled))
    goldens = [golden_of(model, planes) for planes in _golden_pictures(validation, found)]

    def write(
        target: Path, choices: Mapping[str, Choice], card: str, support: Support | None = None
    ) -> None:
        write_pack(
            target,
            _tables(imprint, checkpoint.classes, choices),
            model=model,
            golden=goldens,
            metrics=_unknown(),
            card=card,
            private_key=imprint.private_key,
            support=support,
        )

    @contextmanager
    def draft(choices: Mapping[str, Choice]) -> Iterator[Pack]:
        with tempfile.TemporaryDirectory() as scratch:
            target = Path(scratch) / path.name
            write(target, choices, "Draft.\n")
            yield read_pack(target, (_public(imprint.private_key),))

    kept = photographs_of(found, Part.VALIDATION)
    with ExitStack() as drafts:
        packs = {
            low: drafts.enter_context(draft({name: _plain(low) for name in checkpoint.classes}))
            for low in LOWS
        }
        bare = Session(packs[LOWS[0]])
        session = Remembering(bare)
        detectors = {low: Detector(pack, session=session) for low, pack in packs.items()}
        sightings = sight(detectors, validation, kept, session.forget)
        support = gather_support(Detector(packs[LOWS[0]], session=bare), tuple(sets), found)
    choices = choose(sightings, checkpoint.classes, inherited=_inherited(start_from))
    learning = _learning(checkpoint, validation, found, imprint, start_from)
    learning = replace(learning, judged=any(sighting.clean for sighting in sightings))
    card = card_text(imprint.name, imprint.version, imprint.licence, learning, choices)
    write(path, choices, card, support)
    return Made(path, choices)


def input_table() -> dict[str, Any]:
    """The manifest's entry of what the dense network looks at."""
    return {
        "width": 0,
        "height": 0,
        "channels": PLANES,
        "lights": [light.model_dump() for light in LIGHTS],
        "mean": [0.0] * PLANES,
        "std": [1.0] * PLANES,
        "tile": _TILE,
        "overlap": _OVERLAP,
    }


def _tables(
    imprint: Imprint, classes: Sequence[str], choices: Mapping[str, Choice]
) -> dict[str, Any]:
    return {
        "schema": 1,
        "name": imprint.name,
        "version": imprint.version,
        "licence": imprint.licence,
        "classes": list(classes),
        "input": input_table(),
        "decode": {
            "kind": "dense",
            "stride": STRIDE,
            "delimit": "any",
            "score": "any",
            "thresholds": {
                name: {"low": choice.low, "high": choice.high} for name, choice in choices.items()
            },
            "min_area_px": _MIN_AREA_PX,
        },
        "scores": {
            "meaning": _MEANING,
            "observed": {
                name: [list(point) for point in choice.observed]
                for name, choice in choices.items()
                if choice.observed
            },
        },
    }


def _golden_pictures(
    sets: ValidationSets, photographs: Sequence[Photograph]
) -> list[NDArray[np.uint8]]:
    pictures: list[NDArray[np.uint8]] = []
    for pose in validation_poses(sets):
        if pose.truth.faults and len(pictures) < _GOLDENS:
            corners = np.asarray(pose.truth.faults[0].polygon)
            centre = (float(corners[:, 0].mean()), float(corners[:, 1].mean()))
            view = View(centre=centre, scale=1.0, angle=0.0, mirrored=False)
            shots = {
                shot.light: cut(read_picture(pose.directory / shot.file), view, _GOLDEN_SIDE)
                for shot in pose.truth.shots
            }
            pictures.append(stacked(shots))
    for photograph in photographs[: _GOLDENS - len(pictures)]:
        view = View(centre=(_GOLDEN_SIDE, _GOLDEN_SIDE), scale=1.0, angle=0.0, mirrored=False)
        seen = cut(read_picture(photograph.path), view, _GOLDEN_SIDE)
        pictures.append(stacked({LIGHTS[0].name: seen}))
    noise = np.random.default_rng(0).integers(
        0, 256, (_GOLDEN_SIDE, _GOLDEN_SIDE, PLANES), np.uint8
    )
    return pictures or [noise]


def _learning(
    checkpoint: Checkpoint,
    sets: ValidationSets,
    photographs: Sequence[Photograph],
    imprint: Imprint,
    start_from: Path | None,
) -> Learning:
    rendered = [read_set(path) for path in sets.learnt]
    whole = [read_set(path) for path in sets.whole]
    held_out = photographs_of(photographs, Part.HELD_OUT)
    parts = Counter(str(photograph.part) for photograph in photographs)
    return Learning(
        steps=checkpoint.step,
        minutes=checkpoint.seconds / 60,
        parameters=parameters(checkpoint.network()),
        returns=sum(len(one.returns) for one in rendered),
        sets=_named(rendered),
        threshold_returns=sum(len(one.returns) for one in whole),
        photographs=dict(sorted(parts.items())),
        held_out_digest=names_digest(photograph.name for photograph in held_out),
        remarks=imprint.remarks,
        photograph_sources=imprint.photograph_sources,
        labelled=[_of_labelled(each) for each in sets.labelled],
        started_from=_of_pack(start_from),
    )


def _of_labelled(labelled: LabelledSet) -> str:
    """A set of labelled pictures in a sentence: how many of what were learnt from."""
    parts = [str(part_of_labelled(picture)) for picture in labelled.pictures]
    learnt = [
        picture
        for picture, part in zip(labelled.pictures, parts, strict=True)
        if part == str(Part.TRAIN)
    ]
    outlines = sum(len(picture.faults) for picture in learnt)
    kinds = ", ".join(sorted(labelled.classes)) or "no fault"
    return (
        f"{len(learnt)} labelled pictures with {outlines} faults of {labelled.path.name}, "
        f"labelled for {kinds}; {len(parts) - len(learnt)} were kept back."
    )


def _of_pack(path: Path | None) -> str:
    if path is None:
        return ""
    content = (path / MANIFEST).read_bytes()
    manifest = read_manifest(content)
    digest = hashlib.sha256(content).hexdigest()[:16]
    return f"the weights of {manifest.name} {manifest.version} (manifest SHA-256 {digest}…)"


def _named(sets: Sequence[RenderedSet]) -> list[str]:
    """The sets by generator, the seeds of each counted through where they follow one another."""
    names = []
    for generator in sorted({one.generator for one in sets}):
        seeds = sorted({one.seed for one in sets if one.generator == generator})
        starts = [seed for seed in seeds if seed - 1 not in seeds]
        ends = [seed for seed in seeds if seed + 1 not in seeds]
        runs = [str(a) if a == b else f"{a} to {b}" for a, b in zip(starts, ends, strict=True)]
        names.append(f"{generator}, seeds {', '.join(runs)}")
    return names


def _public(private_key: Path) -> TrustedKey:
    public = read_private_key(private_key).public_key()
    raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return TrustedKey(id="own", public_key=raw, added=date(1970, 1, 1))


def _inherited(start_from: Path | None) -> dict[str, Inherited]:
    if start_from is None:
        return {}
    manifest = read_manifest((start_from / MANIFEST).read_bytes())
    return {
        name: Inherited(
            threshold.low, threshold.high, tuple((raw, share) for raw, share in observed)
        )
        for name, threshold in manifest.decode.thresholds.items()
        if (observed := manifest.scores.observed.get(name))
    }


def _plain(low: float) -> Choice:
    return Choice(low, max(low, 0.5), (), None, None, None, None, 0)


def _unknown() -> Metrics:
    return Metrics(
        set="none", classes={}, overall=OverallFigures(mask_map50=Figure(), auroc=Figure())
    )
