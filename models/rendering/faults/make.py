"""Faults by name."""

import numpy as np

from models.rendering.faults.dent import dent
from models.rendering.faults.scratch import scratch
from models.rendering.faults.stain import stain
from models.rendering.faults.tear import tear
from models.rendering.field import Field

_MAKERS = {"scratch": scratch, "dent": dent, "stain": stain, "tear": tear}


def add_fault(face: Field, defect: str, size: float, rng: np.random.Generator) -> bool:
    """Make one fault on ``face`` and note it there; False where it finds no room.

    ``size`` is the wanted area in mm2 of a dent or stain, the wanted length in mm of a scratch or
    tear. Faults keep a few millimetres apart.
    """
    fault = _MAKERS[defect](face, rng, size)
    if fault is None:
        return False
    face.faults.append(fault)
    return True
