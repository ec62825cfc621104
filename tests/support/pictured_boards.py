"""Rendered pictures of boards whose lens is known, as a calibration is given them."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from calibration.boards.board import Board
from calibration.boards.finding import Grey
from calibration.rendering.planar import Flat, Glow, PlanarCamera, Pose, Sensor
from calibration.rendering.views import lens_views
from calibration.sections.geometry import Lens
from calibration.targets.sheet import Sheet
from calibration.targets.sheets import A4, board_origin, board_sheet
from models.runtime.opencv import cv2

SIZE = (640, 480)
TRUE_LENS = Lens(
    fx=820.0, fy=821.0, cx=326.0, cy=233.0, distortion=(-0.21, 0.08, 0.0007, -0.0004, -0.01)
)
TEXELS_PER_MM = 4.0


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture with its name; `picture` None is a file that is no picture."""

    name: str
    picture: Grey | None

    def grey(self) -> Grey | None:
        return self.picture


@cache
def _printed(sheet: Sheet) -> NDArray[np.float32]:
    return sheet.raster(TEXELS_PER_MM)


def shown(
    board: Board,
    poses: list[Pose],
    lens: Lens = TRUE_LENS,
    *,
    stretch: float = 1.0,
    blur_px: float = 0.6,
) -> list[Shown]:
    """The board at each pose; `stretch` prints it wider than it was named."""
    camera = PlanarCamera(lens, SIZE)
    sheet = board_sheet(board, A4)
    texture = _printed(sheet)
    if stretch != 1.0:
        texture = np.asarray(cv2.resize(texture, None, fx=stretch, fy=1.0), np.float32)
    x, y = board_origin(board, sheet)
    chance = np.random.default_rng(7)
    pictures = []
    for number, pose in enumerate(poses):
        laid = Pose(pose.rotation, pose.translation - pose.rotation @ np.array([x, y, 0.0]))
        flat = Flat(texture, 1 / TEXELS_PER_MM, laid)
        light = camera.sees([flat], blur_px=blur_px) * Glow().over(SIZE)
        rgb = Sensor().develop(light, chance)
        grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
        pictures.append(Shown(f"view-{number:02d}.png", grey))
    return pictures


def careful_views(board: Board, count: int = 27) -> list[Shown]:
    """What a careful person pictures."""
    return shown(board, lens_views(TRUE_LENS, SIZE, board, count))
