"""What is accepted of a chart's picture and of the correction learnt from it.

Limits: exposure, noise, the held-out errors and the greys as FADGI, ISO 19264-1 and Metamorfoze
set them for reproduction and darktable for charts, in the table of the acceptance tests; cast and
gradient so that neither moves a colour by more than the correction may be wrong.
"""

import numpy as np

from calibration.acceptance import Limit, judged
from calibration.characterisation import Characterisation
from calibration.chart.reading import Patches
from calibration.chart.reference import BATCHES, GREYS, NAMES, WHITE
from calibration.sections.provenance import Result

WHITE_LIGHTNESS = 95.0
LIMITS = {
    "white lightness off 95": Limit(1.0, 3.0),
    "clipped": Limit(0.01, 0.1),
    "noise": Limit(2.0, 3.0),
    "white cast": Limit(5.0, 10.0),
    "light gradient": Limit(8.0, 15.0),
    "de00 mean": Limit(2.3, 3.5),
    "de00 p90": Limit(4.0, 7.0),
    "de00 max": Limit(7.0, 10.0),
    "grey": Limit(3.0, 4.0),
}


def exposure_results(patches: Patches, made: Characterisation) -> tuple[Result, ...]:
    """Judge how the chart was lit and exposed: white, clipping, noise, cast and evenness."""
    white = made.delivered[WHITE]
    lightness, a, b = white
    off = float(lightness - WHITE_LIGHTNESS)
    clipped = 100 * patches.clipped
    worst = int(clipped.argmax())
    cast = float(np.hypot(*(white - BATCHES[made.batch][WHITE])[1:]))
    too = "bright" if off > 0 else "dark"
    turn = "down" if off > 0 else "up"
    return (
        _judged(
            "white lightness off 95",
            abs(off),
            "1",
            f"the white patch has L* {lightness:.1f}, too {too}",
            f"turn exposure time or lamp level {turn} until it has 94 to 96",
        ),
        _judged(
            "clipped",
            float(clipped[worst]),
            "%",
            f"patch {NAMES[worst]} is clipped at the top of the camera's range",
            "turn the exposure time or the lamp down, and keep reflections off the chart",
        ),
        _judged(
            "noise",
            made.noise_lightness,
            "1",
            "the white patch is noisy",
            "use more light and less gain",
        ),
        _judged(
            "white cast",
            cast,
            "1",
            f"the white patch has a* {a:.1f}, b* {b:.1f}: this is not the light that the camera is"
            " balanced for",
            "switch off every other light, light the chart with the lamp it is for, set the"
            " camera's white balance on the white patch and lock it",
        ),
        _judged(
            "light gradient",
            100 * made.gradient,
            "%",
            "the light changes from one side of the chart to the other",
            "calibrate the flat field first, take away what throws a shadow, and lay the chart in"
            " the middle",
        ),
    )


def colour_results(made: Characterisation) -> tuple[Result, ...]:
    """Judge the correction by patches that its fit never saw, and its greys."""
    figures = made.de00
    order = np.argsort(made.held_out)[::-1]
    worst = ", ".join(f"{NAMES[number]} {made.held_out[number]:.1f}" for number in order[:3])
    off = f"held-out patches come out too far from their reference, worst {worst}"
    remedy = (
        "wipe the chart, keep reflections off it, switch the camera's picture styles, sharpening"
        " and contrast off, and check the chart's batch"
    )
    grey = int(made.grey.argmax())
    results = [
        *(
            _judged(f"de00 {key}", figures[key], "1", off, remedy, step="colour")
            for key in ("mean", "p90", "max")
        ),
        _judged(
            "grey",
            float(made.grey[grey]),
            "1",
            f"the grey patch {NAMES[GREYS][grey]} comes out coloured",
            "set the white balance on the white patch, lock it, and switch off every other light",
            step="colour",
        ),
    ]
    if made.batch_source == "assumed":
        results.append(
            Result(
                "colour",
                "batch",
                0.0,
                "1",
                "marginal",
                reason="the patches do not tell whether the chart was made before or since"
                " November 2014; since is assumed",
                remedy="read the date on the chart's back and state its batch",
            )
        )
    return tuple(results)


def _judged(
    quantity: str, value: float, unit: str, reason: str, remedy: str, step: str = "exposure"
) -> Result:
    return judged(step, quantity, value, unit, LIMITS[quantity], reason, remedy)
