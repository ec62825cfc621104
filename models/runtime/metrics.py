"""How well a pack does on a set: the content of `metrics.json` and of `models evaluate --json`."""

import json
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.runtime.errors import PackError
from models.runtime.manifest import METRICS


class _Object(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, allow_inf_nan=False)


Count = Annotated[int, Field(ge=0)]


class Figure(_Object):
    """A figure with the bounds of its 95 % interval, from `n` cases; all None where unknown."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: Count = 0


class ClassFigures(_Object):
    """One class: mask AP at IoU 0.5, mean mask AP over 0.5 to 0.95, and recall as shipped."""

    ap50: Figure
    ap50_95: Figure
    recall: Figure
    n: Count
    """True instances in the set."""
    noticed: Figure = Figure()
    """Share of them that a reported finding of whatever class covers by a tenth or more."""
    boundary_px: Figure = Figure()
    """Mean distance between the outline found and the true one, of those found at IoU 0.5."""


class OverallFigures(_Object):
    """The whole pack. The five grading figures stay unknown until a policy has judged the set."""

    mask_map50: Figure
    grade_accuracy: Figure = Figure()
    kappa: Figure = Figure()
    miss: Figure = Figure()
    leak: Figure = Figure()
    review_load: Figure = Figure()
    auroc: Figure
    calibration_error: Figure = Figure()
    """Expected distance between a finding's confidence and the share that lies on any fault."""


class Reliability(_Object):
    """Of `n` findings with confidences from `low` to `high`, their mean and the share true."""

    low: float
    high: float
    confidence: float
    true: float
    n: Count


class Metrics(_Object):
    """Figures of one pack on one set."""

    set: str
    classes: dict[str, ClassFigures]
    overall: OverallFigures
    reliability: list[Reliability] = []
    confusion: dict[str, dict[str, Count]] = {}
    """How often reported findings of a class lay on what: a defect, a mark that is none, plain."""


def read_metrics(content: bytes) -> Metrics:
    """The metrics written in `content`, or PackError."""
    try:
        return Metrics.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        where = f", {place}" if place else ""
        raise PackError(f"{METRICS}{where}: {first['msg']}.") from error


def metrics_text(metrics: Metrics) -> str:
    """The metrics as indented JSON with a final line feed."""
    return json.dumps(metrics.model_dump(), indent=2, ensure_ascii=False) + "\n"
