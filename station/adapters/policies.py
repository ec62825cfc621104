"""Grading policies and capture recipes from TOML text, validated on load."""

import hashlib
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from station.domain.capture import CaptureRecipe, Pose, Shot, Trigger
from station.domain.defect import Defect, Quantity, Unit
from station.domain.faults import refuse
from station.domain.grading import (
    CapClause,
    Clause,
    DecisionRule,
    GradingPolicy,
    Level,
    LimitClause,
    Outcome,
)
from station.domain.picture import PictureLimits

_LEVELS = {
    "as_new": Level.AS_NEW,
    "light_flaw": Level.LIGHT_FLAW,
    "repair": Level.REPAIR,
    "scrap": Level.SCRAP,
}
_Name = Annotated[str, Field(min_length=1, max_length=80)]
_F = TypeVar("_F", bound=BaseModel)
_Score = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
_Share = Annotated[float, Field(ge=0, le=1)]
_Limit = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _CapForm(_Form):
    id: _Name
    defect: Defect
    at_least: Literal["light_flaw", "repair", "scrap"]


class _LimitForm(_Form):
    id: _Name
    defect: Defect
    quantity: Quantity
    unit: Literal[Unit.MM, Unit.MM2, Unit.ONE]
    rule: DecisionRule
    light_above: _Limit | None = None
    repair_above: _Limit | None = None
    scrap_above: _Limit | None = None


class _OutcomeForm(_Form):
    disposition: _Name
    channel: _Name
    refund: Literal["full", "partial", "none", "decide"]
    deadline_hours: Annotated[int, Field(gt=0)]


class _OutcomesForm(_Form):
    as_new: _OutcomeForm
    light_flaw: _OutcomeForm
    repair: _OutcomeForm
    scrap: _OutcomeForm


class _PolicyForm(_Form):
    schema_: Annotated[Literal[1], Field(alias="schema")]
    name: _Name
    version: _Name
    category: _Name
    certain: _Score
    certain_of: dict[Defect, _Score] = {}
    reported_from: _Score | None = None
    next_scan_confirms: bool
    clauses: Annotated[list[dict[str, object]], Field(min_length=1)]
    outcomes: _OutcomesForm


class _GatesForm(_Form):
    """Limits of `PictureLimits`; absent ones stay as they are."""

    bench_least: _Share | None = None
    alike_least: _Share | None = None
    light_off: _Share | None = None
    edge_most: _Share | None = None
    sharpness_least: Annotated[float, Field(ge=1, le=20)] | None = None
    uneven: _Share | None = None
    clipped_most: _Share | None = None
    glare_most: _Share | None = None

    def over(self, limits: PictureLimits) -> PictureLimits:
        """The limits with those given here in their places."""
        return replace(limits, **self.model_dump(exclude_none=True))


class _ShotForm(_Form):
    name: _Name
    camera: _Name
    light: _Name
    gates: _GatesForm = _GatesForm()


class _PoseForm(_Form):
    name: _Name
    instruction: str = ""
    trigger: Trigger = Trigger.STILL
    pause_seconds: Annotated[float, Field(ge=0, le=10)] = 0.0
    zones: list[_Name]
    shots: list[_ShotForm]
    rounded: bool = False


class _UnseenForm(_Form):
    zones: list[_Name] = []


class _RecipeForm(_Form):
    schema_: Annotated[Literal[1], Field(alias="schema")]
    name: _Name
    version: _Name
    category: _Name
    required_zones: list[_Name]
    resolves_mm: _Limit
    resolves_delta_e00: _Limit
    mask_labels: bool = False
    gates: _GatesForm = _GatesForm()
    poses: list[_PoseForm]
    unseen: _UnseenForm = _UnseenForm()


def read_policy(path: Path) -> GradingPolicy:
    """The policy in a TOML file. StationError names the first key that is wrong, and the file."""
    text = _text(path)
    form = _parse(_PolicyForm, text, path)
    try:
        return GradingPolicy(
            name=form.name,
            version=form.version,
            category=form.category,
            digest=hashlib.sha256(text).hexdigest(),
            certain=form.certain,
            certain_of=tuple(sorted(form.certain_of.items())),
            clauses=tuple(_clause(number, raw) for number, raw in enumerate(form.clauses, 1)),
            outcomes=tuple(
                (level, Outcome(**getattr(form.outcomes, name).model_dump()))
                for name, level in _LEVELS.items()
            ),
            next_scan_confirms=form.next_scan_confirms,
            reported_from=form.reported_from,
        )
    except ValidationError as error:
        raise refuse(f"{path.name}: {_first(error)}; correct it and load it again") from error
    except ValueError as error:
        raise refuse(f"{path.name}: {error}; correct it and load it again") from error


def read_recipe(path: Path) -> CaptureRecipe:
    """The capture recipe in a TOML file. StationError names the first key that is wrong."""
    form = _parse(_RecipeForm, _text(path), path)
    try:
        return CaptureRecipe(
            name=form.name,
            version=form.version,
            category=form.category,
            poses=tuple(
                Pose(
                    pose.name,
                    tuple(pose.zones),
                    _shots(form, pose),
                    rounded=pose.rounded,
                    instruction=pose.instruction,
                    trigger=pose.trigger,
                )
                for pose in form.poses
            ),
            required_zones=frozenset(form.required_zones),
            resolves_mm=form.resolves_mm,
            resolves_delta_e00=form.resolves_delta_e00,
            never_shown=frozenset(form.unseen.zones),
        )
    except ValueError as error:
        raise refuse(f"{path.name}: {error}; correct it and load it again") from error


def _shots(recipe: _RecipeForm, pose: _PoseForm) -> tuple[Shot, ...]:
    """The shots of a pose; the item has settled by the first, so only that one pauses."""
    limits = recipe.gates.over(PictureLimits())
    return tuple(
        Shot(
            shot.name,
            shot.camera,
            shot.light,
            mask_labels=recipe.mask_labels,
            limits=shot.gates.over(limits),
            pause_s=0.0 if number else pose.pause_seconds,
        )
        for number, shot in enumerate(pose.shots)
    )


def _clause(number: int, raw: dict[str, object]) -> Clause:
    if "at_least" in raw:
        cap = TypeAdapter(_CapForm).validate_python(raw)
        return CapClause(cap.id, cap.defect, _LEVELS[cap.at_least])
    try:
        limit = TypeAdapter(_LimitForm).validate_python(raw)
    except ValidationError as error:
        raise ValueError(f"clause {raw.get('id', number)}: {_first(error)}") from error
    return LimitClause(**limit.model_dump())


def _text(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise refuse(f"{path} cannot be read ({reason}): name a readable TOML file") from error


def _parse(form: type[_F], text: bytes, path: Path) -> _F:
    try:
        return form.model_validate(tomllib.loads(text.decode("utf-8")))
    except ValidationError as error:
        raise refuse(f"{path.name}: {_first(error)}; correct it and load it again") from error
    except (ValueError, RecursionError) as error:
        # Not only TOMLDecodeError: an endless number or nesting ends the parser otherwise.
        raise refuse(f"{path.name} is not valid TOML: {error}") from error


def _first(error: ValidationError) -> str:
    problem = error.errors()[0]
    place = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return f"unknown key {place}"
    if problem["type"] == "missing":
        return f"key {place} is missing"
    return f"{place}: {problem['msg'][:1].lower()}{problem['msg'][1:]}"
