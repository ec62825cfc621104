"""A Honeywell barcode scanner, imitated: codes, serial trigger and a small menu."""

from collections.abc import Mapping
from types import MappingProxyType

from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.honeywell import STATUS_SIGNS, Deed, Status, deed_decoder
from firmware_bridge.emulators.plain import PlainImitation

MENU: Mapping[str, int] = MappingProxyType({"CBRENA": 1, "BEPLVL": 3, "DLYRRD": 30000})
"""The settings it knows and the greatest value of each."""


class HoneywellImitation:
    """A scanner that with `needs_trigger` reads only while its trigger is pulled.

    A setting counts until the power goes; a lasting one stays.
    """

    def __init__(self, *, needs_trigger: bool = False) -> None:
        self._reading = PlainImitation()
        self._needs_trigger = needs_trigger
        self._decoder = deed_decoder()
        self._lasting = dict.fromkeys(MENU, 1)
        self._current = dict(self._lasting)
        self._triggered = False

    @property
    def triggered(self) -> bool:
        """Whether the computer holds the trigger."""
        return self._triggered

    def setting(self, tag: str) -> int:
        """The value that counts now."""
        return self._current[tag]

    def plugged(self, now: float) -> list[bytes]:
        """The scanner gets power: the trigger is up and only lasting settings count."""
        self._decoder.reset(now)
        self._current = dict(self._lasting)
        self._triggered = False
        return []

    def hear(self, content: bytes, now: float) -> list[bytes]:
        """Obey the trigger and answer menu commands; anything else is ignored."""
        said: list[bytes] = []
        for event in self._decoder.feed(content, now):
            match event:
                case Damage():
                    pass
                case Deed("menu"):
                    said.append(self._answer(event))
                case Deed(name):
                    self._triggered = name == "trigger"
        return said

    def tick(self, now: float) -> list[bytes]:
        """Nothing is sent without a scan."""
        del now
        return []

    def act(self, line: str, now: float) -> list[bytes]:
        """Hold a code before the scanner: any text, behind an AIM identifier where it has one."""
        if self._needs_trigger and not self._triggered:
            return []
        self._triggered = False
        return self._reading.act(line, now)

    def spoil(self, frame: bytes) -> bytes:
        """Unchanged: the protocol has no checksum."""
        return frame

    def _answer(self, command: Deed) -> bytes:
        """The echo of a menu command with its status before the mark."""
        tag, value = command.text[:6].upper(), command.text[6:]
        status: Status = "done"
        if tag not in MENU:
            status = "unknown"
        elif value == "?":
            value = str(self._current[tag])
        elif value.isascii() and value.isdigit() and int(value) <= MENU[tag]:
            self._current[tag] = int(value)
            if command.lasting:
                self._lasting[tag] = int(value)
        else:
            status = "bad value"
        mark = b"." if command.lasting else b"!"
        return (tag + value).encode("ascii") + STATUS_SIGNS[status] + mark
