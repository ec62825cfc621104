"""The colour difference between a stain and the surface around it."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.colour import delta_e00, srgb_to_lab
from calibration.region import Cells, Floats, Region

EDGE_BAND_PX = 2
RING_PX = 8
RING_SHARE = 0.25
MIN_PIXELS = 12
SECTORS = 8
CAMERA_U_RELATIVE = 0.15


def stain_contrast(region: Region, picture: NDArray[np.uint8]) -> tuple[float, float] | None:
    """Return ΔE00 between a stain and the ring around it, and its expanded uncertainty (k = 2).

    Measurand: CIEDE2000 between the median Lab colour of the covered pixels and that of a ring
    around them, both kept `EDGE_BAND_PX` away from the edge. Prints and shadows of less than half
    the ring do not move its median. `picture` is the whole frame, H x W x 3, RGB, 8-bit.
    None where stain or ring has fewer than `MIN_PIXELS` pixels inside the picture.

    U combines the spread of both medians (1.2533 · s / √n, s from the median absolute deviation),
    how far the surround differs from side to side (half the standard deviation of ΔE00 against the
    ring's eight sectors, since nobody sees the surface under the stain), and `CAMERA_U_RELATIVE`
    of the value, for a camera whose colour has not been calibrated and light veiling the surface.
    """
    inside = _covered(region, picture.shape[:2])
    ring_px = max(RING_PX, round(RING_SHARE * math.sqrt(np.count_nonzero(inside))))
    rows, columns = np.nonzero(inside)
    if not len(rows):
        return None
    margin = EDGE_BAND_PX + ring_px + 1
    top, left = max(0, rows.min() - margin), max(0, columns.min() - margin)
    crop = np.s_[top : rows.max() + margin + 1, left : columns.max() + margin + 1]
    inside, pixels = inside[crop], picture[crop]

    core = _shrunk(inside, EDGE_BAND_PX)
    if np.count_nonzero(core) < MIN_PIXELS:
        core = inside
    near = _grown(inside, EDGE_BAND_PX)
    ring = _grown(inside, EDGE_BAND_PX + ring_px) & ~near
    if min(np.count_nonzero(core), np.count_nonzero(ring)) < MIN_PIXELS:
        return None
    stain, stain_u = _median_colour(pixels[core])
    around, around_u = _median_colour(pixels[ring])
    value = float(delta_e00(stain, around))
    sides = delta_e00(_sector_colours(pixels, core, ring), stain)
    u = math.hypot(stain_u, around_u, float(sides.std()) / 2, CAMERA_U_RELATIVE / 2 * value)
    return value, 2 * u


def _covered(region: Region, shape: tuple[int, int]) -> Cells:
    """Return the picture's pixels whose centres the region covers."""
    rows, columns = (np.arange(size, dtype=np.float64) for size in shape)
    x, y = region.origin
    height, width = region.cells.shape
    cell_rows = np.floor((rows - y) / region.step + 0.5).astype(np.int64)
    cell_columns = np.floor((columns - x) / region.step + 0.5).astype(np.int64)
    return region.cells[
        np.ix_(np.clip(cell_rows, 0, height - 1), np.clip(cell_columns, 0, width - 1))
    ]


def _grown(inside: Cells, px: int) -> Cells:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * px + 1, 2 * px + 1))
    return cv2.dilate(inside.astype(np.uint8), disc).astype(np.bool_)


def _shrunk(inside: Cells, px: int) -> Cells:
    return ~_grown(~inside, px)


def _sector_colours(pixels: NDArray[np.uint8], core: Cells, ring: Cells) -> Floats:
    """Return the median Lab colours (N x 3) of the ring's sectors that are large enough."""
    middle = np.argwhere(core).mean(axis=0)
    rows, columns = np.nonzero(ring)
    angle = np.arctan2(rows - middle[0], columns - middle[1])
    sector = ((angle / (2 * np.pi) + 0.5) * SECTORS).astype(np.int64) % SECTORS
    lab = srgb_to_lab(pixels[ring])
    counts = np.bincount(sector, minlength=SECTORS)
    enough = [number for number in range(SECTORS) if counts[number] >= MIN_PIXELS]
    if not enough:
        return np.median(lab, axis=0)[None]
    return np.stack([np.median(lab[sector == number], axis=0) for number in enough])


def _median_colour(pixels: NDArray[np.uint8]) -> tuple[Floats, float]:
    """Return the median Lab colour of pixels (N x 3, RGB) and its standard uncertainty."""
    lab = srgb_to_lab(pixels)
    middle = np.median(lab, axis=0)
    spread = 1.4826 * np.median(np.abs(lab - middle), axis=0)
    return middle, float(1.2533 * np.hypot.reduce(spread) / math.sqrt(len(lab)))
