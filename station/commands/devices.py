"""`regrade devices list | probe | decode`: what is on the ports, and what bytes mean."""

import sys
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated

import typer

from station.commands import console, devices_emulate, devices_symbols, devices_watch
from station.commands.wires import explained, in_words, known, open_wire

_Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
TEXT_KINDS = ("epc", "gs1", "plain")
"""Kinds whose bytes are given as text; all others take hex, or text that cannot be hex."""


def tree() -> typer.Typer:
    """The `devices` commands."""
    group = typer.Typer(
        help="Devices at the bench: find, listen, imitate, decode.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command("list")(listing)
    group.command("probe")(probe)
    group.command("watch")(devices_watch.watch)
    group.command("emulate")(devices_emulate.emulate)
    group.command("decode")(decode)
    group.command("kinds")(kinds)
    group.command("symbols")(devices_symbols.symbols)
    return group


def listing(as_json: _Json = False) -> None:
    """List the serial ports with the identity to write into the configuration."""
    from dataclasses import asdict

    from firmware_bridge.transports.ports import list_ports

    ports = list_ports()
    if as_json:
        console.answer_json({"ports": [asdict(port) for port in ports]})
        return
    if not ports:
        console.note(
            "No serial port was found: plug a device in, or imitate one with "
            "`regrade devices emulate KIND`."
        )
        return
    rows = [[p.path, p.identity, p.manufacturer or "", p.product or ""] for p in ports]
    console.table(["port", "identity", "maker", "product"], rows)


def kinds(as_json: _Json = False) -> None:
    """List the kinds of devices and what can be done with each."""
    from firmware_bridge.families.index import FAMILIES

    found = [
        {
            "kind": f.kind,
            "title": f.title,
            "wires": list(f.wires),
            "can": [
                word
                for word, able in (
                    ("decode", True),
                    ("probe", f.identify is not None),
                    ("watch", f.listen is not None),
                    ("emulate", f.imitate is not None),
                )
                if able
            ],
        }
        for f in FAMILIES
    ]
    if as_json:
        console.answer_json({"kinds": found})
        return
    rows = [
        [f.kind, f.title, " ".join(f.wires), " ".join(entry["can"])]
        for f, entry in zip(FAMILIES, found, strict=True)
    ]
    console.table(["kind", "device", "on", "can"], rows)


def probe(
    addresses: Annotated[
        list[str] | None,
        typer.Argument(
            help="A path, VID:PID[:SERIAL] or tcp://host:port; every serial port if none."
        ),
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help="Ask in this protocol only; repeatable.")
    ] = None,
    as_json: _Json = False,
) -> None:
    """Ask who is there in every protocol that has a harmless question; exit code 1 if nobody is."""
    from firmware_bridge.families.index import FAMILIES
    from firmware_bridge.probing import probe as ask
    from firmware_bridge.transports.ports import list_ports

    wanted = [known(name) for name in kind] if kind else list(FAMILIES)
    places = addresses or [port.identity for port in list_ports()]
    if not places:
        console.leave(
            "No serial port was found: plug a device in, or name an address.", console.FAILED
        )
    answers: list[dict[str, object]] = []
    for place in places:
        console.note(f"{place} …")
        network = place.startswith("tcp://")
        entry: dict[str, object] = {"address": place, "found": [], "problem": None}
        answers.append(entry)
        try:
            found = list(ask(wanted, partial(open_wire, place), network=network))
        except (OSError, ValueError) as error:
            entry["problem"] = str(error)
            continue
        entry["found"] = [{"kind": f.kind, "said": f.said, "baud": f.baud} for f in found]
        if not found:
            entry["problem"] = (
                "Nobody answers: check its power; a plain scanner never does, so watch it with "
                "--kind plain."
            )
    _say_found(answers, as_json=as_json)
    if not any(entry["found"] for entry in answers):
        raise typer.Exit(console.FAILED)


def _say_found(answers: list[dict[str, object]], *, as_json: bool) -> None:
    if as_json:
        console.answer_json({"ports": answers})
        return
    rows: list[list[str]] = []
    for entry in answers:
        place, found = str(entry["address"]), entry["found"]
        each = found if isinstance(found, list) else []
        rows += [[place, one["kind"], str(one["baud"] or ""), one["said"]] for one in each]
        if entry["problem"]:
            rows.append([place, "-", "", str(entry["problem"])])
    console.table(["address", "kind", "baud", "says"], rows)


def decode(
    kind: Annotated[str, typer.Argument(help="The kind of device; `devices kinds` lists them.")],
    text: Annotated[str, typer.Argument(help="What it sent; - reads standard input.")],
    raw: Annotated[bool, typer.Option("--raw", help="Standard input is binary.")] = False,
    as_json: _Json = False,
) -> None:
    """Say what bytes of a device mean; exit code 1 if any are damaged.

    Hex with or without spaces; gs1 and plain take text.
    """
    messages = [explained(kind, entry) for entry in _decoded(kind, text, raw=raw)]
    damaged = any(entry["damaged"] for entry in messages)
    if as_json:
        console.answer_json({"kind": kind, "messages": messages, "damaged": damaged})
    else:
        console.table(["bytes", "meaning"], [[str(m["raw"]), in_words(m)] for m in messages])
    if damaged:
        raise typer.Exit(console.FAILED)


def _decoded(kind: str, text: str, *, raw: bool) -> Sequence[Mapping[str, object]]:
    from station.domain import reading_codes

    if kind in ("epc", "gs1"):
        given = _given(text, raw=raw).decode("utf-8", "replace").strip("\r\n")
        read = reading_codes.decode_epc if kind == "epc" else reading_codes.decode_gs1
        return read(given)
    family = known(kind)
    content = _given(text, raw=raw)
    if kind not in TEXT_KINDS and not raw:
        content = _from_hex(content) or _line(content)
    return family.decode(content)


def _given(text: str, *, raw: bool) -> bytes:
    if text != "-":
        return text.encode("utf-8", "surrogateescape")
    content = sys.stdin.buffer.read()
    return content if raw else content.rstrip(b"\r\n")


def _line(content: bytes) -> bytes:
    """Text typed without its line end."""
    return content if content.endswith((b"\r", b"\n", b"\x03")) else content + b"\r\n"


def _from_hex(content: bytes) -> bytes | None:
    try:
        return bytes.fromhex(content.decode("ascii"))
    except ValueError:
        return None
