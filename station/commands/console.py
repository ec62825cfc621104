"""How every command speaks: answers on standard output, progress and errors on standard error."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import NoReturn

import typer

from station.messages.catalogue import Catalogue

OK, FAILED, UNUSABLE = 0, 1, 2


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
    """One JSON object, alone on standard output."""
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, allow_nan=False, indent=2) + "\n")


def note(text: str) -> None:
    """A line of progress or a remark, on standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def leave(sentence: str, code: int = UNUSABLE) -> NoReturn:
    """Say in one sentence why this cannot be done, and end with `code`."""
    note(sentence)
    raise typer.Exit(code)


def table(head: list[str], rows: list[list[str]]) -> None:
    """A plain table on standard output, columns aligned."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, *rows]:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(line.rstrip() + "\n")
