"""A run keeps its figures, also over stops, and draws them."""

from pathlib import Path

import pytest

from models.training.history import HISTORY, draw_curves, note_progress, read_history


def line(step: int, loss: float = 1.0) -> dict[str, object]:
    return {"step": step, "loss": loss, "dice": {"dent": 0.1, "any": 0.2}, "clean_alarms": None}


def test_a_run_that_went_on_from_a_checkpoint_replaces_what_came_after_it(tmp_path: Path) -> None:
    for figures in (line(20), line(40), line(60), line(40, 0.5)):
        note_progress(tmp_path, figures)

    assert [(each["step"], each["loss"]) for each in read_history(tmp_path)] == [
        (20, 1.0),
        (40, 0.5),
    ]


def test_a_line_cut_off_by_a_stop_is_left_out(tmp_path: Path) -> None:
    note_progress(tmp_path, line(20))
    with (tmp_path / HISTORY).open("a", encoding="utf-8") as file:
        file.write('{"step": 40, "lo')

    assert [each["step"] for each in read_history(tmp_path)] == [20]


def test_curves_are_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the train extra is not installed")
    assert draw_curves(tmp_path) is None
    for step in range(20, 200, 20):
        note_progress(tmp_path, line(step, 1 / step))

    drawn = draw_curves(tmp_path)

    assert drawn is not None
    assert drawn.read_bytes().startswith(b"\x89PNG")
