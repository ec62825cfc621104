"""`regrade orders`: answers in their shapes, and one sentence for bad files."""

import json
from pathlib import Path
from typing import Any

import pytest
from lines import csv_file, gtin, json_file, order_line

from station.commands.root import run

LINES = (
    order_line("RMA-1", 1, serial="A-1", parcel="1Z999AA10123456784"),
    order_line("RMA-1", 2, parcel="1Z999AA10123456784", quantity=2),
    order_line("RMA-2", 1, serial="A-2"),
)


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGRADE_LOCALE", "en")


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = run([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_file_is_imported_and_shown_by_every_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = ["--state", str(tmp_path / "state")]
    path = str(csv_file(tmp_path / "o.csv", *LINES))
    done = {"lines": 3, "orders": 2, "replaced_orders": 0, "kept_lines": 0}

    assert answer(capsys, "orders", "import", path, *state) == (0, done)
    again = done | {"replaced_orders": 2}
    assert answer(capsys, "orders", "import", path, *state) == (0, again)
    for code, kind, count in (
        (f"(01){gtin(1)}(21)A-2".replace("(", "").replace(")", ""), "item", 1),
        (gtin(1), "item", 2),
        ("1z999aa10123456784", "parcel", 2),
        ("RMA-1", "order", 2),
        ("RG:ORDER:RMA-2", "order", 1),
    ):
        found, shown = answer(capsys, "orders", "show", code, *state)
        assert (found, shown["kind"], len(shown["lines"])) == (0, kind, count)
    assert shown["lines"][0]["gtin"] == gtin(1)


def test_what_is_in_no_order_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = ["--state", str(tmp_path / "state")]
    run(["orders", "import", str(json_file(tmp_path / "o.json", *LINES)), *state])
    capsys.readouterr()

    assert run(["orders", "show", "RMA-7", *state]) == 1
    assert "is in no return order" in capsys.readouterr().err
    assert run(["orders", "show", f"01{gtin(1)}21Z-9", *state]) == 1
    assert "the goods are known" in capsys.readouterr().err


def test_a_wrong_line_is_one_sentence_and_nothing_is_imported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = ["--state", str(tmp_path / "state")]
    path = csv_file(tmp_path / "o.csv", *LINES, LINES[0])

    assert run(["orders", "import", str(path), *state]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    sentence = said.err.splitlines()[-1]
    assert sentence.startswith(
        f"o.csv: line 5: the piece (01){gtin(1)}(21)A-1 is on line 2 already"
    )
    assert run(["orders", "show", "RMA-2", *state]) == 1


def test_a_piece_twice_in_a_document_is_named_by_its_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = json_file(tmp_path / "o.json", *LINES, LINES[0])

    assert run(["orders", "check", str(path)]) == 1
    assert "line 5: the piece" in capsys.readouterr().err
    code, said = answer(capsys, "orders", "check", str(path))
    assert (code, said["good"]) == (1, False)
    assert "is on line 2 already" in said["error"]


def test_a_good_file_is_counted_and_nothing_is_imported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = answer(capsys, "orders", "check", str(csv_file(tmp_path / "o.csv", *LINES)))

    assert code == 0
    assert said == {
        "good": True,
        "error": None,
        "lines": 3,
        "orders": 2,
        "parcels": 1,
        "pieces": 4,
    }


def test_an_absent_file_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["orders", "import", "nowhere.csv"]) == 2
    assert "name a readable file" in capsys.readouterr().err


def test_lines_that_end_in_cr_alone_are_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = csv_file(tmp_path / "o.csv", *LINES)
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r"))

    assert run(["orders", "check", str(path)]) == 1
    assert "line 1: its lines end in CR alone" in capsys.readouterr().err


def test_a_state_without_orders_and_one_that_is_no_directory_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["orders", "show", "RMA-1", "--state", str(tmp_path)]) == 1
    assert "No return orders are imported there" in capsys.readouterr().err
    file = tmp_path / "file"
    file.touch()
    assert run(["orders", "show", "RMA-1", "--state", str(file)]) == 2
    assert "name a state directory" in capsys.readouterr().err


def test_a_hostile_code_is_shown_short_and_harmless(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = ["--state", str(tmp_path / "state")]
    run(["orders", "import", str(csv_file(tmp_path / "o.csv", *LINES)), *state])
    capsys.readouterr()

    assert run(["orders", "show", "\x1b[31m\u202e" + "A" * 5000, *state]) == 1
    said = capsys.readouterr().err
    assert len(said) < 120
    assert said.startswith("\\x1b[31m\\u202eAAA")
