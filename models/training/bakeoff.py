"""Two ways to find faults, each given the same time to learn the same returns from nothing."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.evaluation import evaluate
from models.rendering.fast.faults.index import KINDS
from models.runtime.metrics import Metrics
from models.runtime.pack import Pack
from models.training.checkpoint import read_checkpoint
from models.training.errors import TrainingError
from models.training.export import onnx_bytes
from models.training.loop import train
from models.training.network import STRIDE
from models.training.pack import input_table
from models.training.recipe import Recipe
from models.training.unsigned import unsigned_pack
from models.training.yolo import YoloRecipe, train_yolo
from models.training.yolo_labels import write_yolo_set

DENSE = "dense segmenter"
YOLO = "yolo11n-seg"
_SIDE = 640
_LOW = 0.4
_LEAST_PX = 16


@dataclass(frozen=True, slots=True)
class Contestant:
    """What one of them came to: its figures by the name of what it was tried on."""

    name: str
    trained_s: float
    figures: Mapping[str, Metrics]


def bake_off(
    sets: Sequence[Path],
    trials: Mapping[str, tuple[Sequence[Path], Sequence[str]]],
    out: Path,
    minutes: float,
    say: Callable[[str], None],
) -> list[Contestant]:
    """Train both on rendered `sets` for `minutes` each, on one thread, and evaluate both.

    `trials` are sets and the lamps that are shown of them (all where none is named). The dense
    segmenter sees the lamps of a pose together, the other sees one picture after the other and is
    fused. Raises TrainingError where nothing came of a run, SetError where a set is damaged.
    """
    contestants = []
    for name, make in ((DENSE, _dense), (YOLO, _yolo)):
        say(f"{name}: {minutes:g} minutes of training")
        begun = time.monotonic()
        pack = make(sets, out / name.replace(" ", "-"), minutes)
        trained_s = time.monotonic() - begun
        figures = {}
        for title, (held, lights) in trials.items():
            say(f"{name}: {title}")
            figures[title] = evaluate(pack, held, threads=1, lights=lights)
        contestants.append(Contestant(name, trained_s, figures))
    return contestants


def _dense(sets: Sequence[Path], out: Path, minutes: float) -> Pack:
    train(sets, out, minutes=minutes, recipe=Recipe(threads=1))
    checkpoint = read_checkpoint(out)
    if checkpoint is None:
        raise TrainingError(f"{out} holds no run.")
    decode = {
        "kind": "dense",
        "stride": STRIDE,
        "delimit": "any",
        "score": "any",
        "thresholds": _thresholds(_LOW),
        "min_area_px": _LEAST_PX,
    }
    model = onnx_bytes(checkpoint.network())
    return unsigned_pack("dense", "Apache-2.0", model, tuple(KINDS), input_table(), decode)


def _yolo(sets: Sequence[Path], out: Path, minutes: float) -> Pack:
    # ultralytics names this folder in its settings, which are none of the user's.
    os.environ.setdefault("YOLO_CONFIG_DIR", str(out))
    dataset = write_yolo_set(sets, out / "set", tuple(KINDS))
    recipe = YoloRecipe(architecture=f"{YOLO}.yaml", side=_SIDE, minutes=minutes)
    model = train_yolo(dataset, out, recipe).read_bytes()
    picture = {"width": _SIDE, "height": _SIDE}
    decode = {
        "kind": "yolo-seg",
        "stride": 4,
        "thresholds": _thresholds(0.5),
        "min_area_px": _LEAST_PX,
        "fit": "letterbox",
    }
    return unsigned_pack(YOLO, "AGPL-3.0", model, tuple(KINDS), picture, decode)


def _thresholds(low: float) -> dict[str, dict[str, float]]:
    return {name: {"low": low, "high": max(low, 0.5)} for name in KINDS}
