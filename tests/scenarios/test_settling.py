"""A supervisor settles what a shift held, through the command line; the next run posts it."""

import json
from pathlib import Path

import pytest
from shift import demo

from station.commands.root import run

pytestmark = pytest.mark.timeout(300)


def test_a_settled_item_is_posted_by_the_next_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = demo(tmp_path, 4)
    assert first.answer["store"]["held"] >= 1

    assert run(["review", "--state", str(tmp_path), "--json"]) == 0
    held = json.loads(capsys.readouterr().out)["held"]
    inspection = held[0]["inspection_id"]
    assert held[0]["grade"] is None
    assert (
        run(["review", inspection, "--grade", "repair", "--by", "0815", "--state", str(tmp_path)])
        == 0
    )
    capsys.readouterr()
    assert (
        run(["review", inspection, "--grade", "scrap", "--by", "0815", "--state", str(tmp_path)])
        == 2
    )
    assert "not held" in capsys.readouterr().err
    second = demo(tmp_path, 0)

    assert second.code == 0, second.said
    store = second.answer["store"]
    assert store["held"] == first.answer["store"]["held"] - 1
    assert store["closed"] == first.answer["store"]["closed"] + 1
    assert store["delivered"] == store["closed"] == second.answer["receiver"]["unique_ids"]
    assert second.answer["inspections"] == []
