"""The tag reader of the virtual bench: an emulated one, with a neighbour's tag in its field."""

from pathlib import Path
from typing import get_args

from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.ports import PtyPort, TcpPort
from firmware_bridge.families.index import family
from station.config import TagReader
from station.domain.epc import encode, sgtin
from station.domain.faults import refuse
from station.virtual.trolley import Coming

COMPANY_DIGITS = 7
NEIGHBOURS_TAG = "3036450FEC2C9B80000003E9"
NEIGHBOURS_DBM = -72


class Tags:
    """A tag reader of a kind, and the tags that are brought before it."""

    def __init__(self, kind: str, state: Path) -> None:
        """StationError if it is no kind of tag reader."""
        kinds = get_args(TagReader.model_fields["kind"].annotation)
        known = family(kind)
        if kind not in kinds or known is None or known.imitate is None:
            raise refuse(f"{kind} is no kind of tag reader: use one of {', '.join(kinds)}")
        port = PtyPort(state / "tags") if "serial" in known.wires else TcpPort()
        self.reader = Emulator(known.imitate([f"tag {NEIGHBOURS_TAG} {NEIGHBOURS_DBM}"]), port)
        self._kind = kind
        self._near: str | None = None

    def settings(self) -> TagReader:
        """The reader as a station is configured for it; its port must be plugged in."""
        port = self.reader.port.address
        return TagReader.model_validate({"kind": self._kind, "name": "tags", "port": port})

    def carry(self, tag: str | None) -> None:
        """Bring a tag before the reader in place of the one that was there."""
        if self._near:
            self.reader.act(f"remove {self._near}")
        if tag:
            self.reader.act(f"tag {tag}")
        self._near = tag


def tag_of(coming: Coming) -> str:
    """The EPC on an item's tag."""
    return encode(sgtin(coming.code, COMPANY_DIGITS, long=True))
