"""What `./run bench` measures: ratios side by side in one run, and the time to a verdict."""

import importlib.util
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.runtime.benchmark import measure_pipeline
from models.runtime.opencv import cv2
from models.runtime.pictures import read_picture
from station.adapters.examiner.examining import COLOUR_LIGHT
from station.app.benchmarks_cameras import camera_benchmarks
from station.app.benchmarks_examiner import recovery_benchmark
from station.app.benchmarks_orders import order_benchmarks
from station.app.defaults import PICTURES
from station.app.demo import DemoOptions
from station.app.headless import run_headless
from station.app.packs import open_pack

_ITEMS = 8
_SEED = 2
_FULL_HD = (1920, 1080)

Answer = dict[str, object]


def run_benchmarks(rounds: int, say: Callable[[str], None]) -> list[Answer]:
    """Every benchmark that can be run here, in order; `say` hears of the progress."""
    picture = _picture()
    say("Pipeline over bare session.run …")
    answers = [_pipeline(picture, rounds)]
    say("Beside ultralytics predict …")
    answers.append(_rival(picture, rounds))
    say("Time to a verdict, on a shift …")
    answers += _verdicts()
    answers += camera_benchmarks(rounds, say)
    say("The examiner is killed at its work …")
    answers.append(recovery_benchmark())
    return answers + order_benchmarks(say)


def _picture() -> NDArray[np.uint8]:
    """A demo picture at 1080p."""
    found = sorted(PICTURES.glob("r*/top-bright.jpg"))
    return np.asarray(cv2.resize(read_picture(found[0]), _FULL_HD), np.uint8)


def _pipeline(picture: NDArray[np.uint8], rounds: int) -> Answer:
    measured = measure_pipeline(open_pack(), {COLOUR_LIGHT: picture}, rounds)
    return {
        "name": "pipeline over bare session.run, 1080p, shipped pack",
        "value": measured.ratio,
        "unit": "ratio",
        "said": f"{measured.pipeline_s * 1000:.0f} ms over {measured.bare_s * 1000:.0f} ms",
    }


def _rival(picture: NDArray[np.uint8], rounds: int) -> Answer:
    name = "overhead over ultralytics predict's, same ONNX and picture"
    if importlib.util.find_spec("ultralytics") is None:
        said = "not measured: the train extra is not installed (any `models train` installs it)"
        return {"name": name, "value": None, "unit": "ratio", "said": said}
    from models.training.yolo_rival import compare

    with tempfile.TemporaryDirectory() as folder:
        times = compare(picture, rounds, Path(folder))
    said = (
        f"{1000 * times.ours_s:.1f} ms, theirs {1000 * times.theirs_s:.1f} ms, "
        f"beside a session of {1000 * times.bare_s:.0f} ms"
    )
    return {"name": name, "value": times.ratio, "unit": "ratio", "said": said}


def _verdicts() -> list[Answer]:
    """How long a person waits for a verdict, and how much of it is the light proof's."""
    begun = time.monotonic()
    waits = _waits(proved=True)
    whole = time.monotonic() - begun
    # What slows the machine for a while must not fall on one of the two alone.
    unproved = _waits(proved=False) + _waits(proved=False)
    waits += _waits(proved=True)
    said = f"3 shots of 1280x720, {len(waits)} items in two shifts"
    proved_s, plain_s = (float(np.median(each)) for each in (waits, unproved))
    return [
        *(
            {
                "name": f"last fresh frame to verdict, p{share}",
                "value": float(np.percentile(waits, share)),
                "unit": "s",
                "said": said,
            }
            for share in (50, 95)
        ),
        {
            "name": "what the light proof adds to it, p50",
            "value": proved_s - plain_s,
            "unit": "s",
            "said": f"{proved_s:.3f} s beside {plain_s:.3f} s of the same shifts without, {said}",
        },
        {
            "name": "whole shift, from start to the last delivery",
            "value": whole,
            "unit": "s",
            "said": f"{_ITEMS} items, the virtual operator's hands included",
        },
    ]


def _waits(*, proved: bool) -> list[float]:
    """From the last fresh frame to the verdict, of each item of a shift, in seconds."""
    options = DemoOptions(items=_ITEMS, seed=_SEED, proved=proved)
    waits = []
    for inspection in run_headless(options, lambda _: None).inspections:
        times = inspection["times"]
        if isinstance(times, dict):
            last, judged = (datetime.fromisoformat(times[key]) for key in ("last_frame", "judged"))
            waits.append((judged - last).total_seconds())
    return waits
