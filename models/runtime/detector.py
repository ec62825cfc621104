"""The detector: a picture and a region in, instances of defects out."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.runtime import dense, yolo_seg
from models.runtime.detection import Detection
from models.runtime.errors import InferenceError
from models.runtime.manifest import DenseDecode, YoloSegDecode
from models.runtime.pack import Pack
from models.runtime.prepare import Preparation
from models.runtime.region import Box, Region
from models.runtime.session import Session
from models.runtime.tiles import cut, merge, tiling

_LEAST = 0.001
"""Below this a score is noise even to an evaluation."""


class Runs(Protocol):
    """What a detector needs of a session."""

    def run(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """The model's outputs for a batch [1, 3, H, W]."""
        ...


class Detector:
    """Finds defects with one pack. One thread at a time may use it."""

    def __init__(self, pack: Pack, threads: int = 2, session: Runs | None = None) -> None:
        """Load, verify and warm up the pack's model; PackError where it cannot be trusted here.

        A `session` of the same pack that is ready already is used instead.
        """
        self._manifest = pack.manifest
        self._session: Runs = session or Session(pack, threads)
        self._preparation = Preparation(pack.manifest.input)

    def detect(
        self, picture: NDArray[np.uint8], region: Region | None = None
    ) -> tuple[Detection, ...]:
        """The instances in `region` that reach their class's `high` threshold, surest first.

        `picture` is uint8 [H, W, 3] RGB; without a region the whole picture is looked at, at its
        native resolution either way. InferenceError if the model's answer cannot be trusted;
        ValueError for another array or a region that does not meet the picture.
        """
        thresholds = self._manifest.decode.thresholds
        return self._find(picture, region, {name: t.high for name, t in thresholds.items()})

    def candidates(
        self, picture: NDArray[np.uint8], region: Region | None = None
    ) -> tuple[Detection, ...]:
        """As `detect`, with every instance of whatever confidence, for evaluating a pack.

        A dense model's instances are delimited by `low`, so none is less sure than that.
        """
        return self._find(picture, region, dict.fromkeys(self._manifest.classes, _LEAST))

    def _find(
        self, picture: NDArray[np.uint8], region: Region | None, least: dict[str, float]
    ) -> tuple[Detection, ...]:
        if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
            raise ValueError("A picture must be uint8 [H, W, 3].")
        frame = Box(0, 0, picture.shape[1], picture.shape[0])
        region = region or Region.of_box(frame)
        seen = region.box().intersection(frame)
        if seen.width == 0 or seen.height == 0:
            raise ValueError("The region does not meet the picture.")
        match self._manifest.decode:
            case DenseDecode() as rule:
                found = self._find_dense(picture, region, frame, rule, least)
            case YoloSegDecode() as rule:
                found = self._find_yolo(picture, region, frame, rule, least)
        return tuple(sorted(found, key=lambda detection: -detection.confidence))

    def _find_dense(
        self,
        picture: NDArray[np.uint8],
        region: Region,
        frame: Box,
        rule: DenseDecode,
        least: dict[str, float],
    ) -> list[Detection]:
        seen = region.box().intersection(frame)
        plan = tiling(seen, frame.width, frame.height, self._manifest.input)
        window, stride = plan.window, rule.stride
        maps = (self._probability(cut(picture, tile.box), stride) for tile in plan.tiles)
        probability = merge(plan, maps, stride)
        within = region.mask(window, stride)
        return [
            instance
            for defect, layer in zip(self._manifest.classes, probability, strict=True)
            for instance in dense.instances(
                defect, layer, window, within, frame, rule, least[defect]
            )
        ]

    def _probability(self, pixels: NDArray[np.uint8], stride: int) -> NDArray[np.float32]:
        probability: NDArray[np.float32] = self._run(pixels)[0]
        height, width = pixels.shape[:2]
        classes = len(self._manifest.classes)
        if probability.shape != (1, classes, height // stride, width // stride):
            raise InferenceError("The model gave a map of another size than its stride says.")
        layers: NDArray[np.float32] = probability[0]
        return layers

    def _find_yolo(
        self,
        picture: NDArray[np.uint8],
        region: Region,
        frame: Box,
        rule: YoloSegDecode,
        least: dict[str, float],
    ) -> list[Detection]:
        manifest = self._manifest
        seen = region.box().intersection(frame)
        if rule.fit == "letterbox":
            views = [yolo_seg.letterbox(seen, manifest.input.width, manifest.input.height)]
        else:
            tiles = tiling(seen, frame.width, frame.height, manifest.input).tiles
            views = [yolo_seg.View(tile.box, tile.owned) for tile in tiles]
        proposals = [
            proposal
            for view in views
            for proposal in yolo_seg.proposals(
                view, self._run(view.pixels(picture)), manifest.classes, rule, least
            )
        ]
        return yolo_seg.instances(proposals, region, frame, rule)

    def _run(self, pixels: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        return self._session.run(self._preparation.batch(pixels))
