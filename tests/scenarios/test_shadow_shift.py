"""A shift at the virtual bench with a pack in shadow, which is promoted while the shift runs."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.runtime.writing import write_pack
from station.adapters.shelf import ShelfFiles
from station.app import shelf
from station.app.demo import DemoOptions
from station.app.headless import run_headless
from station.app.packs import open_pack
from station.domain.packs import PackDeed, PackEntry
from tests.models.runtime.conftest import Signer
from tests.support.packs import trust

NAME = "carton-1.1"


def next_version(path: Path, signer: Signer) -> Path:
    """The shipped pack under another version and another key."""
    shipped = open_pack()
    tables = {**shipped.manifest.model_dump(by_alias=True, exclude={"files"}), "version": "1.1"}
    write_pack(
        path,
        tables,
        model=shipped.model,
        golden=shipped.golden,
        metrics=shipped.metrics,
        card=shipped.card,
        private_key=signer.private,
    )
    return path


@pytest.mark.slow
def test_a_pack_looks_on_and_takes_over_between_two_items(tmp_path: Path) -> None:
    state, signer = tmp_path / "state", Signer(tmp_path / "keys")
    files = ShelfFiles(state)
    trust(files.own_keys, signer)
    shelf.import_pack(state, next_version(tmp_path / "pack", signer), "0815")
    shelf.shadow(state, NAME, "0815")
    digest = str({row["shelf_name"]: row for row in shelf.list_packs(state)}[NAME]["digest"])

    def progress(_line: str) -> None:
        if files.shelf().live != NAME and any(files.compared(digest)):
            at = datetime(2026, 3, 2, tzinfo=UTC)
            files.note(PackEntry(PackDeed.PROMOTE, NAME, digest, at, "0815", "a test"))

    summary = run_headless(DemoOptions(items=12, seed=2, state=state), progress)

    packs = [str(made["model_pack"])[:10] for made in summary.inspections]
    compared = list(files.compared(digest))
    assert summary.complete
    assert packs[0] == "carton 1.0"
    assert packs[-1] == "carton 1.1"
    assert packs == sorted(packs)
    assert compared
    assert all(one.live is one.shadow for one in compared)
