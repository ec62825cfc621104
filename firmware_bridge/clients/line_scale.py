"""Scales whose lines say a weight: A&D, and any make that a pattern describes."""

from collections.abc import Callable
from contextlib import suppress
from typing import Generic, Protocol, TypeAlias, TypeVar

from firmware_bridge.clients.settling import ScaleState, Settling
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.frames import FrameDecoder
from firmware_bridge.codecs.mass import ScaleReading
from firmware_bridge.link import Link
from firmware_bridge.readings import Back, Lost, Weight
from firmware_bridge.transports.transport import Transport

ASK_EVERY_S = 0.15
ASK_AGAIN_S = 1.0
SILENT_S = 2.0
SILENT = "The scale says nothing: check its power, its cable and what it is set to send."

ScaleEvent: TypeAlias = Weight | ScaleState | Lost | Back


class Line(Protocol):
    """A frame that may say something of the pan."""

    @property
    def reading(self) -> ScaleReading | None:
        """What it says of the pan."""
        ...


L = TypeVar("L", bound=Line)


class LineScale(Generic[L]):
    """Tells settled weights in grams, net of tare.

    With `ask` it is asked every 0.15 s, but again only once it has answered or 1 s has passed, so
    that no questions pile up in a slow one; without it the scale sends by itself. 2 s of silence
    are a loss. `zero` and `tare` are what those commands send, none where the scale has none.
    `equal`: see `Settling`. Not safe for use from two threads.
    """

    def __init__(
        self,
        open_wire: Callable[[], Transport],
        decoder: FrameDecoder[L],
        *,
        ask: bytes | None,
        zero: bytes | None,
        tare: bytes | None,
        equal: int,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._ask, self._zero, self._tare = ask, zero, tare
        self._clock = clock
        self._settling = Settling(equal)
        self._asked_at = self._ask_at = self._heard_at = 0.0
        self._link: Link[L] = Link(open_wire, decoder, greet=self._greet, clock=clock, sleep=sleep)

    def poll(self, timeout_s: float) -> tuple[ScaleEvent, ...]:
        """Return what has happened; wait for it at most `timeout_s`. May return nothing sooner."""
        if self._link.up and self._clock() - self._heard_at >= SILENT_S:
            self._link.drop(SILENT)
        wait = timeout_s
        if self._link.up and self._ask is not None:
            self._ask_when_due(self._ask)
            wait = min(timeout_s, max(0.0, self._ask_at - self._clock()))
        found: list[ScaleEvent] = []
        for event in self._link.poll(wait):
            if isinstance(event, Lost | Back):
                self._settling.forget()
                found.append(event)
                continue
            if isinstance(event, Damage):
                self._ask_next()
            elif event.reading is not None:
                self._ask_next()
                self._heard_at = self._clock()
                found += self._settling.take(event.reading)
        return tuple(found)

    def zero(self) -> None:
        """Take the present load as zero. DisconnectedError if it cannot be sent.

        ValueError for a scale that has no such command.
        """
        self._command(self._zero, "zeroed")

    def tare(self) -> None:
        """Take the present load as tare; errors as `zero`."""
        self._command(self._tare, "tared")

    def close(self) -> None:
        """Let go of the wire; a later `poll` opens it again."""
        self._link.close()

    def _command(self, content: bytes | None, done: str) -> None:
        if content is None:
            raise ValueError(f"this scale cannot be {done} from here: use its own key")
        self._link.send(content)
        self._settling.forget()

    def _ask_when_due(self, question: bytes) -> None:
        if self._clock() >= self._ask_at:
            self._asked_at = self._clock()
            self._ask_at = self._asked_at + ASK_AGAIN_S
            with suppress(OSError):  # the link tells it
                self._link.send(question)

    def _ask_next(self) -> None:
        """What was asked last is answered."""
        self._ask_at = min(self._ask_at, self._asked_at + ASK_EVERY_S)

    def _greet(self) -> None:
        """Only a scale that says something of its pan is there."""
        self._ask_at = 0.0
        self._link.ask(
            self._ask or b"", lambda line: line.reading is not None, timeout_s=SILENT_S / 2
        )
        self._heard_at = self._clock()
