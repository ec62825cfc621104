"""`regrade devices emulate`: imitate a device, byte by byte, with the faults of real wires."""

import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from station.commands import console
from station.commands.wires import known

if TYPE_CHECKING:
    from firmware_bridge.emulators.emulator import Emulator
    from firmware_bridge.emulators.faults import Fault
    from firmware_bridge.emulators.imitation import Imitation
    from firmware_bridge.emulators.ports import EmulatedPort


LONGEST_DEED = 8192
SCANNERS = ("plain", "ssi", "honeywell")
"""Kinds that would take a tag's deed for a code; all others refuse it themselves."""


def emulate(
    kind: Annotated[str, typer.Argument(help="The kind of device; `devices kinds` lists them.")],
    tag: Annotated[
        list[str] | None, typer.Option(help="An EPC that lies in the field; repeatable.")
    ] = None,
    fault: Annotated[
        list[str] | None, typer.Option(help="What goes wrong, as `--fault list` names it.")
    ] = None,
    link: Annotated[
        Path | None, typer.Option(help="Where a serial device appears; regrade-KIND if not given.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65_535, help="The TCP port of a network device; a free one if 0."),
    ] = None,
    replay: Annotated[
        Path | None, typer.Option(help="Answer as the device of this recording did.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The chance in the faults.")] = 0,
) -> None:
    """Imitate a device until Ctrl-C, or until the lines of standard input end.

    Each line is a deed: what a scanner reads, `tag EPC`, `weight 120 g`, `press`, as the kind
    knows; a wrong line names them. `!unplug` and `!replug` move the cable, `<GS>` is the group
    separator.
    """
    from firmware_bridge.emulators.emulator import Emulator
    from firmware_bridge.emulators.ports import PtyPort, TcpPort

    family = known(kind)
    if tag and family.kind in SCANNERS:
        console.leave(f"A {kind} reads no tags: leave --tag out.")
    if link is not None and "serial" not in family.wires:
        console.leave(f"A {kind} is on the network: give --port in the place of --link.")
    faults = _faults(fault or [])
    imitation = _replayed(replay) if replay else _imitation(kind, [f"tag {t}" for t in tag or []])
    place: EmulatedPort
    if port is not None or "serial" not in family.wires:
        place = TcpPort(family.tcp_port or 0 if port is None else port)
    else:
        path = link or Path(f"regrade-{kind}")
        if path.exists():
            is_port = path.is_symlink() and path.is_char_device()
            why = "leads to a port that is in use" if is_port else "is in use for something else"
            console.leave(f"{path} {why}: choose another name with --link.")
        place = PtyPort(path)
    try:
        with Emulator(imitation, place, faults=faults, seed=seed) as device:
            console.note(f"{family.title} is at {place.address}. End with Ctrl-C.")
            _serve(device)
    except OSError as error:
        reason = error.strerror or "it cannot be made"
        console.leave(
            f"No device can be imitated at {place.address} ({reason}): choose another place with "
            "--link or --port."
        )


def _serve(device: "Emulator") -> None:
    """Do the deeds of standard input; without any, stay until interrupted."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a waiting read ends only so
    any_line = False
    try:
        for line in iter(lambda: sys.stdin.readline(LONGEST_DEED), ""):
            deed = line.rstrip("\r\n").replace("<GS>", "\x1d")
            any_line = any_line or bool(deed)
            _do(device, deed)
        if any_line:
            device.wait_read()
            return
        threading.Event().wait()
    except KeyboardInterrupt:
        return


def _do(device: "Emulator", deed: str) -> None:
    match deed:
        case "":
            return
        case "!unplug":
            device.unplug()
        case "!replug":
            device.replug()
        case _:
            try:
                device.act(deed)
            except ValueError as error:
                console.note(str(error))


def _faults(names: list[str]) -> "list[Fault]":
    from firmware_bridge.emulators.faults import Fault

    every = " ".join(Fault)
    if "list" in names:
        typer.echo(every)
        raise typer.Exit
    for name in names:
        if name not in set(Fault):
            console.leave(f"--fault takes one of: {every}.", console.UNUSABLE)
    return [Fault(name) for name in names]


def _imitation(kind: str, deeds: list[str]) -> "Imitation":
    family = known(kind)
    if family.imitate is None:
        console.leave(f"{kind} cannot be imitated by itself: `devices kinds` lists what can.")
    try:
        return family.imitate(deeds)
    except ValueError as error:
        console.leave(str(error))


def _replayed(path: Path) -> "Imitation":
    from firmware_bridge.emulators.replayed import Replayed
    from firmware_bridge.recording import RecordingError, read_recording

    try:
        return Replayed(read_recording(path))
    except OSError as error:
        reason = error.strerror or "unreadable"
        console.leave(f"{path} cannot be read ({reason}): name a recording.")
    except RecordingError as error:
        console.leave(f"{error}.")
