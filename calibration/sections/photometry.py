"""Light, colour, focus and noise of one camera under its lamps."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field
from pydantic.dataclasses import dataclass

from calibration.sections.values import (
    TABLE,
    Count,
    NotNegative,
    Number,
    Positive,
    Share,
    Text,
)

Row: TypeAlias = tuple[Number, ...]
Grid: TypeAlias = tuple[Row, ...]
"""Rows of values over the picture from its top, each from the left."""
Channels: TypeAlias = tuple[Number, Number, Number]
"""Red, green, blue; of linear light, 0 to 1, where nothing else is said."""


@dataclass(frozen=True, slots=True, config=TABLE)
class Lamp:
    """One lamp as this camera sees it.

    `level` is the mean linear level (R, G, B) of the white card in the middle of the picture;
    `flat_field` the relative level over cells of the picture, its largest value 1;
    `residual_percent` what is left of it after correction, largest cell. `drift_percent` is the
    change of the level while warm, `settle_ms` the time to 98 % of a step. `response` is the
    linear level (R, G, B) that this lamp alone adds at full, by which a lit picture can be told
    from a replayed one; `curve` are pairs of the level asked for, 0 to 1, and the light seen as
    a share of that; `tolerance` is by how much such a share may be off (k = 2).
    """

    name: Text
    level: Channels
    flat_field: Grid = ()
    residual_percent: NotNegative | None = None
    drift_percent: NotNegative | None = None
    settle_ms: NotNegative | None = None
    ambient_percent: NotNegative | None = None
    clipped_percent: NotNegative | None = None
    response: Channels | None = None
    curve: tuple[tuple[NotNegative, NotNegative], ...] = ()
    tolerance: Share | None = None


@dataclass(frozen=True, slots=True, config=TABLE)
class ColourCorrection:
    """From the camera's linear RGB to linear sRGB under D65, after white balance.

    `kind` says how the terms are made: `linear` (R, G, B) or `root-polynomial` of degree 2
    (Finlayson, Mackiewicz, Hurlbert 2015: R, G, B, √RG, √GB, √RB). `matrix` has one row for each
    output channel and one column for each term. `tone` is the curve that the camera bent its light
    by, exponent and curvature of ln, taken back first (`calibration.correction`). ΔE00 figures
    are of held-out patches, `before` without this correction. `lamp` is the light under which
    the chart was pictured. `U_difference` is the expanded uncertainty (k = 2) of a ΔE00 between
    two colours as a share of it.
    """

    kind: Literal["linear", "root-polynomial"]
    matrix: Annotated[Grid, Field(min_length=3, max_length=3)]
    white_balance: Channels
    lamp: Text
    batch: Text
    de00_before_mean: NotNegative
    de00_mean: NotNegative
    de00_p90: NotNegative
    de00_max: NotNegative
    grey_de_max: NotNegative | None = None
    patches: Count = 24
    tone: tuple[Number, Number] = (1.0, 0.0)
    U_difference: NotNegative | None = None


@dataclass(frozen=True, slots=True, config=TABLE)
class EdgeSharpness:
    """One slanted edge (ISO 12233): where it lies in the picture (px), and its MTF.

    `mtf` are the contrasts at 0, 0.01 … 0.5 cycles per pixel, or empty.
    """

    x: NotNegative
    y: NotNegative
    mtf50: Positive
    mtf10: Positive
    mtf: tuple[NotNegative, ...] = ()


@dataclass(frozen=True, slots=True, config=TABLE)
class Sharpness:
    """The edges that were measured; the worst and the middle one are derived from them."""

    edges: Annotated[tuple[EdgeSharpness, ...], Field(min_length=1)]
    channel_shift_px: NotNegative | None = None


@dataclass(frozen=True, slots=True, config=TABLE)
class Noise:
    """Temporal noise of the 8-bit luma in levels, as variance = `read²` + `gain` · level, with
    the level of linear light scaled to 255; `lightness` is the noise of L* on the white card."""

    read: NotNegative
    gain: NotNegative
    lightness: NotNegative
    frames: Count


@dataclass(frozen=True, slots=True, config=TABLE)
class Repeatability:
    """What changed over pictures of an untouched bench: coefficient of variation of the level in
    percent, and the largest shift in pixels."""

    frames: Count
    level_cv_percent: NotNegative
    shift_px: NotNegative
