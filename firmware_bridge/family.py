"""What the bench knows of a kind of device: how to read it, find it, listen to it, imitate it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from firmware_bridge.emulators.imitation import Imitation
from firmware_bridge.readings import Back, Lost
from firmware_bridge.transports.transport import Transport

Meaning: TypeAlias = Mapping[str, object]
"""One message in plain words: always `damaged` (bool), `raw` (upper-case hex) and `name`; damage
has its `reason`; everything else is the protocol's own, of str, int, float, bool, None and lists
or mappings of those. A tag's EPC is under `epc`."""

OpenWire: TypeAlias = Callable[[], Transport]


class Client(Protocol):
    """A device's client, polled from one thread; what it yields beside these is its own."""

    def poll(self, timeout_s: float) -> tuple[object | Lost | Back, ...]:
        """Return what has happened; wait for it at most `timeout_s`."""
        ...

    def close(self) -> None:
        """Let go of the wire; a later `poll` opens it again."""
        ...


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of device. Members that are none say what the kind cannot do.

    `decode` reads a recording of what the device sent, `decode_sent` of what the computer sent
    where that differs. `imitate` makes the device, with deeds for `Imitation.act` done before it
    is plugged in. `identify` asks on an open wire who is there, harmlessly and for at most a
    second, and returns a sentence or none. `listen` makes the client that `devices watch` polls.
    `bauds` are those worth trying, the usual one first; `tcp_port` is the usual one.
    """

    kind: str
    title: str
    decode: Callable[[bytes], list[Meaning]]
    decode_sent: Callable[[bytes], list[Meaning]] | None = None
    imitate: Callable[[Sequence[str]], Imitation] | None = None
    identify: Callable[[Transport], str | None] | None = None
    listen: Callable[[OpenWire], Client] | None = None
    wires: tuple[Literal["serial", "tcp"], ...] = ("serial",)
    bauds: tuple[int, ...] = (9600,)
    byte_format: Literal["8N1", "7E1"] = "8N1"
    tcp_port: int | None = None
