"""`regrade devices list | emulate | decode`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from station.commands import console

_Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
KINDS = ("plain",)


def tree() -> typer.Typer:
    """The `devices` commands."""
    group = typer.Typer(
        help="Devices at the bench: find, imitate, decode.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command("list")(listing)
    group.command("emulate")(emulate)
    group.command("decode")(decode)
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
            "`regrade devices emulate plain`."
        )
        return
    rows = [[p.path, p.identity, p.manufacturer or "", p.product or ""] for p in ports]
    console.table(["port", "identity", "maker", "product"], rows)


def emulate(
    kind: Annotated[str, typer.Argument(help="The kind of device: plain.")],
    link: Annotated[
        Path, typer.Option(help="Where the device appears; name it as the scanner's port.")
    ] = Path("regrade-scanner"),
) -> None:
    """Imitate a device: each line of standard input is a code that the scanner reads.

    `!unplug` and `!replug` pull and plug the cable, `<GS>` is the group separator.
    """
    from firmware_bridge.emulators.plain import emulate_lines

    _known(kind)
    if link.exists() and not link.is_symlink():
        console.leave(f"{link} exists and is no link: choose another name with --link.")
    console.note(f"A plain scanner is at {link}. Type codes, one a line; end with Ctrl-D.")
    try:
        emulate_lines(link, sys.stdin)
    except OSError as error:
        reason = error.strerror or "it cannot be made"
        console.leave(f"No device can be imitated at {link} ({reason}): choose another --link.")


def decode(
    kind: Annotated[str, typer.Argument(help="The kind of device: plain.")],
    text: Annotated[str, typer.Argument(help="What it sent; - reads standard input.")],
    raw: Annotated[bool, typer.Option("--raw", help="Standard input is binary.")] = False,
    as_json: _Json = False,
) -> None:
    """Say what bytes of a device mean; exit code 1 if any are damaged."""
    from firmware_bridge.codecs.plain import decode as decode_plain
    from station.domain.scan import read_scan

    _known(kind)
    if text != "-":
        content = text.encode("utf-8", "surrogateescape")
    elif raw:
        content = sys.stdin.buffer.read()
    else:
        content = sys.stdin.read().rstrip("\r\n").encode("utf-8", "surrogateescape")
    codes = []
    for code in decode_plain(content):
        entry: dict[str, object] = dict(code)
        if not code["damaged"]:
            meaning = read_scan(f"{code['symbology'] or ''}{code['text']}")
            entry["meaning"] = type(meaning).__name__
        codes.append(entry)
    damaged = any(code["damaged"] for code in codes)
    if as_json:
        console.answer_json({"kind": kind, "codes": codes, "damaged": damaged})
    else:
        rows = [
            [str(c["raw"]), str(c.get("text") or ""), str(c.get("meaning") or c.get("reason"))]
            for c in codes
        ]
        console.table(["bytes", "text", "meaning"], rows)
    if damaged:
        raise typer.Exit(console.FAILED)


def _known(kind: str) -> None:
    if kind not in KINDS:
        console.leave(f"{kind} is not a kind of device this version knows: use {KINDS[0]}.")
