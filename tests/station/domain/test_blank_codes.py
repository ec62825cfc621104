"""What was never written names no goods: all zeros satisfy every check digit."""

import pytest

from station.domain.identity import gtin14
from station.domain.scan import ItemScanned, read_scan
from station.domain.tags import item_of


@pytest.mark.parametrize("digits", ["0" * 8, "0" * 12, "0" * 13, "0" * 14])
def test_zeros_are_no_gtin(digits: str) -> None:
    assert gtin14(digits) is None
    assert not isinstance(read_scan(digits), ItemScanned)
    assert not isinstance(read_scan("]E0" + digits), ItemScanned)


@pytest.mark.parametrize("header", ["30", "36", "F7"])
def test_a_blank_tag_names_no_item(header: str) -> None:
    for length in (24, 32, 52):
        assert item_of(header + "0" * (length - 2)) is None
