"""A rendered set as the goods of the virtual bench."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from models.sets import RenderedSet, SetError, read_set
from station.app.gate_trials import ANY_LIGHT
from station.domain.capture import CaptureRecipe, Shot
from station.domain.faults import refuse

_EXPOSED_ANEW = "fast"
"""The generator that draws an exposure for each return."""


def rendered_returns(path: Path) -> RenderedSet:
    """The set in `path`; StationError where the bench cannot work with it."""
    try:
        rendered = read_set(path)
    except SetError as error:
        raise refuse(f"These pictures cannot come to the bench: {error}") from error
    if not rendered.returns:
        raise refuse(f"{path} holds no returns yet: render some first")
    return rendered


def empty_bench(path: Path, lights: Iterable[str]) -> dict[str, Path]:
    """The pictures of the empty bench of a set by light; StationError where one is missing."""
    empty = {light: path / f"empty-{light}.jpg" for light in lights}
    for light, file in empty.items():
        if not file.is_file():
            raise refuse(f"{path} has no picture of the empty bench under {light}: render it again")
    return empty


def recipes_shown(
    recipes: Sequence[CaptureRecipe], rendered: RenderedSet
) -> tuple[CaptureRecipe, ...]:
    """The recipes, each without the poses that the set has no pictures of.

    What those poses would have shown of the goods is unseen. A set whose pictures were each exposed
    anew, as no bench does, is not judged by its light. Recipes of goods that are not in the set
    stay as they are. StationError where the set shows goods without a recipe, or none of its poses.
    """
    shown: dict[str, set[str]] = {}
    for name in rendered.returns:
        truth = rendered.read_return(name)
        poses = {pose.pose for pose in truth.poses}
        shown[truth.category] = shown.get(truth.category, poses) & poses
    if strangers := sorted(set(shown) - {recipe.category for recipe in recipes}):
        raise refuse(f"there is no capture recipe for {', '.join(strangers)}")
    return tuple(
        _shown(recipe, shown[recipe.category], any_light=rendered.generator == _EXPOSED_ANEW)
        if recipe.category in shown
        else recipe
        for recipe in recipes
    )


def _shown(recipe: CaptureRecipe, poses: set[str], *, any_light: bool) -> CaptureRecipe:
    kept = tuple(pose for pose in recipe.poses if pose.name in poses)
    if not kept:
        wanted = ", ".join(pose.name for pose in recipe.poses)
        raise refuse(f"the set shows no {recipe.category} as its recipe asks: {wanted}")
    if any_light:
        kept = tuple(
            replace(pose, shots=tuple(_in_any_light(shot) for shot in pose.shots)) for pose in kept
        )
    seen = {zone for pose in kept for zone in pose.zones}
    return replace(
        recipe,
        poses=kept,
        required_zones=recipe.required_zones & seen,
        never_shown=recipe.zones - seen,
    )


def _in_any_light(shot: Shot) -> Shot:
    return replace(shot, limits=replace(shot.limits, light_off=ANY_LIGHT))
