"""PROTOCOL.md: its index names every protocol, its tables are the code's, its bytes are right."""

import re
from pathlib import Path

import pytest
from board_document import DOCUMENT, Row, conversation, message_in, words_of

import firmware_bridge
from firmware_bridge.codecs.board import encode
from firmware_bridge.codecs.board_messages import (
    CONDITIONS,
    FROM_BOARD,
    LAMP_MODES,
    LAMPS,
    NAMES,
    PATTERNS,
    SOUNDS_MS,
    STATUSES,
    WHATS,
)
from firmware_bridge.codecs.checksums import crc16_genibus
from firmware_bridge.families.board import FAMILY
from firmware_bridge.families.index import FAMILIES

PACKAGE = Path(firmware_bridge.__file__).parent
ROWS = [row for row in conversation() if row.content]


def table(head: str) -> list[list[str]]:
    """The rows of the table whose first column is called `head`."""
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    (start,) = (at for at, line in enumerate(lines) if line.startswith(f"| {head} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def test_the_index_links_every_document_and_every_kind_is_in_a_heading() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    linked = set(re.findall(r"\]\((protocols/[^)]+)\)", text))
    documents = {f"protocols/{path.name}" for path in (PACKAGE / "protocols").glob("*.md")}
    headings = "".join(
        line
        for path in (DOCUMENT, *(PACKAGE / name for name in documents))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("# ")
    )

    assert linked == documents
    assert [known.kind for known in FAMILIES if f"`{known.kind}`" not in headings] == []


def test_every_link_of_the_document_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", DOCUMENT.read_text(encoding="utf-8"))

    assert [link for link in links if not (PACKAGE / link).is_file()] == []


def test_the_kinds_are_those_of_the_code() -> None:
    said = [(int(kind.strip("`"), 16), name, sender) for kind, name, sender, _ in table("Kind")]

    assert said == [
        (message.kind, name, "board" if message.kind & FROM_BOARD else "computer")
        for message, name in NAMES.items()
    ]


@pytest.mark.parametrize(
    ("head", "first", "names"),
    [
        ("Lamp", 0, LAMPS),
        ("Mode", 0, LAMP_MODES),
        ("Pattern", 0, PATTERNS),
        ("Status", 0, STATUSES),
        ("What", 1, WHATS),
        ("Condition", 0, CONDITIONS),
    ],
)
def test_the_numbers_are_those_of_the_code(head: str, first: int, names: tuple[str, ...]) -> None:
    said = [(int(row[0]), row[1]) for row in table(head)]

    assert said == list(enumerate(names, first))


def test_the_patterns_sound_as_long_as_in_the_code() -> None:
    said = {row[1]: tuple(map(int, row[2].split())) for row in table("Pattern")}

    assert said == SOUNDS_MS


def test_the_checksum_is_the_one_that_is_named() -> None:
    assert "Of `123456789` it is D64E." in DOCUMENT.read_text(encoding="utf-8")
    assert crc16_genibus(b"123456789") == 0xD64E


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.content.hex())
def test_the_example_bytes_mean_what_the_document_says_both_ways(row: Row) -> None:
    (meaning,) = FAMILY.decode(row.content)

    assert words_of(meaning) == row.meaning
    if not meaning["damaged"]:
        assert meaning["sender"] == row.sender
        assert encode(message_in(row.meaning)) == row.content


def test_the_conversation_shows_every_message_and_event() -> None:
    said = "\n".join(row.meaning for row in ROWS)

    assert all(f"\n{name}, " in f"\n{said}" for name in NAMES.values())
    assert all(f"what `{what}`" in said for what in WHATS if what != "pedal-released")
