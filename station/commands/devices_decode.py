"""`regrade devices decode`: what bytes of a device mean."""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Annotated

import typer

from firmware_bridge.family import Meaning
from station.commands import console
from station.commands.wires import explained, in_words, known

_CODE_KINDS = ("epc", "gs1")
_TEXT_KINDS = ("plain", "honeywell")
_BETWEEN_DIGITS = re.compile(r"0[xX]|\\x|[\s:,]")
_SUFFIXED_HEX = re.compile(r"(?:[0-9A-Fa-f]{2} )+0[9AaDd]")
_LINE_ENDS = ("", "\r\n", "\r")


def decode(
    kind: Annotated[
        str, typer.Argument(help="gs1, epc, or a kind of device as `devices kinds` lists them.")
    ],
    text: Annotated[str, typer.Argument(help="What it sent; - reads standard input.")],
    raw: Annotated[
        bool, typer.Option("--raw", help="Standard input is binary; give - for the text.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on standard output.")
    ] = False,
) -> None:
    """Say what bytes of a device, or sent to it, mean; exit code 1 if any are damaged.

    Hex with or without spaces, or a line of a text protocol as it is typed. gs1, plain and
    honeywell take text, with `<GS>` for the group separator; the latter two also hex with spaces
    that ends with the suffix (0D).
    """
    messages = [explained(kind, entry) for entry in _decoded(kind, text, raw=raw)]
    damaged = any(entry["damaged"] for entry in messages)
    if as_json:
        console.answer_json({"kind": kind, "messages": messages, "damaged": damaged})
    else:
        console.table(["bytes", "meaning"], [[str(m["raw"]), in_words(m)] for m in messages])
    if damaged:
        raise typer.Exit(console.FAILED)


def _decoded(kind: str, text: str, *, raw: bool) -> Sequence[Meaning]:
    from station.domain import reading_codes

    if kind not in _CODE_KINDS:
        known(kind, _CODE_KINDS)
    content = _given(text, raw=raw)
    if kind in _CODE_KINDS:
        read = reading_codes.decode_epc if kind == "epc" else reading_codes.decode_gs1
        return read(_with_gs(content.decode("utf-8", "replace").strip("\r\n")))
    family = known(kind)
    ways: list[Callable[[bytes], list[Meaning]]] = [family.decode]
    if family.decode_sent is not None:
        ways.append(partial(_of_computer, family.decode_sent))
    readings = (content,) if raw else _readings(kind, content.decode("utf-8", "surrogateescape"))
    first: list[Meaning] | None = None
    for reading in readings:
        for way in ways:
            said = way(reading)
            if not any(message["damaged"] for message in said):
                return said
            first = first or said
    if not raw and _odd_hex(content):
        console.leave("The hex has an odd number of digits, but each byte has two: check it.")
    return first or []


def _of_computer(decode_sent: Callable[[bytes], list[Meaning]], content: bytes) -> list[Meaning]:
    return [{"from": "computer", **message} for message in decode_sent(content)]


def _given(text: str, *, raw: bool) -> bytes:
    """What was given, which is never nothing."""
    if text != "-":
        if raw:
            console.leave("--raw reads standard input: give - in the place of the bytes.")
        content = text.encode("utf-8", "surrogateescape")
    else:
        content = sys.stdin.buffer.read()
    if not (content if raw else content.strip()):
        console.leave("Nothing was given: name what the device sent, or pipe it in behind -.")
    return content if raw else content.rstrip(b"\r\n")


def _readings(kind: str, text: str) -> Iterator[bytes]:
    """The bytes that typed text may stand for, the most likely first."""
    if kind in _TEXT_KINDS:
        spaced = " ".join(text.split())
        coded = _SUFFIXED_HEX.fullmatch(spaced)
        if coded:
            yield bytes.fromhex(spaced)
        else:
            yield from (_as_bytes(_with_gs(text) + end) for end in _LINE_ENDS)
        return
    digits = _BETWEEN_DIGITS.sub("", text)
    try:
        yield bytes.fromhex(digits)
    except ValueError:
        for end in _LINE_ENDS:
            yield _as_bytes(text + end)


def _odd_hex(content: bytes) -> bool:
    digits = _BETWEEN_DIGITS.sub("", content.decode("utf-8", "replace"))
    return len(digits) % 2 == 1 and re.fullmatch("[0-9A-Fa-f]+", digits) is not None


def _with_gs(text: str) -> str:
    return text.replace("<GS>", "\x1d")


def _as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
