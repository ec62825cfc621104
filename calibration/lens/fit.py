"""Fitting a lens to views, and how far the fit can be trusted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import cv2
import numpy as np

from calibration.boards.board import Floats
from calibration.boards.finding import Sighting
from calibration.errors import CalibrationError
from calibration.projection import rays
from calibration.sections.geometry import Lens

Model: TypeAlias = Literal["radial-2", "brown-conrady", "rational"]
"""radial-2: k1 k2. brown-conrady: k1 k2 p1 p2 k3. rational: k1 k2 p1 p2 k3 k4 k5 k6."""

MODELS: dict[Model, int] = {
    "radial-2": cv2.CALIB_ZERO_TANGENT_DIST | cv2.CALIB_FIX_K3,
    "brown-conrady": 0,
    "rational": cv2.CALIB_RATIONAL_MODEL,
}
PARAMETERS: dict[Model, int] = {"radial-2": 6, "brown-conrady": 9, "rational": 12}
SIMPLER_SHARE = 1.03
"""A simpler model is kept while its held-out error is within this of the best one's."""
FOLDS = 5
FIELD = 15
"""Points each way at which two lenses are compared."""

_STOP = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 100, 1e-8)

Size: TypeAlias = tuple[int, int]
"""Width and height in pixels."""
Tick: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Fit:
    """A lens with the residuals (N x 2 px, seen minus projected) of each view."""

    lens: Lens
    residuals: tuple[Floats, ...]
    rotations: tuple[Floats, ...]
    translations: tuple[Floats, ...]

    @property
    def rms_px(self) -> float:
        """Root mean square of the distances between seen and projected corners."""
        return rms(self.residuals)

    @property
    def max_px(self) -> float:
        """The largest of these distances."""
        return max(float(np.hypot(*each.T).max()) for each in self.residuals)


def rms(residuals: Sequence[Floats]) -> float:
    """Root mean square of the lengths of residuals (N x 2 each)."""
    squares = np.concatenate([(each**2).sum(axis=1) for each in residuals])
    return float(np.sqrt(squares.mean()))


def fit_lens(views: Sequence[Sighting], size: Size, model: Model, aspect: float = 1.0) -> Fit:
    """Fit one lens to all views (Zhang's method, OpenCV's `calibrateCamera`).

    aspect: stretches the boards' x, to try whether they were printed so.
    Raises `CalibrationError` where the views determine no lens.
    """
    objects = [_object_points(view, aspect) for view in views]
    pixels = [view.pixels.astype(np.float32).reshape(-1, 1, 2) for view in views]
    try:
        _, matrix, distortion, turns, moves = cv2.calibrateCamera(
            objects, pixels, size, None, None, flags=MODELS[model], criteria=_STOP
        )
    except cv2.error as error:
        raise CalibrationError(
            "The views determine no lens: picture the board tilted to several sides."
        ) from error
    numbers = np.array([*matrix.ravel(), *np.ravel(distortion)])
    inside = 0 <= matrix[0, 2] <= size[0] and 0 <= matrix[1, 2] <= size[1]
    if not np.isfinite(numbers).all() or not inside or min(matrix[0, 0], matrix[1, 1]) <= 0:
        raise CalibrationError(
            "The views determine no lens: picture the board tilted to several sides."
        )
    lens = Lens(
        fx=float(matrix[0, 0]),
        fy=float(matrix[1, 1]),
        cx=float(matrix[0, 2]),
        cy=float(matrix[1, 2]),
        distortion=tuple(float(value) for value in np.ravel(distortion)),
    )
    rotations = tuple(np.asarray(turn, dtype=np.float64).ravel() for turn in turns)
    translations = tuple(np.asarray(move, dtype=np.float64).ravel() for move in moves)
    residuals = tuple(
        view.pixels - _project(lens, points, turn, move)
        for view, points, turn, move in zip(views, objects, rotations, translations, strict=True)
    )
    return Fit(lens, residuals, rotations, translations)


def held_out_residuals(
    views: Sequence[Sighting], size: Size, model: Model, tick: Tick = lambda _: None
) -> list[Floats]:
    """Return the residuals of views that the lens was not fitted to.

    The views are dealt into `FOLDS` hands; each hand is looked at with the lens of the others,
    only the board's pose being found from it.
    """
    folds = min(FOLDS, len(views))
    found = []
    for fold in range(folds):
        rest = [view for i, view in enumerate(views) if i % folds != fold]
        lens = fit_lens(rest, size, model).lens
        found += [posed_residuals(lens, view) for view in views[fold::folds]]
        tick(f"{model}: held-out views, {fold + 1} of {folds}")
    return found


def posed_residuals(lens: Lens, view: Sighting) -> Floats:
    """Return the residuals (N x 2 px) of one view with the lens given and the pose fitted."""
    points = _object_points(view, 1.0)
    distortion = np.array(lens.distortion)
    _, turn, move = cv2.solvePnP(points, view.pixels, lens.matrix, distortion)
    turn, move = cv2.solvePnPRefineLM(points, view.pixels, lens.matrix, distortion, turn, move)
    placed = (np.asarray(each, dtype=np.float64).ravel() for each in (turn, move))
    return view.pixels - _project(lens, points, *placed)


def half_set_difference(one: Lens, other: Lens, size: Size) -> float:
    """Return by how many pixels two lenses differ over 95 % of the field.

    Each pixel's ray through `one` is projected by `other`, after the rotation that fits the two
    best: how a camera is turned in its mount is no property of its lens.
    """
    x, y = np.meshgrid(np.linspace(0, size[0] - 1, FIELD), np.linspace(0, size[1] - 1, FIELD))
    pixels = np.column_stack([x.ravel(), y.ravel()])
    ones, others = (_directions(lens, pixels) for lens in (one, other))
    u, _, vt = np.linalg.svd(others.T @ ones)
    rotation = u @ np.diag([1, 1, np.sign(np.linalg.det(u @ vt))]) @ vt
    seen, _ = cv2.projectPoints(
        ones @ rotation.T, np.zeros(3), np.zeros(3), other.matrix, np.array(other.distortion)
    )
    return float(np.percentile(np.linalg.norm(seen.reshape(-1, 2) - pixels, axis=1), 95))


def board_aspect(views: Sequence[Sighting], size: Size, model: Model, step: float = 0.01) -> float:
    """Return the board's true width over height, as a multiple of the named one.

    Three fits with the board's x stretched by 1 - step, 1, 1 + step give the stretch at which the
    squared error is least; 1 where that would lower it by less than a twentieth.
    """
    errors = [fit_lens(views, size, model, 1 + n * step).rms_px ** 2 for n in (-1, 0, 1)]
    bend = errors[0] - 2 * errors[1] + errors[2]
    if bend <= 0:
        return 1.0
    place = 0.5 * (errors[0] - errors[2]) / bend
    gain = 0.25 * (errors[0] - errors[2]) * place / 2
    return 1 + place * step if gain > 0.05 * errors[1] else 1.0


def _directions(lens: Lens, pixels: Floats) -> Floats:
    flat = rays(lens, pixels)
    directions = np.column_stack([flat, np.ones(len(flat))])
    return np.asarray(directions / np.linalg.norm(directions, axis=1, keepdims=True))


def _object_points(view: Sighting, aspect: float) -> Floats:
    flat = view.corners * [aspect, 1.0]
    return np.column_stack([flat, np.zeros(len(flat))]).astype(np.float32)


def _project(lens: Lens, points: Floats, turn: Floats, move: Floats) -> Floats:
    pixels, _ = cv2.projectPoints(points, turn, move, lens.matrix, np.array(lens.distortion))
    return np.asarray(pixels, dtype=np.float64).reshape(-1, 2)
