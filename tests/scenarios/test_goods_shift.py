"""Rendered goods of several families at the virtual bench, through the command line."""

from pathlib import Path

import pytest
from shift import demo

from models.rendering.fast.render import render_fast_set

pytestmark = pytest.mark.timeout(300)


def test_goods_of_other_families_are_pictured_examined_and_judged(tmp_path: Path) -> None:
    families = ["mailer", "garment"]
    render_fast_set(tmp_path / "set", 2, 11, families=families, width=640)

    ran = demo(tmp_path / "state", 2, "--goods", str(tmp_path / "set"))

    assert ran.code == 0, ran.said
    inspections, store = ran.answer["inspections"], ran.answer["store"]
    assert sorted(i["item"]["category"] for i in inspections) == sorted(families)
    assert all(i["policy"].startswith(i["item"]["category"]) for i in inspections)
    assert all((i["model_pack"] or "goods").startswith("goods") for i in inspections)
    assert any(i["shots"] for i in inspections)
    assert store["closed"] + store["held"] == 2
    assert store["evidence_missing"] == 0
    assert ran.answer["truth"]["n"] <= 2


def test_a_folder_that_is_no_set_is_refused_in_a_sentence(tmp_path: Path) -> None:
    ran = demo(tmp_path / "state", 1, "--goods", str(tmp_path))

    assert ran.code == 2
    assert "cannot come to the bench" in ran.said
    assert "Traceback" not in ran.said


def test_an_item_left_on_the_bench_that_is_not_in_the_set_is_named(tmp_path: Path) -> None:
    assert demo(tmp_path / "state", 1, sabotage="frame-renamed:2").killed
    render_fast_set(tmp_path / "set", 1, 11, families=["mailer"], width=320)

    ran = demo(tmp_path / "state", 1, "--goods", str(tmp_path / "set"))

    assert ran.code == 2
    assert "lies on the bench, but not among these returns" in ran.said
