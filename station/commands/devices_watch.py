"""`regrade devices watch`: what goes over a device's wire, hex beside meaning."""

import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from station.commands import console
from station.commands.wires import explained, in_words, known, open_wire, wire_at

if TYPE_CHECKING:
    from firmware_bridge.family import Family
    from firmware_bridge.recording import Changed, Passed, Side
    from firmware_bridge.transports.transport import Transport

QUIET_S = 0.05
MOST_GATHERED = 4096


def watch(
    device: Annotated[
        str,
        typer.Argument(
            help="A device of the configuration, KIND@ADDRESS, an address, or a recording."
        ),
    ],
    kind: Annotated[
        str | None, typer.Option(help="Its kind; found by asking if not given.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="The station's configuration, for its devices' names.")
    ] = None,
    baud: Annotated[int | None, typer.Option(help="The speed; the kind's usual one if none.")] = (
        None
    ),
    seconds: Annotated[
        float | None, typer.Option(min=0, help="End after this time; else with Ctrl-C.")
    ] = None,
    count: Annotated[
        int | None, typer.Option(min=1, help="End after so many messages of the device.")
    ] = None,
    record: Annotated[
        Path | None, typer.Option(help="Keep everything in this file, to replay or test with.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on standard output, at the end.")
    ] = False,
) -> None:
    """Listen to a device as the station would, and print every message; exit code 1 if none came.

    A recording made with --record is shown the same way.
    """
    from firmware_bridge.recording import RecordingError, read_recording

    path = Path(device)
    if path.is_file() and kind is None:
        try:
            recording = read_recording(path)
        except RecordingError as error:
            console.leave(f"{error}.")
        lines = Lines(known(recording.kind), as_json=as_json)
        for entry in recording.entries:
            lines.see(entry)
        lines.end()
    else:
        family, address, speed = _found(device, kind, config, baud)
        lines = Lines(family, as_json=as_json)
        _listen(lines, family, address, speed, Limits(seconds, count), record)
    if as_json:
        console.answer_json({"kind": lines.family.kind, "messages": lines.messages})
    if not lines.messages:
        console.leave("No message came from the device.", console.FAILED)


@dataclass(frozen=True)
class Limits:
    """When listening ends by itself: after a time, or after so many messages; none is never."""

    seconds: float | None
    count: int | None

    def reached(self, seconds: float, count: int) -> bool:
        """Whether it ends now."""
        late = self.seconds is not None and seconds >= self.seconds
        return late or (self.count is not None and count >= self.count)


@dataclass
class Lines:
    """Gathers what passes until the line is quiet or turns round, then shows its messages."""

    family: "Family"
    as_json: bool
    messages: list[dict[str, object]] = field(default_factory=list)
    _gathered: bytearray = field(default_factory=bytearray)
    _side: "Side" = "device"
    _began: float = 0.0
    _last: float = 0.0

    def see(self, entry: "Passed | Changed") -> None:
        """Take one entry of the wire, in order of time."""
        from firmware_bridge.recording import Passed

        if not isinstance(entry, Passed):
            self.end()
            if not self.as_json:
                _print(f"{entry.t:9.3f}  --  the wire is {entry.wire}")
            return
        turned = entry.sender != self._side or entry.t - self._last >= QUIET_S
        if self._gathered and (turned or len(self._gathered) >= MOST_GATHERED):
            self.end()
        if not self._gathered:
            self._side, self._began = entry.sender, entry.t
        self._gathered += entry.content
        self._last = entry.t

    def quiet(self, t: float) -> None:
        """Nothing has come until `t`."""
        if t - self._last >= QUIET_S:
            self.end()

    def end(self) -> None:
        """Show what has been gathered."""
        content, side = bytes(self._gathered), self._side
        self._gathered.clear()
        if not content:
            return
        sent = self.family.decode_sent or self.family.decode
        for entry in sent(content) if side == "computer" else self.family.decode(content):
            message = explained(self.family.kind, entry)
            if side == "device":
                self.messages.append({"t": round(self._began, 3), **message})
            if not self.as_json:
                arrow = "<-" if side == "device" else "->"
                _print(f"{self._began:9.3f}  {arrow}  {_hex(message)}")
                _print(f"{'':15}{in_words(message)}")


def _listen(
    lines: Lines,
    family: "Family",
    address: str,
    baud: int | None,
    limits: "Limits",
    record: Path | None,
) -> None:
    """Poll the family's client over a tapped wire until a limit or Ctrl-C ends it."""
    from firmware_bridge.readings import Lost
    from firmware_bridge.recording import Recorder, TappedWire, stopwatch

    if family.listen is None:
        console.leave(f"A {family.kind} has nothing to listen to: `devices kinds` lists what has.")
    try:
        open_it = wire_at(address, family, baud)
    except ValueError as error:
        console.leave(str(error))
    with ExitStack() as things:
        sees: list[Callable[[Passed | Changed], None]] = [lines.see]
        if record is not None:
            try:
                out = things.enter_context(record.open("x", encoding="utf-8"))
            except OSError as error:
                reason = error.strerror or "it cannot be made"
                console.leave(f"{record} cannot be written ({reason}): choose another file.")
            sees.append(Recorder(family.kind, out).see)
        clock = stopwatch()

        def see(entry: "Passed | Changed") -> None:
            for one in sees:
                one(entry)

        def opened() -> "Transport":
            return TappedWire(open_it, see, clock)

        client = family.listen(opened)
        things.callback(client.close)
        with suppress(KeyboardInterrupt):
            while not limits.reached(clock(), len(lines.messages)):
                for reading in client.poll(QUIET_S):
                    if isinstance(reading, Lost):
                        console.note(f"UNAVAILABLE: {reading.reason}")
                lines.quiet(clock())
        lines.end()


def _found(
    device: str, kind: str | None, config: Path | None, baud: int | None
) -> "tuple[Family, str, int | None]":
    """The family, address and speed of a device named in any of the ways."""
    from station.app.equipping import named_device

    if config is not None:
        named = named_device(config, device)
        return named.family, named.port, baud or named.baud
    before, at, after = device.partition("@")
    if kind is None and at:
        return known(before), after, baud
    if kind is not None:
        return known(kind), device, baud
    return _asked(device)


def _asked(address: str) -> "tuple[Family, str, int | None]":
    """Find the kind of the device at an address by asking."""
    from functools import partial

    from firmware_bridge.families.index import FAMILIES
    from firmware_bridge.probing import probe

    console.note(f"Asking who is at {address} …")
    try:
        found = next(
            probe(FAMILIES, partial(open_wire, address), network=address.startswith("tcp://")),
            None,
        )
    except (OSError, ValueError) as error:
        console.leave(str(error))
    if found is None:
        console.leave(
            f"Nobody answers at {address}: name the kind with --kind (a plain scanner never "
            "answers).",
            console.FAILED,
        )
    console.note(found.said)
    return known(found.kind), address, found.baud


def _hex(message: dict[str, object]) -> str:
    raw = str(message["raw"])
    return " ".join(raw[i : i + 2] for i in range(0, len(raw), 2))


def _print(line: str) -> None:
    sys.stdout.write(console.visible(line) + "\n")
    sys.stdout.flush()
