"""What ships with the station: policies, recipes, the model pack and the trusted keys."""

from collections.abc import Sequence
from pathlib import Path

from station.adapters.labels.templates import read_template
from station.adapters.policies import read_policy, read_recipe
from station.domain.capture import CaptureRecipe
from station.domain.faults import refuse
from station.domain.grading import GradingPolicy
from station.domain.label import LabelKind, LabelTemplate
from station.domain.resolution import unresolvable

ROOT = Path(__file__).resolve().parents[2]
POLICIES = ROOT / "station" / "defaults" / "policies"
RECIPES = ROOT / "station" / "defaults" / "recipes"
LABELS = ROOT / "station" / "defaults" / "labels"
PACKS = ROOT / "models" / "packs"
TRUSTED_KEYS = PACKS / "trusted_keys.toml"
LIVE_PACK = PACKS / "carton-1"
GOODS_PACK = PACKS / "goods-6"
FURTHER_PACKS = (GOODS_PACK,)
"""Packs that ship beside the live one, for a bench to import or to start training from."""
OUTLINES = PACKS / "outlines"
"""How far the outlines of packs that ship are off, as `DIGEST.toml`."""
PICTURES = ROOT / "station" / "virtual" / "pictures"


def shipped_pack(category: str) -> Path:
    """The pack that ships for goods of a category where no bench has its own."""
    return LIVE_PACK if category == "carton" else GOODS_PACK


def shipped_policies() -> tuple[Path, ...]:
    """The policy files that ship, by name."""
    return tuple(sorted(POLICIES.glob("*.toml")))


def shipped_recipes() -> tuple[Path, ...]:
    """The recipe files that ship, by name."""
    return tuple(sorted(RECIPES.glob("*.toml")))


def load_recipes(paths: Sequence[Path] = ()) -> tuple[CaptureRecipe, ...]:
    """The recipes of the files, or of those that ship."""
    return tuple(read_recipe(path) for path in (paths or shipped_recipes()))


def load_labels(paths: Sequence[Path] = ()) -> dict[LabelKind, LabelTemplate]:
    """The label templates that ship, each replaced by that of the files which is of its kind."""
    shipped = sorted(LABELS.glob("*.toml"))
    templates = [read_template(path) for path in (*shipped, *paths)]
    return {template.kind: template for template in templates}


def load_policies(
    recipes: Sequence[CaptureRecipe], paths: Sequence[Path] = ()
) -> tuple[GradingPolicy, ...]:
    """The policies of the files, or of those that ship.

    StationError if one sets a limit finer than the recipe of its category can resolve.
    """
    policies = tuple(read_policy(path) for path in (paths or shipped_policies()))
    for policy in policies:
        if problems := policy_problems(policy, recipes):
            raise refuse(f"policy {policy.name} {policy.version}: {problems[0]}")
    return policies


def policy_problems(policy: GradingPolicy, recipes: Sequence[CaptureRecipe]) -> tuple[str, ...]:
    """What `policy check` finds wrong, one sentence each."""
    mine = [recipe for recipe in recipes if recipe.category == policy.category]
    return tuple(sentence for recipe in mine for sentence in unresolvable(policy, recipe))


def policy_named(name: str) -> GradingPolicy:
    """The shipped policy of a category, or the policy of a file given by its path."""
    path = Path(name)
    if path.suffix == ".toml":
        return read_policy(path)
    for shipped in shipped_policies():
        policy = read_policy(shipped)
        if name in (policy.category, policy.name):
            return policy
    known = ", ".join(path.stem for path in shipped_policies())
    raise refuse(f"there is no policy for {name}: use one of {known}, or the path of a TOML file")
