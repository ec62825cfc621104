"""The detector: pictures of a pose and a region in, instances of defects out."""

from dataclasses import replace
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.runtime import dense, yolo_seg
from models.runtime.detection import Detection
from models.runtime.errors import InferenceError
from models.runtime.features import FeatureMap
from models.runtime.fusing import clearest, fused
from models.runtime.manifest import DenseDecode, YoloSegDecode
from models.runtime.pack import Pack
from models.runtime.prepare import Pictures, Preparation
from models.runtime.region import Box, Region
from models.runtime.session import Session
from models.runtime.tiles import Tiling, cut, merge, tiling

_LEAST = 0.001
"""Below this a score is noise even to an evaluation."""


class Runs(Protocol):
    """What a detector needs of a session."""

    def run(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """The model's outputs for a batch [1, C, H, W]."""
        ...


class Detector:
    """Finds defects with one pack. One thread at a time may use it."""

    def __init__(self, pack: Pack, threads: int | None = None, session: Runs | None = None) -> None:
        """Load, verify and warm up the pack's model; PackError where it cannot be trusted here.

        Without `threads` their number is measured. A `session` of the same pack that is ready
        already is used instead.
        """
        self._manifest = pack.manifest
        self._session: Runs = session or Session(pack, threads)
        self._preparation = Preparation(pack.manifest.input)
        self._features: list[FeatureMap] = []

    def features(self) -> tuple[FeatureMap, ...]:
        """What the net saw in the last call that looked at pictures, a map for each look.

        None from a model that gives no features.
        """
        return tuple(self._features)

    def detect(
        self, picture: NDArray[np.uint8], region: Region | None = None
    ) -> tuple[Detection, ...]:
        """The instances in `region` that reach their class's `high` threshold, surest first.

        `picture` is uint8 [H, W, 3] RGB; without a region the whole picture is looked at, at its
        native resolution either way. InferenceError if the model's answer cannot be trusted;
        ValueError for another array or a region that does not meet the picture.
        """
        return self.detect_pose({self._first: picture}, region)

    def detect_pose(
        self, pictures: Pictures, region: Region | None = None, least: float | None = None
    ) -> tuple[Detection, ...]:
        """As `detect`, of all pictures of one pose at once, each fault once.

        A model that knows several lamps sees them together; another sees one picture after the
        other, and of what agrees the surest is kept. With `least` that confidence takes the place
        of every `high`.
        """
        thresholds = self._manifest.decode.thresholds
        wanted = {name: t.high if least is None else least for name, t in thresholds.items()}
        return self._find(pictures, region, wanted)

    def candidates(
        self, picture: NDArray[np.uint8], region: Region | None = None
    ) -> tuple[Detection, ...]:
        """As `detect`, with every instance of whatever confidence, for evaluating a pack.

        A dense model's instances are delimited by `low`, so none is less sure than that.
        """
        return self.pose_candidates({self._first: picture}, region)

    def pose_candidates(
        self, pictures: Pictures, region: Region | None = None
    ) -> tuple[Detection, ...]:
        """As `detect_pose`, with every instance of whatever confidence."""
        return self._find(pictures, region, dict.fromkeys(self._manifest.classes, _LEAST))

    @property
    def _first(self) -> str:
        return self._manifest.input.lights[0].name

    def _find(
        self, pictures: Pictures, region: Region | None, least: dict[str, float]
    ) -> tuple[Detection, ...]:
        shapes = {picture.shape for picture in pictures.values()}
        if len(shapes) != 1:
            raise ValueError("A pose needs pictures, all of one size.")
        shape = shapes.pop()
        if any(p.dtype != np.uint8 for p in pictures.values()) or len(shape) != 3 or shape[2] != 3:
            raise ValueError("A picture must be uint8 [H, W, 3].")
        self._features.clear()
        frame = Box(0, 0, shape[1], shape[0])
        region = region or Region.of_box(frame)
        seen = region.box().intersection(frame)
        if seen.width == 0 or seen.height == 0:
            raise ValueError("The region does not meet the picture.")
        if self._manifest.input.single:
            looks = []
            for light, picture in pictures.items():
                told = light if len(pictures) > 1 else ""
                found = self._look({self._first: picture}, region, frame, least)
                looks += [replace(each, light=told) for each in found]
                self._features = [replace(f, light=f.light or light) for f in self._features]
            return tuple(fused(looks))
        known = {light.name for light in self._manifest.input.lights} & set(pictures)
        if not known:
            # A lamp of another name is taken for the first, as a photograph of any light is.
            pictures = {self._first: next(iter(pictures.values()))}
        found = self._look(pictures, region, frame, least)
        if len(pictures) > 1:
            found = [replace(each, light=clearest(each, pictures)) for each in found]
        return tuple(sorted(found, key=lambda detection: -detection.confidence))

    def _look(
        self, pictures: Pictures, region: Region, frame: Box, least: dict[str, float]
    ) -> list[Detection]:
        match self._manifest.decode:
            case DenseDecode() as rule:
                return self._find_dense(pictures, region, frame, rule, least)
            case YoloSegDecode() as rule:
                return self._find_yolo(pictures[self._first], region, frame, rule, least)

    def _find_dense(
        self,
        pictures: Pictures,
        region: Region,
        frame: Box,
        rule: DenseDecode,
        least: dict[str, float],
    ) -> list[Detection]:
        seen = region.box().intersection(frame)
        plan = tiling(seen, frame.width, frame.height, self._manifest.input)
        window, stride = plan.window, rule.stride
        tiles = (
            {light: cut(picture, tile.box) for light, picture in pictures.items()}
            for tile in plan.tiles
        )
        looked: list[NDArray[np.float32]] = []
        maps = (self._probability(tile, stride, looked) for tile in tiles)
        probability = merge(plan, maps, stride)
        self._keep_features(plan, looked)
        islands = dense.Islands(region.mask(window, stride))
        return [
            instance
            for defect, layer in zip(
                self._manifest.classes, dense.layers(probability, rule), strict=True
            )
            for instance in dense.instances(
                defect,
                layer,
                islands,
                window,
                frame,
                rule,
                least[defect],
                partial(self._manifest.scores.confidence, defect),
            )
        ]

    def _probability(
        self, pictures: Pictures, stride: int, seen: list[NDArray[np.float32]]
    ) -> NDArray[np.float32]:
        """The probabilities of one tile; its features, where there are any, go to `seen`."""
        probability, *features = self._run(pictures)
        height, width = next(iter(pictures.values())).shape[:2]
        classes = len(self._manifest.classes)
        if probability.shape != (1, classes, height // stride, width // stride):
            raise InferenceError("The model gave a map of another size than its stride says.")
        seen += [each[0] for each in features]
        layers: NDArray[np.float32] = probability[0]
        return layers

    def _keep_features(self, plan: Tiling, tiles: list[NDArray[np.float32]]) -> None:
        """One map of the features of all tiles, whose stride is what their size says."""
        if not tiles:
            return
        side = plan.tiles[0].box
        stride = side.height // tiles[0].shape[1]
        if (tiles[0].shape[1] * stride, tiles[0].shape[2] * stride) != (side.height, side.width):
            raise InferenceError("The model gave features of no whole stride.")
        values = merge(plan, iter(tiles), stride)
        self._features.append(FeatureMap(values, plan.window, stride, ""))

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
                view, self._run({self._first: view.pixels(picture)}), manifest.classes, rule, least
            )
        ]
        return yolo_seg.instances(proposals, region, frame, rule)

    def _run(self, pictures: Pictures) -> list[NDArray[np.float32]]:
        return self._session.run(self._preparation.batch(pictures))
