"""`regrade devices list | kinds | probe`: what is on the ports, and what can be."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Annotated

import typer

from station.commands import (
    console,
    devices_cameras,
    devices_decode,
    devices_emulate,
    devices_symbols,
    devices_watch,
)
from station.commands.wires import known, open_wire

_Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


MOST_AT_ONCE = 16
"""Ports that are probed at the same time."""


def tree() -> typer.Typer:
    """The `devices` commands."""
    group = typer.Typer(
        help="Devices at the bench: find, listen, imitate, decode.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command("list")(listing)
    group.command("cameras")(devices_cameras.cameras)
    group.command("probe")(probe)
    group.command("watch")(devices_watch.watch)
    group.command("emulate")(devices_emulate.emulate)
    group.command("decode")(devices_decode.decode)
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
    console.note(f"Asking in each protocol, which takes up to half a minute: {', '.join(places)}")

    def answer(place: str) -> dict[str, object]:
        entry: dict[str, object] = {"address": place, "found": [], "problem": None}
        try:
            found = list(ask(wanted, partial(open_wire, place), network=place.startswith("tcp://")))
        except (OSError, ValueError) as error:
            return entry | {"problem": str(error)}
        if not found:
            return entry | {
                "problem": "Nobody answers: check its power; a plain scanner never does, so watch "
                "it with --kind plain."
            }
        return entry | {"found": [{"kind": f.kind, "said": f.said, "baud": f.baud} for f in found]}

    with ThreadPoolExecutor(MOST_AT_ONCE) as threads:
        answers = list(threads.map(answer, places))
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
