"""An imitated ZPL label printer that keeps what it printed."""

from collections.abc import Sequence

from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.zpl import (
    SentLabel,
    host_identity,
    host_status,
    zpl_sent_decoder,
)

DEEDS = (
    "A printer knows `paper-out`, `paper-in`, `ribbon-out`, `ribbon-in`, `head-open`, "
    "`head-closed`, `pause`, `resume`, `mute-when-stopped` and `answer-when-stopped`."
)
PARTIAL_FORMAT_S = 3600.0
LABEL_LENGTH_DOTS = 400
MOST_KEPT = 1000


class ZplImitation:
    """A printer at 8 dots per mm. `printed` are the labels that came out, `waiting` those kept.

    A label that arrives while paper or ribbon is out, the head is open or the printer is paused
    waits in its buffer and comes out afterwards. `mute-when-stopped` makes it answer nothing
    while paper, ribbon or head stop it, as many real ones do.
    """

    def __init__(self, deeds: Sequence[str] = ()) -> None:
        self.printed: list[bytes] = []
        self.waiting: list[bytes] = []
        self._decoder = zpl_sent_decoder(PARTIAL_FORMAT_S)
        self._stopped: set[str] = set()
        self._mute = False
        for deed in deeds:
            self._do(deed)

    def plugged(self, now: float) -> list[bytes]:
        """A wire: a format that was cut off is still half there, as in a real printer."""
        del now
        return []

    def hear(self, content: bytes, now: float) -> list[bytes]:
        """Take labels and answer `~HS` and `~HI`."""
        said: list[bytes] = []
        for event in self._decoder.feed(content, now):
            if isinstance(event, SentLabel):
                self.waiting.append(event.raw)
                self._print()
            elif not isinstance(event, Damage):
                said += self._answer(event.command)
        return said

    def tick(self, now: float) -> list[bytes]:
        """A printer says nothing unasked."""
        del now
        return []

    def act(self, line: str, now: float) -> list[bytes]:
        """Do something to the printer; ValueError with what can be done."""
        del now
        self._do(line.strip())
        self._print()
        return []

    def spoil(self, frame: bytes) -> bytes:
        """ZPL answers have no checksum: the frame stays as it is."""
        return frame

    def _do(self, deed: str) -> None:
        match deed:
            case "paper-out" | "ribbon-out" | "head-open" | "pause":
                self._stopped.add(deed)
            case "paper-in" | "ribbon-in":
                self._stopped.discard(deed.replace("-in", "-out"))
            case "head-closed":
                self._stopped.discard("head-open")
            case "resume":
                self._stopped.discard("pause")
            case "mute-when-stopped" | "answer-when-stopped":
                self._mute = deed.startswith("mute")
            case _:
                raise ValueError(DEEDS)

    def _print(self) -> None:
        if not self._stopped:
            self.printed = [*self.printed, *self.waiting][-MOST_KEPT:]
            self.waiting.clear()

    def _answer(self, command: str) -> list[bytes]:
        if self._mute and self._stopped - {"pause"}:
            return []
        match command:
            case "HI":
                return [host_identity("IMITATED-ZPL", "V1.0.0", 8, "8192KB")]
            case "HS":
                return [
                    host_status(
                        paper_out="paper-out" in self._stopped,
                        paused="pause" in self._stopped,
                        head_open="head-open" in self._stopped,
                        ribbon_out="ribbon-out" in self._stopped,
                        formats_waiting=min(len(self.waiting), 999),
                        label_length_dots=LABEL_LENGTH_DOTS,
                    )
                ]
        return []
