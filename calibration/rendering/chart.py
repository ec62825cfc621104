"""Rendered pictures of the 24-patch chart whose true colours are known."""

from dataclasses import dataclass, field
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.chart.reference import COLUMNS, PATCHES, ROWS, Batch
from calibration.colour import Floats, srgb_encoded
from calibration.rendering.spectra import bands, daylight, exposed, reflectances, white_led

SIDES = {"full": 0.87, "mini": 0.76}
MARGIN = 0.75
FRAME, PAPER = 0.035, 0.82
FACE_PX_PER_PITCH = 60
_OVERSAMPLED = 2


def chart_face(
    batch: Batch,
    light: Floats,
    kind: Literal["full", "mini"] = "full",
    px_per_pitch: int = FACE_PX_PER_PITCH,
) -> NDArray[np.float32]:
    """Return the chart from straight above in raw camera colours, H x W x 3, float.

    1 is the perfect diffuser's green. The picture spans from (-0.5 - `MARGIN`) to
    (5.5 + `MARGIN`) pitches across and (3.5 + `MARGIN`) down: a dark frame around the patches.
    """
    colours = exposed(reflectances(batch), light)
    frame = exposed(np.full((len(bands().nm), 1), FRAME), light)[0]
    height, width = (round((count + 2 * MARGIN) * px_per_pitch) for count in (ROWS, COLUMNS))
    face = np.empty((height, width, 3), np.float32)
    face[:] = frame
    half = SIDES[kind] / 2 * px_per_pitch
    for number in range(PATCHES):
        row, column = divmod(number, COLUMNS)
        x, y = ((place + 0.5 + MARGIN) * px_per_pitch for place in (column, row))
        rows = slice(round(y - half), round(y + half))
        face[rows, round(x - half) : round(x + half)] = colours[number]
    return face


@dataclass(frozen=True, slots=True)
class ColourCamera:
    """A camera that delivers 8-bit sRGB.

    It balances white for `balanced_for`, mixes its channels by `matrix`, exposes the perfect
    diffuser to `exposure` of full scale, and adds shot noise (variance `shot` per linear level,
    full scale 1) and read noise. `bend` other than 1 is an exponent that pleases the eye.
    """

    balanced_for: Floats = field(default_factory=white_led)
    exposure: float = 0.93
    matrix: tuple[tuple[float, float, float], ...] = (
        (1.50, -0.35, -0.15),
        (-0.20, 1.40, -0.20),
        (0.00, -0.45, 1.45),
    )
    shot: float = 2e-5
    read: float = 4e-4
    bend: float = 1.0

    def mixed(self, raw: Floats) -> Floats:
        """Return the linear light that the camera takes raw light for (..., 3), before its bend."""
        white = exposed(np.ones((len(bands().nm), 1)), self.balanced_for)[0]
        return np.asarray(np.maximum(raw / white @ np.array(self.matrix).T * self.exposure, 0))

    def develops(self, raw: Floats, chance: np.random.Generator) -> NDArray[np.uint8]:
        """Return the delivered picture of raw light, H x W x 3, RGB."""
        spread = np.sqrt(np.maximum(raw, 0) * self.shot + self.read**2)
        light = self.mixed(raw + chance.standard_normal(raw.shape) * spread)
        return np.asarray(np.round(srgb_encoded(light**self.bend) * 255), np.uint8)


@dataclass(frozen=True, slots=True)
class ChartScene:
    """A chart lying on a sheet of paper under a lamp.

    `centre` (px) and `pitch_px` place it, `turned_deg` turns it clockwise, `slant` foreshortens
    the far side as a tilted camera does. `falloff` is by how much the light falls from the
    picture's left to its right edge, as a share. `covered` patches are hidden by grey card.
    """

    batch: Batch = "since-2014-11"
    kind: Literal["full", "mini"] = "full"
    light: Floats = field(default_factory=lambda: daylight(5000.0))
    size: tuple[int, int] = (800, 600)
    centre: tuple[float, float] = (400.0, 300.0)
    pitch_px: float = 58.0
    turned_deg: float = 0.0
    slant: float = 0.0
    falloff: float = 0.0
    blur_px: float = 0.8
    covered: tuple[int, ...] = ()

    @property
    def homography(self) -> Floats:
        """From positions on the chart, in pitches with A1 at (0, 0), to pixels."""
        turn = np.radians(self.turned_deg)
        cos, sin = np.cos(turn) * self.pitch_px, np.sin(turn) * self.pitch_px
        x, y = self.centre
        place = np.array([[cos, -sin, x], [sin, cos, y], [0, self.slant / 6, 1]])
        middle = np.array([[1, 0, -(COLUMNS - 1) / 2], [0, 1, -(ROWS - 1) / 2], [0, 0, 1]])
        return np.asarray(place @ middle, dtype=np.float64)

    def raw(self, onto: Floats | None = None) -> Floats:
        """Return the scene's light in raw camera colours, on paper or on top of another scene."""
        face = chart_face(self.batch, self.light, self.kind)
        per_pitch = FACE_PX_PER_PITCH
        for number in self.covered:
            row, column = divmod(number, COLUMNS)
            x, y = (round((place + MARGIN) * per_pitch) for place in (column, row))
            face[y : y + per_pitch, x : x + per_pitch] = 0.3
        fine = (self.size[0] * _OVERSAMPLED, self.size[1] * _OVERSAMPLED)
        grow = np.diag([_OVERSAMPLED, _OVERSAMPLED, 1.0])
        grow[:2, 2] = (_OVERSAMPLED - 1) / 2
        offset = -0.5 - MARGIN + 0.5 / per_pitch
        to_chart = np.array([[1 / per_pitch, 0, offset], [0, 1 / per_pitch, offset], [0, 0, 1]])
        lay = grow @ self.homography @ to_chart
        paper = exposed(np.full((len(bands().nm), 1), PAPER), self.light)[0]
        canvas = np.empty((fine[1], fine[0], 3), np.float32)
        canvas[:] = paper if onto is None else cv2.resize(onto.astype(np.float32), fine)
        cv2.warpPerspective(face, lay, fine, canvas, cv2.INTER_LINEAR, cv2.BORDER_TRANSPARENT)
        light = np.asarray(cv2.resize(canvas, self.size, interpolation=cv2.INTER_AREA), np.float64)
        if self.blur_px:
            light = np.asarray(cv2.GaussianBlur(light, (0, 0), self.blur_px), np.float64)
        fall = 1 - self.falloff * np.linspace(0, 1, self.size[0])
        return np.asarray(light * fall[None, :, None] if onto is None else light, np.float64)

    def pictured(self, sensor: ColourCamera, seed: int = 0) -> NDArray[np.uint8]:
        """Return the scene as the camera delivers it; the same seed, the same picture."""
        return sensor.develops(self.raw(), np.random.default_rng(seed))
