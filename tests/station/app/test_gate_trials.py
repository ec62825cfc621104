"""The gates tried on good pictures and on spoiled ones."""

import shutil
from pathlib import Path

import pytest

from models.rendering.fast.render import render_fast_set
from models.sets import SetError
from station.app.defaults import PICTURES
from station.app.gate_trials import GOOD, gate_trials


def test_good_cartons_pass_the_gates_and_spoiled_ones_do_not() -> None:
    rows = gate_trials([PICTURES], 1, lambda done, total: None, seed=4)

    stopped = {row.pictures: row.stopped.value for row in rows}
    assert stopped.pop(GOOD) == 0
    assert set(stopped) >= {"blurred", "smeared", "clipped", "glaring", "cut off", "hand"}
    assert set(stopped.values()) == {1.0}, stopped


def test_photographs_are_not_counted_together_with_rendered_sets(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="name one kind"):
        gate_trials([PICTURES, tmp_path], 1, lambda done, total: None, seed=1)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_nearly_every_spoiled_picture_of_several_benches_is_stopped(tmp_path: Path) -> None:
    places = [tmp_path / f"s{seed}" for seed in range(9501, 9507)]
    for place in places:
        render_fast_set(place, 8, int(place.name[1:]), width=640)

    rows = gate_trials(places, 8, lambda done, total: None, seed=5)

    stopped = {row.pictures: row.stopped.value or 0 for row in rows}
    assert stopped[GOOD] <= 0.06
    assert all(stopped[way] >= 0.95 for way in ("blurred", "smeared", "clipped", "glaring"))
    assert stopped["other camera"] >= 0.95


def test_a_set_without_its_empty_bench_and_a_picture_that_is_none_are_said(tmp_path: Path) -> None:
    shutil.copytree(PICTURES, tmp_path / "set")
    (tmp_path / "set" / "empty-bright.jpg").unlink()
    (tmp_path / "photographs").mkdir()
    (tmp_path / "photographs" / "a.jpg").write_text("no picture", "utf-8")

    with pytest.raises(SetError, match=r"has no empty-bright\.jpg"):
        gate_trials([tmp_path / "set"], 2, lambda *_: None, 1)
    with pytest.raises(ValueError, match=r"a\.jpg: .*Take it out"):
        gate_trials([tmp_path / "photographs"], 2, lambda *_: None, 1)
