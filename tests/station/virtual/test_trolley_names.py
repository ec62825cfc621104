"""The return orders of the virtual bench speak the language of its window."""

import json
from pathlib import Path

import pytest

from station.app.defaults import PICTURES
from station.messages.catalogue import LOCALES
from station.virtual.goods import NAMES
from station.virtual.trolley import Trolley


@pytest.mark.parametrize("locale", LOCALES)
def test_goods_and_reasons_are_named_in_every_language(locale: str, tmp_path: Path) -> None:
    Trolley(PICTURES, 1).write_orders(tmp_path / "orders.json", 6, locale)

    items = json.loads((tmp_path / "orders.json").read_text("utf-8"))["items"]
    known = {name for names in NAMES[locale].values() for name in names}
    assert {item["name"] for item in items} | {item["buyer_reason"] for item in items} <= known
    assert NAMES[locale].keys() == NAMES["en"].keys()
    sizes = [len(names) for names in NAMES[locale].values()]
    assert sizes == [len(names) for names in NAMES["en"].values()]
