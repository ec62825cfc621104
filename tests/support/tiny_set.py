"""A tiny rendered set: textured bench, two boxes, drawn with OpenCV in the format of real sets."""

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.record import Calibration
from calibration.sections.photometry import ColourCorrection, Lamp
from models.sets import (
    FaultTruth,
    PoseTruth,
    RenderedSet,
    ReturnTruth,
    ShotPicture,
    write_return,
    write_set,
)

WIDTH, HEIGHT = 1280, 720
GTINS = ("04006381333931", "00012345678905")
OUTLINE = ((400.0, 200.0), (880.0, 200.0), (880.0, 520.0), (400.0, 520.0))
STAIN = (600, 340, 60, 40)


def tiny_set(path: Path, returns: int = 2) -> RenderedSet:
    """Write the set into `path` and give its index."""
    path.mkdir(parents=True, exist_ok=True)
    for light in ("bright", "raking"):
        cv2.imwrite(str(path / f"empty-{light}.jpg"), bench(light))
    names = tuple(f"r{n:04d}" for n in range(returns))
    for n, name in enumerate(names):
        _write_return(path / name, name, n)
    record = {
        "schema": 1,
        "id": "tiny-bench",
        "camera": "bench",
        "made_at": "2026-01-01T00:00:00Z",
        "valid_until": "2036-01-01T00:00:00Z",
        "width": WIDTH,
        "height": HEIGHT,
        "fx": 1400.0,
        "fy": 1400.0,
        "cx": 639.5,
        "cy": 359.5,
        "distortion": [0, 0, 0, 0, 0],
        "bench_plane_mm": 800.0,
        "U_relative": 0.004,
        "source": "drawn",
    }
    file = path / "calibration.json"
    file.write_text(json.dumps(record), encoding="utf-8")
    _in_true_colours(Calibration.read(file)).write(file)
    rendered = RenderedSet(path, "drawn", 1, WIDTH, HEIGHT, names)
    write_set(rendered)
    return rendered


def _in_true_colours(record: Calibration) -> Calibration:
    """The record of a camera that delivers sRGB under an even lamp."""
    rows = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    colour = ColourCorrection(
        kind="linear",
        matrix=rows,
        white_balance=(1.0, 1.0, 1.0),
        lamp="bright",
        batch="since-2014-11 (stated)",
        de00_before_mean=0.5,
        de00_mean=0.5,
        de00_p90=1.0,
        de00_max=1.5,
        U_difference=0.05,
    )
    lamp = Lamp("bright", (0.7, 0.7, 0.7), ((1.0,) * 9,) * 9)
    return replace(record, colour=colour, lamps=(lamp,))


def bench(light: str) -> NDArray[np.uint8]:
    """The empty bench, BGR."""
    level = 90 if light == "bright" else 60
    picture = np.full((HEIGHT, WIDTH, 3), level, np.uint8)
    picture[::40] += 12
    return picture


def box(light: str, n: int, *, stained: bool) -> NDArray[np.uint8]:
    """A box on the bench, BGR; `n` shades it, so that boxes differ."""
    picture = bench(light)
    bright = 1.0 if light == "bright" else 0.7
    colour = [int(value * bright) for value in (110 + 10 * n, 160, 190)]
    cv2.rectangle(picture, (400, 200), (880, 520), colour, cv2.FILLED)
    if stained:
        x, y, width, height = STAIN
        cv2.rectangle(picture, (x, y), (x + width - 1, y + height - 1), (30, 40, 60), cv2.FILLED)
    return picture


def _write_return(directory: Path, name: str, n: int) -> None:
    directory.mkdir(exist_ok=True)
    x, y, width, height = STAIN
    corners = ((x, y), (x + width - 1, y), (x + width - 1, y + height - 1), (x, y + height - 1))
    stain = FaultTruth(1, "stain", tuple((float(a), float(b)) for a, b in corners), ())
    poses = []
    for pose, lights in (("top", ("bright", "raking")), ("bottom", ("bright",))):
        stained = pose == "top"
        for light in lights:
            picture = box(light, n, stained=stained)
            cv2.imwrite(str(directory / f"{pose}-{light}.jpg"), picture)
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        if stained:
            mask[y : y + height, x : x + width] = 1
        cv2.imwrite(str(directory / f"{pose}-mask.png"), mask)
        shots = tuple(ShotPicture(f"{pose}-{li}", li, f"{pose}-{li}.jpg") for li in lights)
        poses.append(
            PoseTruth(pose, OUTLINE, f"{pose}-mask.png", shots, (stain,) if stained else (), ())
        )
    size_mm = (240.0, 160.0, 100.0)
    write_return(
        directory, ReturnTruth(name, "carton", GTINS[n % 2], f"S{n}", size_mm, tuple(poses))
    )
