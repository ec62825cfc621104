"""The life of packs on a bench's shelf, by the command line, with real packs of tiny models."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from station.adapters.shelf import ShelfFiles
from station.app.defaults import GOODS_PACK, LIVE_PACK, PICTURES
from station.app.packs import key_lists, open_pack, pack_name
from station.commands.root import run
from station.domain.grading import Grade
from station.domain.packs import SHIPPED, Compared
from tests.models.runtime.conftest import Signer
from tests.support.packs import SPOILT, TINY, tiny_pack, trust

LIMIT_BYTES = 300 * 10**6

Do = Callable[..., tuple[int, str, str]]


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer(tmp_path / "keys")


@pytest.fixture
def state(tmp_path: Path, signer: Signer) -> Path:
    """A state directory whose site trusts the test's key."""
    trust(ShelfFiles(tmp_path / "state").own_keys, signer)
    return tmp_path / "state"


@pytest.fixture
def do(state: Path, capsys: pytest.CaptureFixture[str]) -> Do:
    """Run a `models` command on the state: exit code, standard output, standard error."""

    def command(*words: str) -> tuple[int, str, str]:
        code = run(["models", *words, "--state", str(state)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def shelved(do: Do) -> dict[str, dict[str, Any]]:
    _, out, _ = do("list", "--json")
    return {pack["shelf_name"]: pack for pack in json.loads(out)["packs"]}


def compare(state: Path, name: str, live: Grade | None, shadow: Grade | None) -> None:
    files = ShelfFiles(state)
    digest = open_pack(files.path(name), key_lists(files)).digest
    against = pack_name(open_pack())
    at = datetime(2026, 3, 2, tzinfo=UTC)
    files.compare(digest, Compared(f"i-{live}-{shadow}", "carton", against, live, shadow, live, at))


def test_a_pack_is_imported_looks_on_is_promoted_and_rolled_back(
    do: Do, state: Path, signer: Signer, tmp_path: Path
) -> None:
    source = tiny_pack(tmp_path / "new", signer)

    assert do("import", str(source))[0] == 0
    packs = shelved(do)
    assert (packs[TINY]["live"], packs[TINY]["shadow"], packs[SHIPPED]["live"]) == (0, 0, 1)
    assert do("shadow", TINY, "--by", "0815")[0] == 0
    compare(state, TINY, Grade.RESELLABLE, Grade.REPAIR)
    compare(state, TINY, Grade.REPAIR, Grade.REPAIR)
    counts = shelved(do)[TINY]["compared"]["carton"]
    assert (counts["compared"], counts["differ"], counts["stricter"]) == (2, 1, 1)

    code, _, said = do("promote", TINY, "--by", "0815", "--evidence", "shadow")
    assert (code, "2 compared, 1 differ (1 stricter" in said) == (0, True)
    packs = shelved(do)
    assert (packs[TINY]["live"], packs[TINY]["shadow"], packs[SHIPPED]["live"]) == (1, 0, 0)
    assert do("rollback", "--by", "0815", "--reason", "misses dents")[0] == 0
    assert shelved(do)[SHIPPED]["live"]
    _, out, _ = do("list", "--history", "--json")
    deeds = [(d["deed"], d["by"], d["evidence"][:12]) for d in json.loads(out)["history"]]
    assert deeds == [
        ("import", "", "signed by te"),
        ("shadow", "0815", ""),
        ("promote", "0815", "shadow, cart"),
        ("rollback", "0815", "misses dents"),
    ]


def test_a_bench_that_promoted_nothing_grades_loose_goods_with_the_pack_for_them(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state.mkdir(exist_ok=True)

    assert run(["grade", str(PICTURES / "empty-bright.jpg"), "--state", str(state), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["pack_path"] == str(GOODS_PACK)


def test_photographs_are_graded_with_the_pack_of_a_bench_where_one_is_named(
    do: Do, state: Path, signer: Signer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    do("import", str(tiny_pack(tmp_path / "new", signer)))
    do("shadow", TINY, "--by", "0815")
    compare(state, TINY, Grade.REPAIR, Grade.REPAIR)
    do("promote", TINY, "--by", "0815", "--evidence", "shadow")
    photo = str(PICTURES / "empty-bright.jpg")
    files = ShelfFiles(state)

    assert run(["grade", photo, "--state", str(state), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["model_pack"] == pack_name(open_pack(files.path(TINY), key_lists(files)))
    assert said["pack_path"] == str(files.path(TINY))
    for category, shipped in (("photograph", GOODS_PACK), ("carton", LIVE_PACK)):
        assert run(["grade", photo, "--category", category, "--json"]) == 0
        said = json.loads(capsys.readouterr().out)
        assert said["model_pack"] == pack_name(open_pack(shipped))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--state", "nowhere"], "nowhere is no state directory"),
        (["--state", ".", "--pack", "x"], "Give either --pack or --state"),
    ],
)
def test_a_bench_that_cannot_be_graded_with_is_refused(
    words: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["grade", str(PICTURES / "empty-bright.jpg"), *words]) == 2
    assert why in capsys.readouterr().err


def test_a_promotion_rests_on_an_evaluation_of_this_very_pack(
    do: Do, state: Path, signer: Signer, tmp_path: Path
) -> None:
    do("import", str(tiny_pack(tmp_path / "new", signer)))
    files = ShelfFiles(state)
    name = pack_name(open_pack(files.path(TINY), key_lists(files)))
    figure = {"value": 0.97, "low": 0.9, "high": 1.0, "n": 100}
    told = {"set": "other", "pack": name, "overall": {"grade_accuracy": figure, "miss": figure}}
    report = tmp_path / "report.json"
    unsaid = {"grade_accuracy": figure, "miss": {**figure, "value": None}}

    for content, why in (
        (json.dumps({**told, "pack": "carton 1.0"}), "is about another pack (carton 1.0)"),
        (json.dumps({"set": "other"}), "is not what `regrade models evaluate --json` writes"),
        (json.dumps({**told, "overall": unsaid}), "does not say how well it grades"),
        ("", "is not what"),
    ):
        report.write_text(content)
        code, _, said = do("promote", TINY, "--by", "0815", "--evidence", str(report))
        assert (code, why in said) == (2, True)
    assert do("promote", TINY, "--by", "1", "--evidence", str(tmp_path / "none"))[0] == 2
    assert do("promote", TINY, "--by", "1", "--evidence", "shadow")[0] == 2
    assert shelved(do)[SHIPPED]["live"]
    report.write_text(json.dumps(told))
    code, _, said = do("promote", TINY, "--by", "0815", "--evidence", str(report))

    assert (code, "grade accuracy 0.97, miss 0.97 of 100 returns" in said) == (0, True)


def test_the_same_pack_again_changes_nothing_and_another_of_its_name_is_refused(
    do: Do, signer: Signer, tmp_path: Path
) -> None:
    source = tiny_pack(tmp_path / "new", signer)
    assert (do("import", str(source))[0], do("import", str(source))[0]) == (0, 0)
    code, _, said = do("import", str(tiny_pack(tmp_path / "other", signer, gain=19.0)))

    assert (code, "holds another pack tiny-1: give this one another version" in said) == (2, True)
    _, out, _ = do("list", "--history", "--json")
    assert len(json.loads(out)["history"]) == 1


def test_a_pack_that_was_spoilt_on_the_shelf_is_not_promoted(
    do: Do, state: Path, signer: Signer, tmp_path: Path
) -> None:
    do("import", str(tiny_pack(tmp_path / "new", signer)))
    with (state / "packs" / TINY / "CARD.md").open("a") as card:
        card.write("Better than it is.\n")

    code, _, said = do("shadow", TINY)

    assert (code, "CARD.md is not the file" in said) == (2, True)
    assert shelved(do)[TINY]["problem"]
    assert do("rollback", "--by", "1", "--reason", "x")[0] == 2
    assert "there is tiny-1" in do("shadow", "tiny-2")[2]


def test_a_pack_that_looks_on_can_be_sent_away_whatever_became_of_its_files(
    do: Do, state: Path, signer: Signer, tmp_path: Path
) -> None:
    do("import", str(tiny_pack(tmp_path / "new", signer)))
    do("shadow", TINY)
    with (state / "packs" / TINY / "CARD.md").open("a") as card:
        card.write("Better than it is.\n")

    assert shelved(do)[TINY]["problem"]
    assert do("shadow", "--off")[0] == 0
    assert not shelved(do)[TINY]["shadow"]


def test_a_pack_is_named_and_never_a_way_out_of_the_shelf(
    do: Do, state: Path, signer: Signer, tmp_path: Path
) -> None:
    do("import", str(tiny_pack(tmp_path / "new", signer)))
    outside = tiny_pack(state / "outside", signer)

    for name in (f"../{outside.name}", str(outside), ".", ""):
        assert do("shadow", name)[0] == 2
        assert do("promote", name, "--by", "1", "--evidence", "shadow")[0] == 2
    assert shelved(do)[SHIPPED]["live"]


# VmHWM, because ru_maxrss still counts the process that started this one.
ATTACK = """
import resource, sys
from pathlib import Path
from station.app import proving
from station.commands.root import run

proving.PATIENCE_S = 3.0
state, packs = sys.argv[1], sys.argv[2:]
for pack in packs:
    print(f"== {Path(pack).name}", file=sys.stderr, flush=True)
    print(run(["models", "import", pack, "--state", state]))
status = Path("/proc/self/status").read_text().split()
print(int(status[status.index("VmHWM:") + 1]) * 1024)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""


def test_every_spoilt_pack_is_refused_small_and_without_a_trace(
    state: Path, signer: Signer, tmp_path: Path
) -> None:
    places = {}
    for number, (name, (spoil, _)) in enumerate(SPOILT.items()):
        places[name] = tiny_pack(tmp_path / f"{number}" / "pack", signer)
        spoil(places[name], signer)
    before = files_of(state)

    done = subprocess.run(
        [sys.executable, "-c", ATTACK, str(state), *map(str, places.values())],
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), "REGRADE_LOCALE": "en"},
        capture_output=True,
        text=True,
        timeout=110,
        check=True,
    )

    *codes, own, children = done.stdout.split()
    assert set(codes) == {"2"}
    assert len(codes) == len(SPOILT)
    for said, (_, why) in zip(done.stderr.split("== ")[1:], SPOILT.values(), strict=True):
        assert why in said
        assert str(tmp_path) in said
        assert ".import-" not in said
        assert len(said.strip().splitlines()) == 2
    assert int(own) < LIMIT_BYTES
    assert int(children) < LIMIT_BYTES
    assert files_of(state) == before


def files_of(state: Path) -> set[str]:
    """Every file of the shelf but its lock."""
    return {str(path) for path in state.rglob("*") if path.name != ".lock"}
