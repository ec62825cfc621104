"""The same exported YOLO segmenter run by `ultralytics` and by the product's own pipeline.

The weights are untrained: the cost of a pipeline does not depend on what they know.
"""

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.runtime.detector import Detector
from models.runtime.pack import Pack
from models.runtime.session import Session
from models.training.unsigned import unsigned_pack

ARCHITECTURE = "yolo11n-seg.yaml"
SIDE = 640
_CLASSES = 80
_CALM_S = 0.05
"""Between two measurements: the other session's threads spin on for a while after a run."""


@dataclass(frozen=True, slots=True)
class Overheads:
    """Median seconds that a whole call takes beyond its own session, for one picture: ours, and
    `ultralytics` predict's by its own account; and our session's own median."""

    bare_s: float
    ours_s: float
    theirs_s: float

    @property
    def ratio(self) -> float:
        """Our overhead as a share of theirs."""
        return self.ours_s / max(1e-9, self.theirs_s)


class _Watched:
    """A session that knows how long its last run took."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.seconds = 0.0

    def run(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """As the session's own."""
        begun = time.perf_counter()
        outputs = self._session.run(batch)
        self.seconds = time.perf_counter() - begun
        return outputs


def compare(picture: NDArray[np.uint8], rounds: int, folder: Path) -> Overheads:
    """Time both in turn, `rounds` times, on `picture` (uint8 [H, W, 3] RGB)."""
    onnx = _exported(folder)
    pack = _pack(onnx)
    theirs = _ultralytics(onnx)
    session = _Watched(Session(pack, threads=2))
    detector = Detector(pack, session=session)
    bgr = np.ascontiguousarray(picture[..., ::-1])
    inside: list[float] = []
    taken: list[tuple[float, float, float]] = []
    for _ in range(rounds + 2):
        ours = _timed(lambda: detector.detect(picture)) - session.seconds
        whole = _timed(lambda: inside.append(theirs(bgr)))
        taken.append((session.seconds, ours, whole - inside[-1]))
    bare_s, ours_s, theirs_s = (float(np.median(each)) for each in zip(*taken[2:], strict=True))
    return Overheads(bare_s, ours_s, theirs_s)


def _timed(task: Callable[[], object]) -> float:
    time.sleep(_CALM_S)
    begun = time.perf_counter()
    task()
    return time.perf_counter() - begun


def _exported(folder: Path) -> Path:
    os.environ.setdefault("YOLO_OFFLINE", "true")
    os.environ.setdefault("YOLO_AUTOINSTALL", "false")
    from ultralytics import YOLO

    made = YOLO(ARCHITECTURE, task="segment").export(
        format="onnx", imgsz=SIDE, opset=17, simplify=True, verbose=False
    )
    target = folder / "yolo.onnx"
    shutil.move(str(made), target)
    return target


def _ultralytics(onnx: Path) -> Callable[[NDArray[np.uint8]], float]:
    """Runs predict; the answer is the seconds it says it spent inside its session."""
    from ultralytics import YOLO

    model = YOLO(str(onnx), task="segment")

    def predict(bgr: NDArray[np.uint8]) -> float:
        (result,) = model.predict(bgr, imgsz=SIDE, verbose=False, device="cpu")
        return float(result.speed["inference"]) / 1000

    return predict


def _pack(onnx: Path) -> Pack:
    names = [f"class-{n}" for n in range(_CLASSES)]
    decode = {
        "kind": "yolo-seg",
        "stride": 4,
        "thresholds": {name: {"low": 0.25, "high": 0.25} for name in names},
        "min_area_px": 4,
        "fit": "letterbox",
    }
    picture = {"width": SIDE, "height": SIDE}
    return unsigned_pack("yolo-rival", "AGPL-3.0", onnx.read_bytes(), names, picture, decode)
