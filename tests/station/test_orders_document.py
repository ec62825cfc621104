"""What station/ORDERS.md shows is read as it says."""

import re
from pathlib import Path

from station.adapters.orders.files import OrderFile
from station.adapters.orders.form import KEYS, REQUIRED

DOCUMENT = Path("station/ORDERS.md").read_text("utf-8")


def example(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)
    assert found
    return found[1]


def test_the_examples_mean_the_same(tmp_path: Path) -> None:
    read = []
    for form in ("csv", "json"):
        path = tmp_path / f"example.{form}"
        path.write_text(example(form), "utf-8")
        read.append([line for _, line in OrderFile(path).lines()])

    assert read[0] == read[1]
    assert [line.quantity for line in read[0]] == [1, 2]


def test_every_key_is_described() -> None:
    rows = re.findall(r"^\| `(\w+)` \|.*\|$", DOCUMENT, re.MULTILINE)
    required = re.findall(r"^\| `(\w+)` \|.*Required\. \|$", DOCUMENT, re.MULTILINE)

    assert tuple(rows) == KEYS
    assert set(required) == REQUIRED
