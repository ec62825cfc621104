"""Faults by name, and how large they are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from models.rendering.fast.faults.colours import discolouration, leak, oxidation, stain
from models.rendering.fast.faults.dents import dent
from models.rendering.fast.faults.lines import crack, scratch
from models.rendering.fast.faults.openings import broken_seal, missing_part, pilling, tear
from models.rendering.fast.fields import log_uniform
from models.rendering.fast.surface import Surface, SurfaceFault


@dataclass(frozen=True, slots=True)
class FaultKind:
    """``make(surface, rng, size)``; sizes run over ``span``, in mm if ``linear``, else in mm2."""

    make: Callable[[Surface, np.random.Generator, float], SurfaceFault | None]
    span: tuple[float, float]
    linear: bool


KINDS: Mapping[str, FaultKind] = MappingProxyType(
    {
        "scratch": FaultKind(scratch, (7.0, 110.0), True),
        "crack": FaultKind(crack, (10.0, 90.0), True),
        "dent": FaultKind(dent, (60.0, 3200.0), False),
        "stain": FaultKind(stain, (12.0, 2400.0), False),
        "leak": FaultKind(leak, (90.0, 4000.0), False),
        "tear": FaultKind(tear, (6.0, 75.0), True),
        "pilling": FaultKind(pilling, (180.0, 3000.0), False),
        "discolouration": FaultKind(discolouration, (250.0, 5000.0), False),
        "broken_seal": FaultKind(broken_seal, (12.0, 110.0), True),
        "missing_part": FaultKind(missing_part, (15.0, 160.0), False),
        "oxidation": FaultKind(oxidation, (15.0, 1200.0), False),
    }
)

_AREA_SHARE = 0.22
_LENGTH_SHARE = 0.45


def add_fault(surface: Surface, defect: str, rng: np.random.Generator) -> bool:
    """Make one fault and note it on ``surface``; False where it finds no room."""
    kind = KINDS[defect]
    length, width, _ = surface.size_mm
    low, high = kind.span
    most = _LENGTH_SHARE * length if kind.linear else _AREA_SHARE * length * width
    size = log_uniform(rng, low, max(low * 1.05, min(high, most)))
    fault = kind.make(surface, rng, size)
    if fault is None:
        return False
    surface.faults.append(fault)
    return True
