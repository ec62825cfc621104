"""Targets under the virtual camera: a careful person's hands, a lens of known truth, two lamps.

It stands at the camera's port, as a source of frames, and its lamps hang on an emulated bench board
behind a pty: what is switched, captured, found and fitted is what would be with real ones. Its
faults are those that a daily check has to catch.
"""

import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from calibration.boards.board import Board
from calibration.projection import from_plane, to_plane
from calibration.rendering.chart import ColourCamera, chart_face
from calibration.rendering.planar import (
    Flat,
    Glow,
    Light,
    PlanarCamera,
    Pose,
    Sensor,
    on_bench,
)
from calibration.rendering.views import lens_views
from calibration.sections.geometry import BenchPlane, Lens
from calibration.targets.sheet import Sheet
from calibration.targets.sheets import A4, board_origin, board_sheet, check_card, edge_sheet
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.ports import PtyPort
from station.virtual.lit_board import LitBoard

Change: TypeAlias = Literal["none", "moved", "dim", "defocused"]
CHANGES: tuple[Change, ...] = get_args(Change)

SIZE = (1280, 720)
BOARD = "charuco:11x7:24:18"
IDENTITY = "virtual calibration bench"

_TEXELS_PER_MM = 5.0
_BLANK_MM = (470.0, 300.0)
_CHART_PITCH_MM, _CHART_TEXELS = 30.0, 60
_UNTOUCHED = 40
_LEAST_LENGTH_MM = 80.0
_ROOM = 0.004
_LOOK = (320, 180)
_PLACES = ((0, 0, 0), (-70, -30, 8), (70, -30, -8), (-70, 30, -8), (70, 30, 8))
_TILT_DEG = (0.5, -0.3)


def _true_lens() -> Lens:
    bent = (-0.06, 0.03, 0.0004, -0.0003, 0.0)
    return Lens(fx=2679.0, fy=2681.0, cx=645.0, cy=352.0, distortion=bent)


def _true_bench() -> BenchPlane:
    lean = np.tan(np.radians(_TILT_DEG))
    normal = np.array([lean[0], lean[1], 1.0])
    x, y, z = (float(value) for value in normal / np.linalg.norm(normal))
    return BenchPlane((x, y, z), 900.0, 0.0)


@dataclass(frozen=True, slots=True)
class Truth:
    """What the virtual camera, its bench and its lamps really are."""

    lens: Lens = field(default_factory=_true_lens)
    bench: BenchPlane = field(default_factory=_true_bench)
    level: float = 0.98
    blur_px: float = 0.6

    def light(self, lamps: Mapping[str, float]) -> Light:
        """What lamps at shares of their full light, and the room, throw onto the picture."""
        total = np.full((SIZE[1], SIZE[0], 3), _ROOM, np.float32)
        for lamp, level in lamps.items():
            share = level * self.level
            glow = (
                Glow((share, share, share))
                if lamp == "bright"
                else Glow((0.6 * share,) * 3, x=-0.1, falloff=0.5)
            )
            total += glow.over(SIZE)
        return total

    def errors(self, lens: Lens, plane: BenchPlane) -> dict[str, float]:
        """By how much a calibration is off, as shares: of the focal length, and of lengths from
        80 mm on over the bench and 300 mm above it, on average and at most."""
        found = {
            "focal_length": max(abs(lens.fx / self.lens.fx - 1), abs(lens.fy / self.lens.fy - 1))
        }
        for height in (0.0, 300.0):
            away, taken = self.bench.distance_mm - height, plane.distance_mm - height
            x, y = np.meshgrid(np.linspace(-0.2, 0.2, 7), np.linspace(-0.11, 0.11, 5))
            points = np.column_stack([x.ravel(), y.ravel()]) * away
            pixels = from_plane(self.lens, self.bench, points, away)
            seen = to_plane(lens, plane, pixels, taken)
            first, second = np.triu_indices(len(points), 1)
            true = np.linalg.norm(points[first] - points[second], axis=1)
            far = true >= _LEAST_LENGTH_MM
            off = np.linalg.norm(seen[first] - seen[second], axis=1)[far] / true[far] - 1
            found[f"length_mean_at_{height:.0f}_mm"] = float(off.mean())
            found[f"length_worst_at_{height:.0f}_mm"] = float(np.abs(off).max())
        return found

    def changed(self, change: Change) -> "Truth":
        """The bench after something happened to it: the camera slipped by 4 mm, the lamp lost
        5 %, the lens lost its focus."""
        match change:
            case "moved":
                slipped = replace(self.bench, distance_mm=self.bench.distance_mm - 4.0)
                return replace(self, bench=slipped)
            case "dim":
                return replace(self, level=self.level * 0.95)
            case "defocused":
                return replace(self, blur_px=1.4)
        return self


@dataclass(frozen=True, slots=True)
class PixelFrame:
    """One exposure: BGR pixels, its count and its time."""

    pixels: NDArray[np.uint8]
    sequence: int
    monotonic_s: float


@dataclass(frozen=True, slots=True)
class Face:
    """What a target looks like from above: linear reflectance, and the mm of one texel."""

    reflectance: NDArray[np.float32]
    texel_mm: float


@lru_cache(maxsize=4)
def _printed(sheet: Sheet) -> Face:
    return Face(sheet.raster(_TEXELS_PER_MM), 1 / _TEXELS_PER_MM)


@lru_cache(maxsize=1)
def _chart() -> Face:
    camera = ColourCamera(exposure=1.0)
    raw = chart_face("since-2014-11", camera.balanced_for)
    texels = _CHART_PITCH_MM / _CHART_TEXELS
    return Face(np.asarray(camera.mixed(raw.astype(np.float64)), np.float32), texels)


@lru_cache(maxsize=2)
def _camera_of(lens: Lens) -> PlanarCamera:
    return PlanarCamera(lens, SIZE)


class TargetCamera:
    """A `FrameSource` before which a target is held or laid, at one pose after another.

    Each pose is shown for two frames or more, so that the second finds it still. EOFError after
    the last.
    """

    def __init__(
        self,
        truth: Truth,
        shining: Callable[[], Mapping[str, float]],
        poses: list[Pose],
        face: Face,
        seed: int,
        *,
        again: int = 2,
    ) -> None:
        """`shining` says which lamps shine now, `again` for how many frames each pose is shown."""
        self._truth = truth
        self._shining = shining
        self._poses = poses
        self._face = face
        self._camera = _camera_of(truth.lens)
        self._seed = seed
        self._again = again
        self._count = 0
        self._seen: tuple[int, Light] | None = None

    def open(self) -> dict[str, float]:
        """Its picture size."""
        return {"width": float(SIZE[0]), "height": float(SIZE[1])}

    def identity(self) -> str:
        """Which camera this is."""
        return IDENTITY

    def grab(self, light: str) -> PixelFrame:  # noqa: ARG002  it sees what shines
        """The next frame, under whatever lamps shine now."""
        number = self._count // self._again
        if number >= len(self._poses):
            raise EOFError("The virtual hands have shown everything.")
        self._count += 1
        if self._seen is None or self._seen[0] != number:
            flat = Flat(self._face.reflectance, self._face.texel_mm, self._poses[number])
            self._seen = number, self._camera.sees([flat], blur_px=self._truth.blur_px)
        chance = np.random.default_rng((self._seed, self._count))
        exposed_s = time.monotonic()
        rgb = Sensor().develop(self._seen[1] * self._truth.light(self._shining()), chance)
        return PixelFrame(np.ascontiguousarray(rgb[..., ::-1]), self._count, exposed_s)

    def look(self) -> NDArray[np.uint8]:
        """A live picture, RGB."""
        return np.zeros((_LOOK[1], _LOOK[0], 3), np.uint8)

    def close(self) -> None:
        """Nothing is held open."""


class CalibrationBench:
    """The virtual bench as a person calibrates it, alive inside a `with` block. `change` happened
    to it since."""

    def __init__(self, seed: int = 0, change: Change = "none") -> None:
        self.truth = Truth().changed(change)
        self._seed = seed
        self._lamps = LitBoard(lambda _: None)
        self._things = ExitStack()

    def __enter__(self) -> Self:
        place = self._things.enter_context(tempfile.TemporaryDirectory(prefix="regrade-"))
        self.folder = Path(place)
        port = PtyPort(self.folder / "board")
        self.board = self._things.enter_context(Emulator(self._lamps, port))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._things.close()

    def held_board(self, board: Board, views: int) -> TargetCamera:
        """The board held before the camera, in every way that a lens calibration asks for."""
        poses = lens_views(self.truth.lens, SIZE, board, 2 * views, self._seed)
        return self._shown(_printed(board_sheet(board, A4)), self._on_sheet(board, poses), 1)

    def laid_board(self, board: Board) -> TargetCamera:
        """The board lying on the bench at one place after another."""
        middle = (A4[0] / 2, A4[1] / 2)
        poses = [
            on_bench(self.truth.bench, middle, x_mm=x, y_mm=y, turned_deg=turn)
            for x, y, turn in _PLACES
        ]
        return self._shown(_printed(board_sheet(board, A4)), poses, 2)

    def blank_card(self, turn: int) -> TargetCamera:
        """A blank card that fills the picture, turned by half at every other turn."""
        middle = (_BLANK_MM[0] / 2, _BLANK_MM[1] / 2)
        pose = on_bench(self.truth.bench, middle, turned_deg=180.0 * (turn % 2))
        face = _printed(Sheet(*_BLANK_MM, ()))
        return self._shown(face, [pose], 40 + turn, again=_UNTOUCHED)

    def edges(self) -> TargetCamera:
        """The sheet of slanted squares, untouched."""
        pose = on_bench(self.truth.bench, (A4[0] / 2, A4[1] / 2))
        return self._shown(_printed(edge_sheet()), [pose], 5, again=_UNTOUCHED)

    def chart(self) -> TargetCamera:
        """A 24-patch chart in the middle of the bench, under the light of white LEDs."""
        face = _chart()
        height, width = face.reflectance.shape[:2]
        middle = (width * face.texel_mm / 2, height * face.texel_mm / 2)
        return self._shown(
            face, [on_bench(self.truth.bench, middle, turned_deg=2.0)], 6, _UNTOUCHED
        )

    def card(self, serial: str) -> TargetCamera:
        """The check card, laid a little aside each day."""
        chance = np.random.default_rng((self._seed, 3))
        x, y, turn = chance.uniform(-1, 1, 3) * (12, 6, 3)
        pose = on_bench(
            self.truth.bench,
            (A4[0] / 2, A4[1] / 2),
            x_mm=float(x),
            y_mm=float(y),
            turned_deg=float(turn),
        )
        return self._shown(_printed(check_card(serial)), [pose], 3, _UNTOUCHED)

    def _shown(self, face: Face, poses: list[Pose], step: int, again: int = 2) -> TargetCamera:
        seed = self._seed * 100 + step
        return TargetCamera(self.truth, self._shine, poses, face, seed, again=again)

    def _shine(self) -> Mapping[str, float]:
        return self._lamps.shining(time.monotonic())

    def _on_sheet(self, board: Board, poses: list[Pose]) -> list[Pose]:
        """Poses of the board as poses of the sheet it is printed on."""
        x, y = board_origin(board, board_sheet(board, A4))
        corner = np.array([x, y, 0.0])
        return [Pose(p.rotation, p.translation - p.rotation @ corner) for p in poses]
