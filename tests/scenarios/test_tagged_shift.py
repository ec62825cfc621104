"""A whole shift with a tag reader beside the scanner, and a neighbour's tag in its field."""

from pathlib import Path

import pytest
from shift import demo

from station.app.demo_tags import NEIGHBOURS_TAG
from station.domain.tags import item_of

ITEMS = 4

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("kind", ["m100", "llrp"])
def test_tags_open_the_items_and_the_neighbours_tag_never_does(kind: str, tmp_path: Path) -> None:
    ran = demo(tmp_path, ITEMS, "--rfid", kind)

    assert ran.code == 0, ran.said
    inspections, store = ran.answer["inspections"], ran.answer["store"]
    assert [i["identification"]["by"] for i in inspections] == ["tag"] * ITEMS
    assert all(i["identification"]["contradicted_by"] is None for i in inspections)
    assert all(i["times"]["judged"] for i in inspections)
    named = [(i["item"]["gtin"], i["item"]["serial"]) for i in inspections]
    read = [item_of(i["identification"]["epc"]) for i in inspections]
    assert named == [(item.gtin, item.serial) for item in read if item is not None]
    neighbour = item_of(NEIGHBOURS_TAG)
    assert neighbour is not None
    assert (neighbour.gtin, neighbour.serial) not in named
    assert store["closed"] + store["held"] == ITEMS
    assert store["delivered"] == store["closed"] == ran.answer["receiver"]["unique_ids"]
    assert ran.answer["receiver"]["duplicates"] == 0


def test_a_kind_that_is_no_tag_reader_is_refused(tmp_path: Path) -> None:
    ran = demo(tmp_path, 1, "--rfid", "plain")

    assert ran.code == 2
    assert "use one of m100" in ran.said
