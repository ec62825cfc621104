"""How every command speaks: answers on standard output, progress and errors on standard error."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import NoReturn
from unicodedata import category

import typer

from station.messages.catalogue import Catalogue

OK, FAILED, UNUSABLE = 0, 1, 2
_LINES = 50
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def locale() -> str:
    """The language of the command line: REGRADE_LOCALE, else the system's, else English."""
    wish = (
        os.environ.get("REGRADE_LOCALE") or os.environ.get("LC_ALL") or os.environ.get("LANG", "")
    )
    return "zh-CN" if wish.lower().replace("_", "-").startswith("zh") else "en"


def words() -> Callable[..., str]:
    """The catalogue's `text` in the language of the command line."""
    return Catalogue.load(locale()).text


def answer_json(answer: Mapping[str, object]) -> None:
    """One JSON object, alone on standard output; what would steer a terminal is escaped."""
    text = json.dumps(answer, ensure_ascii=False, allow_nan=False, indent=2)
    lines = (line if line.isprintable() else _escaped(line) for line in text.split("\n"))
    sys.stdout.write("\n".join(lines) + "\n")


def _escaped(text: str) -> str:
    return "".join(json.dumps(c)[1:-1] if category(c) in _UNSEEN else c for c in text)


def visible(text: str) -> str:
    """Text that a terminal only shows: what would steer it, or cannot be seen, is written out."""
    return "".join(_written_out(c) if category(c) in _UNSEEN else c for c in text)


def _written_out(character: str) -> str:
    if character in "\n\t":
        return character
    if character == "\x1d":
        return "<GS>"
    return character.encode("unicode_escape").decode("ascii")


def answer(text: str) -> None:
    """An answer in words or Markdown, on standard output."""
    sys.stdout.write(visible(text) + "\n")


def note(text: str) -> None:
    """A line of progress or a remark, on standard error."""
    sys.stderr.write(visible(text) + "\n")
    sys.stderr.flush()


def progress(of: str) -> Callable[[int, int], None]:
    """Tells how many of how many are done, on standard error, in at most some fifty lines."""

    def said(done: int, total: int) -> None:
        if done == total or done * _LINES // total > (done - 1) * _LINES // total:
            note(f"{done} of {total} {of}")

    return said


def attended() -> bool:
    """Say whether a person sits at the terminal."""
    return sys.stdin.isatty()


def leave(sentence: str, code: int = UNUSABLE) -> NoReturn:
    """Say in one sentence why this cannot be done, and end with `code`."""
    note(sentence)
    raise typer.Exit(code)


def table(head: list[str], rows: list[list[str]]) -> None:
    """A plain table on standard output, columns aligned."""
    lines = [[visible(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    for row in lines:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(line.rstrip() + "\n")
