"""What ships beside the packs fits them."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from calibration.edges import EdgeTable
from station.app.defaults import FURTHER_PACKS, LIVE_PACK, OUTLINES
from station.app.measuring.tables import pack_edges
from station.app.packs import open_pack
from station.app.wiring import _setup_of


def test_every_table_of_outlines_belongs_to_a_pack_that_ships() -> None:
    digests = {open_pack(path).digest for path in (LIVE_PACK, *FURTHER_PACKS)}

    assert {place.stem for place in OUTLINES.glob("*")} <= digests


def test_sizes_from_the_pack_of_all_goods_rest_on_its_own_outlines() -> None:
    (pack,) = FURTHER_PACKS
    own = EdgeTable.parse((OUTLINES / f"{open_pack(pack).digest}.toml").read_text("utf-8"))
    leak = own.edge("leak", "area", 80.0, 20.0)

    assert pack_edges(None, pack).edge("leak", "area", 80.0, 20.0) == leak
    assert pack_edges(None, LIVE_PACK).edge("leak", "area", 80.0, 20.0) != leak


def test_a_bench_reads_its_own_tables_first_and_then_those_that_ship(tmp_path: Path) -> None:
    def folders(own: Path | None) -> tuple[Path, ...]:
        camera = SimpleNamespace(name="bench", calibration=None, empty={})
        parts: Any = SimpleNamespace(cameras=(camera,), calibration=None, outlines=own)
        return _setup_of(parts, LIVE_PACK, ()).outlines

    assert folders(tmp_path) == (tmp_path, OUTLINES)
    assert folders(None) == (OUTLINES,)
