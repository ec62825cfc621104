"""From pictures of a board to the lens, with everything that was wrong on the way."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from calibration.acceptance import overall, refused
from calibration.boards.board import Board, Floats
from calibration.boards.finding import Grey, Sighting, find_board
from calibration.boards.suspicion import laid_out, other_board
from calibration.errors import CalibrationError
from calibration.lens import limits
from calibration.lens.coverage import Pose, coverage_of, distinct_views, pose_of
from calibration.lens.fit import (
    MODELS,
    PARAMETERS,
    SIMPLER_SHARE,
    Fit,
    Model,
    Size,
    Tick,
    board_aspect,
    fit_lens,
    half_set_difference,
    held_out_residuals,
    rms,
)
from calibration.sections.geometry import Lens
from calibration.sections.provenance import Result
from calibration.sections.values import VerdictWord

LEAST_VIEWS = 3
SUSPECTED = 4
"""How many pictures are asked for the board that they show."""
_OUTLIER, _OUTLIER_PX = 5.0, 0.8
"""A view is thrown out where its error is this many times the middle one's and this many px."""


class Photograph(Protocol):
    """One picture to calibrate with."""

    @property
    def name(self) -> str: ...

    def grey(self) -> Grey | None:
        """The picture, H x W, 8-bit; None where it cannot be read."""
        ...


@dataclass(frozen=True, slots=True)
class Rejected:
    """A picture that was not used, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class LensCalibration:
    """The lens, its figures and verdicts, and what they rest on."""

    lens: Lens
    model: Model
    size: Size
    names: tuple[str, ...]
    views: tuple[Sighting, ...]
    poses: tuple[Pose, ...]
    fit: Fit
    held_out: tuple[Floats, ...]
    rejected: tuple[Rejected, ...]
    results: tuple[Result, ...]

    @property
    def verdict(self) -> VerdictWord:
        """The gravest of the verdicts."""
        return overall(self.results)


@dataclass(frozen=True, slots=True)
class Views:
    """The sightings of a board, with their pictures' names and their one size, and the pictures
    that show none of it or are of another size."""

    size: Size
    names: tuple[str, ...]
    sightings: tuple[Sighting, ...]
    rejected: tuple[Rejected, ...]


def calibrate_lens(
    photographs: Sequence[Photograph], board: Board, tick: Tick = lambda _: None
) -> LensCalibration:
    """Find the board in every picture and fit the lens.

    tick: is told what was done, in a few words.
    Raises `CalibrationError` where nothing can be computed.
    """
    views = gather(photographs, board, tick)
    _check_enough(views, len(photographs), board)
    return lens_of(views, board, tick)


def gather(photographs: Sequence[Photograph], board: Board, tick: Tick = lambda _: None) -> Views:
    """Find the board in every picture of the commonest size.

    Raises `CalibrationError` where the pictures show another board.
    """
    rejected: list[Rejected] = []
    sizes = Counter[Size]()
    seen: list[tuple[str, Size, Sighting]] = []
    unseen: list[tuple[str, Size]] = []
    suspected = 0
    for number, photograph in enumerate(photographs, 1):
        grey = photograph.grey()
        if grey is None:
            rejected.append(Rejected(photograph.name, "it cannot be read as a picture"))
            continue
        size = (grey.shape[1], grey.shape[0])
        sizes[size] += 1
        sighting = find_board(grey, board)
        if suspected < SUSPECTED:
            suspected += 1
            if other := other_board(grey, board):
                raise CalibrationError(
                    f"{photograph.name} shows {other}, not {board.text or board.kind}: name the "
                    "board that is in the pictures."
                )
        if sighting is None or not laid_out(sighting, board):
            unseen.append((photograph.name, size))
        else:
            seen.append((photograph.name, size, sighting))
        tick(f"{number} of {len(photographs)} pictures, board found in {len(seen)}")
    if not sizes:
        raise CalibrationError("None of the pictures can be read: give JPEG or PNG pictures.")
    (main, count), *others = sizes.most_common()
    if others and others[0][1] == count:
        raise CalibrationError(
            f"The pictures have different sizes ({_px(main)} and {_px(others[0][0])}), as many of "
            "one as of the other: give the pictures of one camera setting."
        )
    for name, size in [*unseen, *((name, size) for name, size, _ in seen)]:
        if size != main:
            why = f"its size {_px(size)} is not the others' {_px(main)}"
            rejected.append(Rejected(name, why))
    rejected += [
        Rejected(name, "the board is not seen in it, or not whole")
        for name, size in unseen
        if size == main
    ]
    used = [(name, sighting) for name, size, sighting in seen if size == main]
    return Views(
        main,
        tuple(name for name, _ in used),
        tuple(sighting for _, sighting in used),
        tuple(rejected),
    )


def lens_of(views: Views, board: Board, tick: Tick = lambda _: None) -> LensCalibration:
    """Fit the lens to the views, and judge it."""
    tick("fitting")
    views = _without_outliers(views)
    model, held_out = _chosen_model(views, tick)
    fit = fit_lens(views.sightings, views.size, model)
    poses = tuple(pose_of(each, board, views.size) for each in views.sightings)
    coverage = coverage_of(views.sightings, poses, views.size)
    halves = _halves(views, poses, model)
    half_set = None if halves is None else half_set_difference(*halves, views.size)
    tick("halves compared")
    aspect = board_aspect(views.sightings, views.size, model)
    holdout_rms = rms(held_out)
    lens = replace(
        fit.lens,
        U_px=half_set if half_set is not None else float(max(views.size)),
        U_centre_px=_centre_unsure(fit.lens, halves, views),
        board=board.text or None,
        views_used=len(views.sightings),
        views_rejected=len(views.rejected),
        rms_px=fit.rms_px,
        max_px=fit.max_px,
        holdout_rms_px=holdout_rms,
        half_set_px=half_set,
        coverage=coverage,
    )
    results = (
        limits.judge("distinct views", distinct_views(poses)),
        limits.judge("coverage x", coverage.x),
        limits.judge("coverage y", coverage.y),
        limits.judge("coverage size", coverage.size),
        limits.judge("coverage skew", coverage.skew),
        limits.judge("cells hit", coverage.cells),
        limits.judge("rms", fit.rms_px),
        limits.judge("largest residual", fit.max_px),
        limits.judge("held-out over fitted", holdout_rms / fit.rms_px),
        _half_set_result(half_set),
        limits.judge("board aspect", abs(aspect - 1)),
    )
    return LensCalibration(
        lens,
        model,
        views.size,
        views.names,
        views.sightings,
        poses,
        fit,
        tuple(held_out),
        views.rejected,
        results,
    )


def _check_enough(views: Views, given: int, board: Board) -> None:
    found = len(views.sightings)
    if found >= LEAST_VIEWS:
        return
    why = "" if found else ": check --board against the target, light and focus"
    raise CalibrationError(
        f"The board {board.text or board.kind} was found in {found} of {given} pictures of one "
        f"size and at least {LEAST_VIEWS} are needed{why or ': take more'}."
    )


def _chosen_model(views: Views, tick: Tick) -> tuple[Model, list[Floats]]:
    """The simplest model whose held-out error is near the best one's."""
    tried: list[tuple[Model, list[Floats]]] = []
    measured = 2 * sum(len(view) for view in views.sightings)
    for model in MODELS:
        unknowns = PARAMETERS[model] + 6 * len(views.sightings)
        if tried and (len(views.sightings) < 2 * LEAST_VIEWS or measured < 3 * unknowns):
            break
        try:
            tried.append((model, held_out_residuals(views.sightings, views.size, model, tick)))
        except CalibrationError:
            if not tried:
                raise
    best = min(rms(residuals) for _, residuals in tried)
    return next(each for each in tried if rms(each[1]) <= SIMPLER_SHARE * best)


def _without_outliers(views: Views) -> Views:
    """The views without those that fit nothing: a misread or bent board."""
    fit = fit_lens(views.sightings, views.size, "brown-conrady")
    errors = np.array([rms([each]) for each in fit.residuals])
    bad = (errors > _OUTLIER * np.median(errors)) & (errors > _OUTLIER_PX)
    if not bad.any() or (~bad).sum() < LEAST_VIEWS:
        return views
    thrown = tuple(
        Rejected(name, f"its corners lie {error:.1f} px from where the others' lens puts them")
        for name, error, out in zip(views.names, errors, bad, strict=True)
        if out
    )
    return Views(
        views.size,
        tuple(name for name, out in zip(views.names, bad, strict=True) if not out),
        tuple(view for view, out in zip(views.sightings, bad, strict=True) if not out),
        (*views.rejected, *thrown),
    )


def _halves(views: Views, poses: Sequence[Pose], model: Model) -> tuple[Lens, Lens] | None:
    """The lenses of two halves of the views; views alike are dealt to both."""
    if len(poses) < 2 * LEAST_VIEWS:
        return None
    order = sorted(range(len(poses)), key=lambda i: (poses[i].skew, poses[i].x, poses[i].y))
    halves = [[views.sightings[i] for i in order[start::2]] for start in (0, 1)]
    try:
        one, other = (fit_lens(half, views.size, model).lens for half in halves)
    except CalibrationError:
        return None
    return one, other


def _centre_unsure(lens: Lens, halves: tuple[Lens, Lens] | None, views: Views) -> float:
    """How far the principal points of the halves, or of a lens with tangential terms, lie apart;
    anywhere in the picture without halves."""
    if halves is None:
        return float(max(views.size))
    one, other = halves
    bent = fit_lens(views.sightings, views.size, "brown-conrady").lens
    return max(
        math.hypot(one.cx - other.cx, one.cy - other.cy),
        math.hypot(lens.cx - bent.cx, lens.cy - bent.cy),
    )


def _half_set_result(half_set: float | None) -> Result:
    if half_set is not None:
        return limits.judge("half-set difference", half_set)
    return refused(
        limits.STEP,
        "half-set difference",
        0.0,
        "px",
        "there are too few views to compare two halves of them",
        "take at least 20 views",
    )


def _px(size: Size) -> str:
    return f"{size[0]} x {size[1]}"
