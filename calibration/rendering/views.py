"""A person's way of holding a board before the camera, as an even set of poses."""

import numpy as np

from calibration.boards.board import Board
from calibration.rendering.planar import Pose, held_up
from calibration.sections.geometry import Lens

_TILTS = ((0, 0), (32, 0), (-32, 0), (0, 32), (0, -32), (24, 24), (-24, 24), (24, -24), (-24, -24))
_PLACES = ((0, 0), (-1, -1), (1, -1), (-1, 1), (1, 1), (0, -1), (0, 1), (-1, 0), (1, 0))


def lens_views(
    lens: Lens, size: tuple[int, int], board: Board, count: int, seed: int = 0
) -> list[Pose]:
    """Poses that a careful person takes: every part of the picture, near and far, tilted each way.

    The board's coordinates are its own `corners`. A ChArUco board comes as near as 0.9 of the
    picture's height and reaches over its edges a little; the others stay whole in it.
    """
    chance = np.random.default_rng(seed)
    low, high = board.corners.min(axis=0), board.corners.max(axis=0)
    middle = (float((low + high)[0] / 2), float((low + high)[1] / 2))
    extent = high - low
    fills, spread = (
        ((0.5, 0.9, 0.62), 1.0) if board.kind == "charuco" else ((0.3, 0.45, 0.38), 0.55)
    )
    poses = []
    for number in range(count):
        fill = fills[number % 3]
        distance = float(lens.fy * extent[1] / (fill * size[1]))
        place = np.array(_PLACES[number % len(_PLACES)], dtype=float)
        room = np.maximum(np.array(size) - extent * lens.fx / distance, 0) / 2
        shift = spread * place * room + chance.uniform(-0.03, 0.03, 2) * size
        tilt = np.array(_TILTS[(number * 4 + number // 9) % len(_TILTS)]) + chance.uniform(-5, 5, 2)
        poses.append(
            held_up(
                middle,
                x_mm=float(shift[0] * distance / lens.fx),
                y_mm=float(shift[1] * distance / lens.fy),
                distance_mm=distance,
                tilt_deg=(float(tilt[0]), float(tilt[1])),
                turned_deg=float(chance.uniform(-15, 15)),
            )
        )
    return poses
