"""The manifest of a model pack: what the model takes, what it gives, and what that means."""

import re
import tomllib
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.runtime.errors import PackError

MANIFEST = "manifest.toml"
MODEL = "model.onnx"
GOLDEN = "golden.npz"
METRICS = "metrics.json"
CARD = "CARD.md"
LISTED_FILES = (MODEL, GOLDEN, METRICS, CARD)
"""The files of every pack beside the manifest and its signature, each with its digest there."""
SUPPORT = "support.npz"
OPTIONAL_FILES = (SUPPORT,)
"""Files that a pack may have as well; listed in the manifest where they are there."""

GRID = 32
"""Input sides are multiples of this, the coarsest stride of the networks in use."""

NAME = r"^[a-z0-9][a-z0-9._-]{0,63}$"
"""What names and versions of packs are made of."""

Name = Annotated[str, Field(pattern=NAME)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Probability = Annotated[float, Field(ge=0, le=1)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
TileSide = Annotated[int, Field(ge=0, le=8192, multiple_of=GRID)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class LightInput(_Table):
    """The picture under one lamp as the model takes it: three planes of colour, or one of luma."""

    name: Name
    colour: Literal["RGB", "grey"]

    @property
    def planes(self) -> int:
        """How many input planes it takes."""
        return 3 if self.colour == "RGB" else 1


ANY_LIGHT = LightInput(name="any", colour="RGB")
"""The only entry of a model that is shown one picture at a time, whatever lamp was lit."""


class Input(_Table):
    """What the model takes: float32 [N, channels, height, width].

    Each value is `(pixel * scale - mean) / std` of an 8-bit pixel, per channel in the order of
    `lights`. A model with its normalisation inside the graph has `scale = 1/255`, mean 0, std 1.
    """

    width: TileSide
    """Fixed input width in pixels, or 0 where the model takes any multiple of 32."""
    height: TileSide
    colour: Literal["RGB"] = "RGB"
    channels: Annotated[int, Field(ge=1, le=24)] = 3
    lights: Annotated[list[LightInput], Field(min_length=1, max_length=8)] = [ANY_LIGHT]
    """The lamps whose pictures of one pose are seen at once, in the order of their planes. The
    planes of a lamp that took no picture hold the value of black. One entry named `any` sees each
    picture by itself."""
    scale: Positive = 1 / 255
    mean: list[Finite] = [0.0, 0.0, 0.0]
    std: list[Positive] = [1.0, 1.0, 1.0]
    tile: Annotated[int, Field(ge=GRID, le=8192, multiple_of=GRID)] = 1280
    """Longest side given to a model of dynamic size at once; larger regions are tiled."""
    overlap: Annotated[int, Field(ge=0, le=1024, multiple_of=GRID)] = 64
    """Pixels that neighbouring tiles share at least: no less than the model's receptive field."""

    @property
    def single(self) -> bool:
        """Whether the model is shown one picture at a time."""
        return self.lights == [ANY_LIGHT]

    @model_validator(mode="after")
    def _planes_agree(self) -> Self:
        names = [light.name for light in self.lights]
        if len(set(names)) != len(names):
            raise ValueError("lights must not repeat")
        if ANY_LIGHT.name in names and not self.single:
            raise ValueError("the light any stands alone and in RGB")
        if self.channels != sum(light.planes for light in self.lights):
            raise ValueError("channels is not the number of planes of the lights")
        if {len(self.mean), len(self.std)} != {self.channels}:
            raise ValueError("mean and std need one value a channel")
        return self

    @model_validator(mode="after")
    def _sides_agree(self) -> Self:
        if (self.width == 0) != (self.height == 0):
            raise ValueError("width and height must both be fixed or both be 0")
        if self.overlap >= min(self.width or self.tile, self.height or self.tile):
            raise ValueError("overlap must be smaller than a tile")
        return self


class Threshold(_Table):
    """A class's two thresholds.

    Pixels of at least `low` belong to an instance; an instance is reported when its confidence,
    as `scores` make it of its raw score, is at least `high`.
    """

    low: Annotated[float, Field(gt=0, le=1)]
    high: Annotated[float, Field(gt=0, le=1)]


class DenseDecode(_Table):
    """One output, float32 [N, K, height / stride, width / stride]: per-class probabilities."""

    kind: Literal["dense"]
    stride: Literal[1, 2, 4, 8, 16, 32]
    thresholds: dict[str, Threshold]
    min_area_px: Annotated[int, Field(ge=1)]
    """Smallest instance in picture pixels."""
    delimit: Literal["class", "any"] = "class"
    """What an instance reaches over: where its own class is probable, or where any is, by the sum
    over all classes, which then must exclude one another."""
    score: Literal["class", "any"] = "class"
    """What an instance is scored by: how probable its class is; or, wherever that is the likeliest
    class, the mean of that and of how probable any is, so that a sure fault of unsure kind counts.
    `any` needs `delimit = "any"`."""
    top_fraction: Annotated[float, Field(gt=0, le=1)] = 0.1
    """The raw score is the mean over this part of an instance, where it scores highest."""

    @model_validator(mode="after")
    def _any_is_told(self) -> Self:
        if self.score == "any" and self.delimit != "any":
            raise ValueError('score = "any" needs delimit = "any"')
        return self


class YoloSegDecode(_Table):
    """Two outputs as `ultralytics` exports a segmenter: predictions and mask prototypes.

    Prototypes are [N, M, height / stride, width / stride]. Predictions are [N, 4 + K + M, anchors],
    box (centre x, y, width, height), class scores and mask coefficients; or, with `end_to_end`,
    [N, rows, 6 + M], box corners, score, class and coefficients after suppression.
    The threshold `low` applies to mask pixels, `high` to scores.
    """

    kind: Literal["yolo-seg"]
    stride: Literal[1, 2, 4, 8, 16, 32]
    """Input pixels per prototype cell."""
    thresholds: dict[str, Threshold]
    min_area_px: Annotated[int, Field(ge=1)]
    end_to_end: bool = False
    suppression_iou: Probability = 0.7
    fit: Literal["tile", "letterbox"] = "tile"
    """Native-resolution tiles, or the whole region scaled down into one input."""


Point = Annotated[list[Probability], Field(min_length=2, max_length=2)]


class Scores(_Table):
    """What a confidence means, in words a supervisor can act on, and how it comes about."""

    meaning: Annotated[str, Field(min_length=1, max_length=2000)]
    observed: dict[str, Annotated[list[Point], Field(min_length=1, max_length=64)]] = {}
    """By class: a raw score, and the share of findings with that score that were true. Between
    the points a confidence is interpolated, beyond them it stays. A class without points reports
    its raw score."""

    @model_validator(mode="after")
    def _rising(self) -> Self:
        for name, points in self.observed.items():
            for (raw, share), (next_raw, next_share) in pairwise(points):
                if next_raw <= raw or next_share < share:
                    raise ValueError(f"observed.{name} must rise from point to point")
        return self

    def confidence(self, defect: str, raw: NDArray[np.floating]) -> NDArray[np.float64]:
        """The confidences that raw scores of a class mean."""
        points = self.observed.get(defect)
        if not points:
            return np.asarray(raw, np.float64)
        scores, shares = zip(*points, strict=True)
        return np.asarray(np.interp(raw, scores, shares), np.float64)


class GoldenRule(_Table):
    """How far an output may lie from the recorded one: `|a - b| <= tolerance (1 + |b|)`."""

    tolerance: Annotated[float, Field(gt=0, le=0.1)]


class Manifest(_Table):
    """A pack's manifest; `classes` are in the order of the model's output channels."""

    schema_version: Annotated[Literal[1], Field(alias="schema")]
    name: Name
    version: Name
    licence: Annotated[str, Field(min_length=1, max_length=200)]
    classes: Annotated[list[Name], Field(min_length=1, max_length=100)]
    input: Input
    decode: Annotated[DenseDecode | YoloSegDecode, Field(discriminator="kind")]
    scores: Scores
    golden: GoldenRule = GoldenRule(tolerance=0.001)
    files: dict[str, Digest]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(set(self.classes)) != len(self.classes):
            raise ValueError("classes must not repeat")
        if set(self.decode.thresholds) != set(self.classes):
            raise ValueError("decode.thresholds must name exactly the classes")
        if set(self.files) - set(OPTIONAL_FILES) != set(LISTED_FILES):
            raise ValueError(
                f"files must list exactly {', '.join(LISTED_FILES)} and may list "
                f"{', '.join(OPTIONAL_FILES)}"
            )
        for name, threshold in self.decode.thresholds.items():
            if name not in self.scores.observed and threshold.low > threshold.high:
                raise ValueError(f"decode.thresholds.{name}: low must not exceed high")
        if not set(self.scores.observed) <= set(self.classes):
            raise ValueError("scores.observed must name none but the classes")
        if isinstance(self.decode, YoloSegDecode) and self.input.width == 0:
            raise ValueError("a yolo-seg model needs a fixed input width and height")
        if isinstance(self.decode, YoloSegDecode) and self.scores.observed:
            raise ValueError("a yolo-seg model reports its own scores: leave scores.observed out")
        return self


def read_manifest(content: bytes) -> Manifest:
    """The manifest written in `content`, or PackError."""
    try:
        return manifest_from(tomllib.loads(content.decode("utf-8")))
    except UnicodeDecodeError as error:
        raise PackError(f"{MANIFEST} is not UTF-8 text.") from error
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"{MANIFEST} is not TOML: {error}.") from error


def manifest_from(tables: dict[str, Any]) -> Manifest:
    """The manifest of already parsed tables, or PackError naming the first entry that is wrong."""
    try:
        return Manifest.model_validate(tables)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        raise PackError(f"{MANIFEST}{f', {place}' if place else ''}: {reason}.") from error


def manifest_text(manifest: Manifest) -> str:
    """The manifest as TOML, complete: `read_manifest` gives an equal manifest back."""
    lines: list[str] = []
    _write_table(lines, (), manifest.model_dump(by_alias=True))
    return "\n".join(lines).lstrip("\n") + "\n"


def _write_table(lines: list[str], path: tuple[str, ...], table: dict[str, Any]) -> None:
    if path:
        lines.append(f"\n[{'.'.join(_key(part) for part in path)}]")
    nested = {key: value for key, value in table.items() if isinstance(value, dict)}
    lines.extend(f"{_key(key)} = {_value(table[key])}" for key in table if key not in nested)
    for key, value in nested.items():
        _write_table(lines, (*path, key), value)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _value(name)


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case list():
            return f"[{', '.join(_value(item) for item in value)}]"
        case dict():
            entries = ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items())
            return f"{{ {entries} }}"
        case str():
            return '"' + "".join(_escaped(character) for character in value) + '"'
    raise TypeError(f"A manifest holds no {type(value).__name__}.")


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if ord(character) < 0x20 or ord(character) == 0x7F:
        return f"\\u{ord(character):04x}"
    return character
