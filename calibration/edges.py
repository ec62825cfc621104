"""How far the outline of a fault is off, by kind, size and contrast, as learnt from rendered truth.

The table is data (`edges.toml`), written by `regrade measure edges` from sets whose true sizes are
known; nothing in it is set by hand.
"""

import bisect
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from calibration.region import MeasurementError

SCHEMA = 1
FEWEST_OWN = 20
"""Of fewer outlines no order statistic holds 95 % of the errors (`calibration.learning`)."""
ANY_KIND = "any"
"""Outlines of all kinds together: what is known of those that a pack seldom finds."""
SHIPPED = Path(__file__).with_name("edges.toml")


@dataclass(frozen=True, slots=True)
class Edge:
    """What is known of a size as first read: it is `factor` times too small, and its relative
    standard uncertainty is `u` (half of what holds 95 % of the errors), both learnt from `trials`.
    """

    factor: float
    u: float
    trials: int


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells by size and contrast. `sizes_px` and `contrasts` are the inner bounds of the bins in
    rising order; `cells` has one row for each bin of size, one column for each of contrast."""

    sizes_px: tuple[float, ...]
    contrasts: tuple[float, ...]
    cells: tuple[tuple[Edge, ...], ...]

    def __post_init__(self) -> None:
        columns = len(self.contrasts) + 1
        if len(self.cells) != len(self.sizes_px) + 1 or {len(r) for r in self.cells} != {columns}:
            raise ValueError("a grid has a cell for each bin of size and of contrast")

    def at(self, size_px: float, contrast: float) -> Edge:
        """The cell that holds for this size and contrast."""
        row = self.cells[bisect.bisect_right(self.sizes_px, size_px)]
        return row[bisect.bisect_right(self.contrasts, contrast)]

    def no_surer_than(self, u: float) -> "Grid":
        """The same with no standard uncertainty below `u`."""
        cells = tuple(tuple(replace(e, u=max(e.u, u)) for e in row) for row in self.cells)
        return replace(self, cells=cells)


@dataclass(frozen=True, slots=True)
class EdgeTable:
    """Grids by (kind, quantity, whether the outline was refined); `source` says from what."""

    source: str
    grids: Mapping[tuple[str, str, bool], Grid]

    def edge(self, kind: str, quantity: str, size_px: float, contrast: float | None) -> Edge | None:
        """What is known of an outline; `contrast` is None where it was not refined.

        None for a kind and quantity that nobody learnt.
        """
        grid = self.grids.get((kind, quantity, contrast is not None))
        return None if grid is None else grid.at(size_px, contrast or 0.0)

    def over(self, base: "EdgeTable") -> "EdgeTable":
        """This table where it rests on `FEWEST_OWN` trials or more, and another elsewhere, there
        at least as uncertain as outlines of `ANY_KIND` are in this one."""
        own = {
            key: grid
            for key, grid in self.grids.items()
            if sum(cell.trials for row in grid.cells for cell in row) >= FEWEST_OWN
        }
        grids = dict(base.grids)
        for (kind, quantity, refined), grid in base.grids.items():
            pooled = own.get((ANY_KIND, quantity, refined))
            if pooled is not None:
                grids[kind, quantity, refined] = grid.no_surer_than(pooled.cells[0][0].u)
        return EdgeTable(f"{self.source}, over {base.source}", {**grids, **own})

    @classmethod
    def parse(cls, text: str) -> "EdgeTable":
        """The table in TOML text; `MeasurementError` in one sentence where it is none."""
        try:
            form = _of_this_schema(tomllib.loads(text))
            grids = {
                (entry["kind"], entry["quantity"], entry["refined"]): _grid(entry)
                for entry in form["grid"]
            }
            return cls(str(form["source"]), grids)
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise MeasurementError(
                f"The table of edges is wrong ({error}): learn it again with "
                "'regrade measure edges'."
            ) from error

    def text(self) -> str:
        """The table as TOML, the same text for the same table."""
        lines = [f"schema = {SCHEMA}", f'source = "{self.source}"']
        for (kind, quantity, refined), grid in sorted(self.grids.items()):
            lines += [
                "",
                "[[grid]]",
                f'kind = "{kind}"',
                f'quantity = "{quantity}"',
                f"refined = {str(refined).lower()}",
                f"sizes_px = {_numbers(grid.sizes_px)}",
                f"contrasts = {_numbers(grid.contrasts)}",
                "cells = [  # factor, u, trials; one row for each bin of size",
            ]
            for row in grid.cells:
                cells = ", ".join(f"[{e.factor:.4f}, {e.u:.4f}, {e.trials}]" for e in row)
                lines.append(f"    [{cells}],")
            lines.append("]")
        return "\n".join(lines) + "\n"


@cache
def shipped_edges() -> EdgeTable:
    """The table that comes with the program."""
    return EdgeTable.parse(SHIPPED.read_text(encoding="utf-8"))


def _grid(entry: Mapping[str, Any]) -> Grid:
    return Grid(
        tuple(float(v) for v in entry["sizes_px"]),
        tuple(float(v) for v in entry["contrasts"]),
        tuple(tuple(Edge(float(f), float(u), int(n)) for f, u, n in r) for r in entry["cells"]),
    )


def _numbers(values: tuple[float, ...]) -> str:
    return "[" + ", ".join(f"{value:.3f}" for value in values) + "]"


def _of_this_schema(form: dict[str, Any]) -> dict[str, Any]:
    if form["schema"] != SCHEMA:
        raise ValueError(f"schema {form['schema']} is not {SCHEMA}")
    return form
