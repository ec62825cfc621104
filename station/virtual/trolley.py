"""The returns that come to the virtual bench: an endless, seeded order of the rendered ones.

Each coming has a serial of its own: a return that comes again is another piece of the same goods.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.sets import ReturnTruth, read_set
from station.domain.identity import ItemCode
from station.virtual.goods import BOXED, NAMES, REASONS


@dataclass(frozen=True, slots=True)
class Coming:
    """One piece that comes to the bench: which rendered return it is, and what its label says."""

    number: int
    truth: ReturnTruth
    code: ItemCode
    order: str

    @property
    def label(self) -> str:
        """The GS1 element string on its label."""
        return f"01{self.code.gtin}21{self.code.serial}"


class Trolley:
    """The comings of one seed."""

    def __init__(self, pictures: Path, seed: int) -> None:
        """`pictures` is a rendered set; SetError if it cannot be read."""
        rendered = read_set(pictures)
        names = sorted(rendered.returns)
        random.Random(seed).shuffle(names)  # noqa: S311  an order, not a secret
        self._truths = tuple(rendered.read_return(name) for name in names)

    def coming(self, number: int) -> Coming:
        """The `number`-th coming, from 0."""
        round_, place = divmod(number, len(self._truths))
        truth = self._truths[place]
        serial = f"{truth.serial}-{round_ + 1}"
        return Coming(number, truth, ItemCode(truth.gtin, serial), f"RMA-{1000 + number}")

    def __iter__(self) -> Iterator[Coming]:
        number = 0
        while True:
            yield self.coming(number)
            number += 1

    def write_orders(self, path: Path, count: int, locale: str = "en") -> None:
        """The return orders of the first `count` comings, in the form the station imports, in one
        of the languages of `NAMES`."""
        entries = []
        names, reasons = NAMES[locale], NAMES[locale][REASONS]
        for number in range(count):
            coming = self.coming(number)
            called = names.get(coming.truth.category, names[BOXED])
            goods = int(coming.code.gtin[-4:-1])
            entries.append(
                {
                    "gtin": coming.code.gtin,
                    "serial": coming.code.serial,
                    "name": called[goods % len(called)],
                    "category": coming.truth.category,
                    "order": coming.order,
                    "size_mm": list(coming.truth.size_mm),
                    "buyer_reason": reasons[number % len(reasons)],
                }
            )
        path.write_text(json.dumps({"schema": 1, "items": entries}, indent=1), "utf-8")
