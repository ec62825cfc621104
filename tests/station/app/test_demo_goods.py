"""A rendered set of any family comes to the virtual bench."""

from dataclasses import replace
from pathlib import Path

import pytest
from drive import Drive, code
from tiny_set import tiny_set

from models.rendering.fast.render import render_fast_set
from station.app.defaults import load_recipes
from station.app.demo import glance
from station.app.demo_goods import empty_bench, recipes_shown, rendered_returns
from station.domain.events import BenchView
from station.domain.faults import FaultCode, StationError
from station.screen.equipment import Equipment
from station.screen.operator import operator_view
from station.screen.view import OperatorView
from station.virtual.operator import Wanted


def test_a_recipe_loses_the_poses_that_the_set_does_not_show(tmp_path: Path) -> None:
    rendered = render_fast_set(tmp_path / "set", 1, 4, families=["device"], width=320)
    before = {recipe.category: recipe for recipe in load_recipes()}
    after = {recipe.category: recipe for recipe in recipes_shown(load_recipes(), rendered)}

    device = after["device"]
    assert [pose.name for pose in device.poses] == ["top"]
    assert device.required_zones == {"top"}
    assert device.never_shown == before["device"].zones - {"top"}
    assert all(shot.limits.light_off == 1 for pose in device.poses for shot in pose.shots)
    assert all(after[name] == recipe for name, recipe in before.items() if name != "device")


def test_a_set_that_shows_what_the_recipe_asks_is_judged_by_its_light(tmp_path: Path) -> None:
    rendered = tiny_set(tmp_path / "set")

    assert recipes_shown(load_recipes(), rendered) == load_recipes()


def test_what_cannot_come_to_the_bench_is_refused_in_a_sentence(tmp_path: Path) -> None:
    rendered = tiny_set(tmp_path / "set")
    cartons = [recipe for recipe in load_recipes() if recipe.category == "carton"]
    turned = replace(
        cartons[0],
        poses=tuple(replace(pose, name=f"side-{pose.name}") for pose in cartons[0].poses),
    )
    (tmp_path / "set" / "empty-raking.jpg").unlink()

    with pytest.raises(StationError, match="no capture recipe for carton"):
        recipes_shown([r for r in load_recipes() if r.category != "carton"], rendered)
    with pytest.raises(StationError, match="shows no carton as its recipe asks"):
        recipes_shown([turned], rendered)
    with pytest.raises(StationError, match="no picture of the empty bench under raking"):
        empty_bench(tmp_path / "set", ("bright", "raking"))
    with pytest.raises(StationError, match="cannot come to the bench"):
        rendered_returns(tmp_path / "nothing")


def test_the_virtual_operator_gives_up_on_an_item_that_stays_unpictured() -> None:
    drive = Drive()
    drive.scan("RG:BADGE:0421")
    drive.scan(code(1))
    drive.answer()
    wanted = []
    for _ in range(3):
        drive.refuse(FaultCode.PICTURE_GLARE)
        wanted.append(glance(drive.bench, view(drive)).wanted)
        drive.see(BenchView.DISTURBED)
        drive.see(BenchView.STILL)

    assert wanted == [Wanted.POSE, Wanted.POSE, Wanted.TOTE]
    assert glance(drive.bench, view(drive)).item == view(drive).item.code


def view(drive: Drive) -> OperatorView:
    return operator_view(drive.bench, drive.now, Equipment("07", (), waiting=0))
