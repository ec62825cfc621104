"""How well codes are read in photographs whose content is known, folder by folder."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from models.runtime.errors import PictureError
from models.runtime.pictures import read_picture
from station.adapters.symbols import Symbol, read_symbols
from station.app.photographs import pictures_in
from station.domain.faults import refuse

_NUMBER = 13
_WITH_ADD_ON = (15, 18)
_EMPTY = "falsepositives"


@dataclass
class Row:
    """One folder: of `n` photographs with known content, how many were read and how.

    `right` have the content among what was read, be it without an add-on. `misread` have only
    something else. `extra` are codes beside the right one. `false` are codes read where there is
    none, in `empty` photographs. `unreadable` are no pictures, `untold` have no known content.
    """

    folder: str
    n: int = 0
    right: int = 0
    misread: int = 0
    not_read: int = 0
    extra: int = 0
    empty: int = 0
    false: int = 0
    untold: int = 0
    unreadable: int = 0

    def add(self, other: "Row") -> None:
        """Count another row in."""
        for name in (
            *("n", "right", "misread", "not_read", "extra"),
            *("empty", "false", "untold", "unreadable"),
        ):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def symbol_table(root: Path, say: Callable[[str], None] = lambda _: None) -> list[Row]:
    """A row for each folder under `root`, and one `all`; StationError if there are no pictures.

    Beside each picture its content stands under the same name: as UTF-8 in `.txt`, or as bytes in
    `.bin`. A folder whose name begins with `falsepositives` holds pictures without a code.
    """
    if not root.is_dir():
        raise refuse(f"{root} is no folder: name one that holds pictures")
    rows: dict[str, Row] = {}
    for path in pictures_in([root]):
        folder = path.parent.name
        if folder not in rows:
            say(f"{folder} …")
            rows[folder] = Row(folder)
        rows[folder].add(_count(path))
    whole = Row("all")
    for row in rows.values():
        whole.add(row)
    return [*rows.values(), whole]


def _count(path: Path) -> Row:
    row = Row(path.parent.name)
    try:
        found = read_symbols(read_picture(path))
    except PictureError:
        row.unreadable = 1
        return row
    if row.folder.startswith(_EMPTY):
        row.empty, row.false = 1, len(found)
        return row
    right = [symbol for symbol in found if _is_right(symbol, path)]
    if not (path.with_suffix(".txt").exists() or path.with_suffix(".bin").exists()):
        row.untold = 1
        return row
    row.n = 1
    if right:
        row.right, row.extra = 1, len(found) - len(right)
    elif found:
        row.misread = 1
    else:
        row.not_read = 1
    return row


def _is_right(symbol: Symbol, path: Path) -> bool:
    text, content = path.with_suffix(".txt"), path.with_suffix(".bin")
    if text.exists():
        truth = text.read_bytes().decode()
        cut = truth[:_NUMBER] if len(truth) in _WITH_ADD_ON and truth.isdigit() else truth
        retail = symbol.text[1] == "E"
        return symbol.plain == truth or (retail and symbol.plain == cut)
    return content.exists() and symbol.content == content.read_bytes()
