"""Which device answers on a wire."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from firmware_bridge.family import Family
from firmware_bridge.transports.transport import Transport


@dataclass(frozen=True, slots=True)
class Found:
    """A device that answered: its kind, what it says of itself, and the speed it was asked at.

    `baud` is none on a network wire.
    """

    kind: str
    title: str
    said: str
    baud: int | None


def probe(
    families: Iterable[Family],
    open_at: Callable[[Family, int | None], Transport],
    *,
    network: bool,
) -> Iterator[Found]:
    """Ask one device in every protocol that has a harmless question; yield who answers.

    `open_at` opens the wire as a family needs it, at a speed (none on a network); its OSError ends
    the probe. A family that answered is not asked at another speed.
    """
    wire_kind = "tcp" if network else "serial"
    for family in families:
        if family.identify is None or wire_kind not in family.wires:
            continue
        for baud in (None,) if network else family.bauds:
            wire = open_at(family, baud)
            try:
                said = family.identify(wire)
            except OSError:
                said = None
            finally:
                with suppress(OSError):
                    wire.close()
            if said is not None:
                yield Found(family.kind, family.title, said, baud)
                break
