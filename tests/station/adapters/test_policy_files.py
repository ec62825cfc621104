"""Policies and recipes from files: good ones load, bad ones say what to do."""

from pathlib import Path

import pytest

from station.adapters.policies import read_policy, read_recipe
from station.domain.faults import StationError
from station.domain.resolution import unresolvable

DEFAULTS = Path("station/defaults")
CARTON = (DEFAULTS / "policies/carton.toml").read_text("utf-8")
RECIPE = (DEFAULTS / "recipes/carton.toml").read_text("utf-8")


def written(folder: Path, name: str, text: str) -> Path:
    """A file with this text."""
    path = folder / name
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("path", sorted((DEFAULTS / "policies").glob("*.toml")), ids=str)
def test_every_shipped_policy_loads_and_can_be_resolved(path: Path) -> None:
    policy = read_policy(path)
    recipe = read_recipe(DEFAULTS / "recipes/carton.toml")

    assert policy.category == path.stem
    assert unresolvable(policy, recipe) == ()


def test_a_policy_may_say_from_which_score_findings_count(tmp_path: Path) -> None:
    asked = CARTON.replace("certain = 0.90", "certain = 0.90\nreported_from = 0.25")

    assert read_policy(written(tmp_path, "a.toml", CARTON)).reported_from is None
    assert read_policy(written(tmp_path, "b.toml", asked)).reported_from == 0.25


def test_the_digest_names_the_very_bytes(tmp_path: Path) -> None:
    one = read_policy(written(tmp_path, "a.toml", CARTON))
    other = read_policy(written(tmp_path, "b.toml", CARTON + "\n"))

    assert one.digest != other.digest


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('unit = "mm2"', 'unit = "mm2"\nweight = 3', "unknown key weight"),
        ("certain = 0.90", "certian = 0.60", "key certain is missing"),
        ("light_above = 60", "light_above = 900", "limits must grow"),
        ('defect = "dent"', 'defect = "bump"', "clause dent-area: defect"),
        ("schema = 1", "schema = 2", "schema"),
        ("certain = 0.90", "certain = nan", "certain"),
        ("certain = 0.90", "certain = 0.90\nreported_from = 0.0", "reported_from"),
        ("certain = 0.90", "certain = ", "not valid TOML"),
        ("repair_above = 400", "repair_above = -1", "greater than 0"),
    ],
)
def test_a_wrong_policy_is_refused_in_one_sentence(
    old: str, new: str, said: str, tmp_path: Path
) -> None:
    assert old in CARTON
    path = written(tmp_path, "carton.toml", CARTON.replace(old, new, 1))

    with pytest.raises(StationError, match=said) as refused:
        read_policy(path)
    assert "\n" not in str(refused.value).strip().split(" (at line")[0]


def test_a_limit_finer_than_the_pictures_is_named(tmp_path: Path) -> None:
    policy = read_policy(
        written(tmp_path, "p.toml", CARTON.replace("light_above = 8", "light_above = 0.4"))
    )
    recipe = read_recipe(written(tmp_path, "r.toml", RECIPE))

    (sentence,) = unresolvable(policy, recipe)

    assert "scratch-length" in sentence
    assert "0.4 mm" in sentence


def test_a_recipe_that_requires_what_no_pose_shows_is_refused(tmp_path: Path) -> None:
    text = RECIPE.replace('required_zones = ["top", "bottom"]', 'required_zones = ["lid"]')

    with pytest.raises(StationError, match="no pose shows: lid"):
        read_recipe(written(tmp_path, "r.toml", text))


def test_an_absent_file_is_a_sentence() -> None:
    with pytest.raises(StationError, match="cannot be read"):
        read_policy(Path("nowhere/policy.toml"))


def test_a_pose_of_more_shots_than_there_is_room_for_is_refused(tmp_path: Path) -> None:
    shot = '{ name = "top-bright", camera = "bench", light = "bright" },'
    assert shot in RECIPE
    more = "".join(shot.replace("top-bright", f"more-{number}") for number in range(5))
    path = written(tmp_path, "r.toml", RECIPE.replace(shot, more + shot, 1))

    with pytest.raises(StationError, match="has 7 shots, at most 6"):
        read_recipe(path)
