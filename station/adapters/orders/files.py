"""Order files: a table as CSV, a JSON document, or JSON Lines, read as a stream.

Errors are StationErrors of one sentence that names the line.
"""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

import ijson

from station.adapters.orders.form import (
    KEYS,
    REQUIRED,
    FileForm,
    line_from_json,
    line_from_text,
)
from station.adapters.orders.shallow import PIECE, ShallowJson
from station.domain.faults import StationError, refuse
from station.domain.item import OrderLine

LONGEST_LINE = 65_536
REPORT_EVERY = 100_000
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_SEPARATORS = (",", ";", "\t")
_SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}


class _WrongLineError(ValueError):
    """What is wrong on a line of the file, counted from 1."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reading is: lines of orders so far, and the share of the file's bytes."""

    lines: int
    share: float


class OrderFile:
    """One order file. Its form goes by the suffix of its name unless it is declared."""

    def __init__(self, path: Path, form: FileForm | None = None) -> None:
        """StationError if the form is neither declared nor known by the suffix."""
        known = _SUFFIXES.get(path.suffix.lower())
        if form is None and known is None:
            raise refuse(
                f"{path}: the name does not tell how the file is written: "
                "name it .csv, .json or .jsonl, or say --form"
            )
        self.path = path
        self.form = form or FileForm(known or "")

    def lines(
        self, report: Callable[[Progress], None] = lambda _: None
    ) -> Iterator[tuple[int, OrderLine]]:
        """Every order line with its number: its line in the file, or its place in a JSON document.

        `report` hears of the progress now and then.
        """
        try:
            size = max(1, self.path.stat().st_size)
            with self.path.open("rb") as file:
                count = 0
                for count, numbered in enumerate(self._read(file), 1):
                    if count % REPORT_EVERY == 0:
                        report(Progress(count, file.tell() / size))
                    yield numbered
                report(Progress(count, 1.0))
        except OSError as error:
            reason = error.strerror or "unreadable"
            raise refuse(f"{self.path} cannot be read ({reason}): name a readable file") from error
        except _WrongLineError as error:
            raise self.wrong(error.line, str(error)) from error

    def wrong(self, line: int, problem: str) -> StationError:
        """A fault of one line of the file."""
        return refuse(f"{self.path.name}: line {line}: {problem}; correct it and import again")

    def line_of(self, number: int) -> int:
        """The line in the file of the order line with that number."""
        if self.form is not FileForm.JSON:
            return number
        with self.path.open("rb") as file:
            return _line_where(file, number)

    def _read(self, file: BinaryIO) -> Iterator[tuple[int, OrderLine]]:
        match self.form:
            case FileForm.CSV:
                return _table(file)
            case FileForm.JSON:
                return _document(file)
            case FileForm.JSONL:
                return _json_lines(file)


def _text_lines(file: BinaryIO) -> Iterator[tuple[int, str]]:
    """The lines of a file in UTF-8, with or without a byte order mark, numbered from 1."""
    for number, raw in enumerate(iter(partial(file.readline, LONGEST_LINE + 1), b""), 1):
        if len(raw) > LONGEST_LINE:
            raise _WrongLineError(number, f"it is longer than {LONGEST_LINE} bytes")
        if number == 1:
            if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise _WrongLineError(1, "the file is in UTF-16: save it as UTF-8")
            raw = raw.removeprefix(BYTE_ORDER_MARK)
        try:
            yield number, raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise _WrongLineError(number, "it is not in UTF-8: save the file as UTF-8") from error


def _table(file: BinaryIO) -> Iterator[tuple[int, OrderLine]]:
    lines = _text_lines(file)
    first = next(lines, None)
    if first is None:
        raise _WrongLineError(1, "the file is empty; it begins with a line of column names")
    separator, columns = _columns(first[1])
    read = 1

    def rest() -> Iterator[str]:
        nonlocal read
        for number, text in lines:
            read = number
            yield text

    rows = csv.reader(rest(), delimiter=separator, strict=True)
    while True:
        number = read + 1
        try:
            row = next(rows, None)
        except csv.Error as error:
            raise _WrongLineError(number, f"its quotes are wrong ({error})") from error
        if row is None:
            return
        if not any(map(str.strip, row)):
            continue
        if len(row) != len(columns):
            problem = f"it has {len(row)} fields where the header has {len(columns)}"
            raise _WrongLineError(number, problem)
        try:
            yield number, line_from_text(dict(zip(columns, row, strict=True)))
        except ValueError as error:
            raise _WrongLineError(number, str(error)) from error


def _columns(header: str) -> tuple[str, tuple[str, ...]]:
    """The separator and the column names, by the separator that names most known columns."""

    def names(separator: str) -> tuple[str, ...]:
        try:
            row = next(csv.reader([header], delimiter=separator), [])
        except csv.Error as error:
            raise _WrongLineError(1, "its lines end in CR alone: end them with LF") from error
        return tuple(name.strip().lower() for name in row)

    separator = max(_SEPARATORS, key=lambda s: len(set(names(s)) & set(KEYS)))
    columns = names(separator)
    if missing := sorted(REQUIRED - set(columns)):
        raise _WrongLineError(1, f"the columns lack {', '.join(missing)}")
    if unknown := sorted(set(columns) - set(KEYS)):
        named = ", ".join(name or "an empty name" for name in unknown)
        raise _WrongLineError(1, f"no order file has the columns {named}")
    if len(set(columns)) != len(columns):
        raise _WrongLineError(1, "a column is there twice")
    return separator, columns


def _json_lines(file: BinaryIO) -> Iterator[tuple[int, OrderLine]]:
    for number, text in _text_lines(file):
        if not text.strip():
            continue
        try:
            entry = json.loads(text)
        except json.JSONDecodeError as error:
            raise _WrongLineError(number, f"it is no JSON ({error.msg})") from error
        except RecursionError as error:
            raise _WrongLineError(number, "it is nested too deep") from error
        except ValueError as error:
            raise _WrongLineError(number, "a number in it has too many digits") from error
        try:
            yield number, line_from_json(entry)
        except ValueError as error:
            raise _WrongLineError(number, str(error)) from error


def _document(file: BinaryIO) -> Iterator[tuple[int, OrderLine]]:
    """The items of `{"schema": 1, "items": [...]}`, numbered from 1."""
    try:
        _check_schema(file)
        number = 0
        for entry in ijson.items(_from_start(file), "items.item", buf_size=PIECE, use_float=True):
            number += 1
            yield number, line_from_json(entry)
        if number == 0:
            _check_items(file)
    except ijson.JSONError as error:
        raise _WrongLineError(_line_where(file), "the JSON breaks off or is broken") from error
    except _WrongLineError:
        raise
    except ValueError as error:
        raise _WrongLineError(_line_where(file, number), f"item {number}: {error}") from error


def _from_start(file: BinaryIO) -> ShallowJson:
    """The document from its first byte of text."""
    file.seek(0)
    if file.read(len(BYTE_ORDER_MARK)) != BYTE_ORDER_MARK:
        file.seek(0)
    return ShallowJson(file)


def _check_schema(file: BinaryIO) -> None:
    schema = next(ijson.items(_from_start(file), "schema", buf_size=PIECE, use_float=True), None)
    if schema != 1 or isinstance(schema, bool):
        raise _WrongLineError(1, 'the document must say "schema": 1')


def _check_items(file: BinaryIO) -> None:
    events = ijson.parse(_from_start(file), buf_size=PIECE, use_float=True)
    if not any((prefix, event) == ("items", "start_array") for prefix, event, _ in events):
        raise _WrongLineError(1, 'the document has no list "items"')


def _line_where(file: BinaryIO, number: int | None = None) -> int:
    """The line on which the numbered item ends, or else where the JSON is broken."""
    items = ijson.sendable_list()
    parser = ijson.items_coro(items, "items.item", use_float=True)
    document = _from_start(file)
    count = line = 0
    ended = True
    try:
        while number is None or count < number:
            line += ended
            piece = document.line()
            if not piece:
                line -= ended
                parser.close()
                break
            ended = piece.endswith(b"\n")
            parser.send(piece)
            count += len(items)
            del items[:]
    except ijson.JSONError:
        pass
    return line
