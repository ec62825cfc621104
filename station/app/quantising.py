"""A pack in integers made of one in floats, with what that changes measured."""

from collections.abc import Callable
from pathlib import Path

from models.parity import compare
from models.runtime.errors import InferenceError, PackError, PictureError
from models.runtime.keys import read_private_key
from models.runtime.writing import write_pack
from models.sets import SetError
from station.app.packs import open_pack
from station.app.train_extra import lacking
from station.domain.faults import refuse

_TOLERANCE = 0.02
"""Of golden outputs: processors that saturate sums of bytes differ by far more."""


def quantise_pack(
    pack: Path, rendered: Path, out: Path, key: Path, say: Callable[[str], None]
) -> dict[str, object]:
    """Write `pack` in integers at `out`, and tell what that costs and gains on a rendered set.

    The ranges of activations are measured on some of the set's pictures. The answer has the
    share of poses with the same findings, and the time of the model's runs over that
    of the floats. StationError if pack, set or key cannot be used, or `out` exists.
    """
    try:
        from models.training.quantise import calibration_pictures, golden_of, quantised
    except ModuleNotFoundError as error:
        raise lacking("Quantising", error) from error
    if out.exists():
        raise refuse(f"{out} exists already: name another folder")

    def progress(done: int, total: int) -> None:
        if done == total or done % 20 == 0:
            say(f"{done} of {total} returns")

    try:
        plain = open_pack(pack)
        read_private_key(key)
        say("Measuring ranges …")
        pictures = calibration_pictures(rendered)
        model = quantised(plain.model, pictures)
        tables = plain.manifest.model_dump(by_alias=True)
        del tables["files"]
        tables |= {
            "version": f"{plain.manifest.version}-int8",
            "golden": {"tolerance": _TOLERANCE},
        }
        write_pack(
            out,
            tables,
            model=model,
            golden=[golden_of(model, each.picture) for each in plain.golden],
            metrics=plain.metrics,
            card=plain.card,
            private_key=key,
            support=plain.support,
        )
        small = open_pack(out)
        parity = compare(plain, small, rendered, progress=progress)
    except (PackError, SetError, PictureError, InferenceError) as error:
        raise refuse(str(error)) from error
    return {
        "path": str(out),
        "bytes": {"fp32": len(plain.model), "int8": len(model)},
        "poses": parity.poses,
        "same_findings": parity.same,
        "time_ratio": parity.ratio,
    }
