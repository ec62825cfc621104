"""A Mettler-Toledo scale that speaks MT-SICS."""

import time
from collections.abc import Callable
from typing import TypeAlias

from firmware_bridge.clients.settling import ScaleState, Settling
from firmware_bridge.codecs.sics import (
    SicsFrame,
    SicsRefusal,
    SicsReply,
    command,
    sics_decoder,
)
from firmware_bridge.link import Link, RefusedError, SilentError
from firmware_bridge.readings import Back, Lost, Weight
from firmware_bridge.transports.transport import Transport

ASK_EVERY_S = 0.15
CARRIED_OUT_S = 3.0

ScaleEvent: TypeAlias = Weight | ScaleState | Lost | Back


class SicsScale:
    """Polls `SI` and tells settled weights in grams, net of tare.

    `serial` refuses every other scale on the wire. `equal`: see `Settling`. A scale has no state
    to send again after it was away: its zero and tare are its own. Not safe for use from two
    threads.
    """

    def __init__(
        self,
        open_wire: Callable[[], Transport],
        *,
        serial: str | None = None,
        equal: int = 2,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._wanted = serial
        self._clock = clock
        self._settling = Settling(equal)
        self._ask_at = 0.0
        self.serial: str | None = None
        self._link: Link[SicsFrame] = Link(
            open_wire, sics_decoder(), greet=self._greet, clock=clock, sleep=sleep
        )

    def poll(self, timeout_s: float) -> tuple[ScaleEvent, ...]:
        """Return what has happened; wait for it at most `timeout_s`, and for an answer."""
        found: list[ScaleEvent] = []
        if self._link.up and self._clock() >= self._ask_at:
            self._ask_at = self._clock() + ASK_EVERY_S
            found += self._weigh()
        wait = (
            min(timeout_s, max(0.0, self._ask_at - self._clock())) if self._link.up else timeout_s
        )
        for event in self._link.poll(0.0 if found else wait):
            match event:
                case Lost():
                    self._settling.forget()
                    found.append(event)
                case Back():
                    found.append(event)
                case SicsReply(command="I4"):
                    # Sent unasked at power-up: whatever was settled before is not any more.
                    self._settling.forget()
        return tuple(found)

    def zero(self) -> None:
        """Take the present load as zero. RefusedError with what to do, or DisconnectedError."""
        self._carry_out("Z", "take everything off the scale and wait until it is still")

    def tare(self) -> None:
        """Take the present load as tare. RefusedError with what to do, or DisconnectedError."""
        self._carry_out("T", "put only the empty container on the scale and wait until it is still")

    def close(self) -> None:
        """Let go of the wire; a later `poll` opens it again."""
        self._link.close()

    def _weigh(self) -> tuple[ScaleEvent, ...]:
        try:
            answer = self._link.ask(command("SI"), _weighs)
        except OSError:
            return ()
        if isinstance(answer, SicsReply) and answer.reading is not None:
            return self._settling.take(answer.reading)
        return ()

    def _carry_out(self, name: str, advice: str) -> None:
        """Z and T wait for a still pan, so they are sent only while it is still."""
        refusal = f"The scale cannot do this now: {advice}."
        if not self._settling.settled:
            raise RefusedError(refusal)
        answer = self._link.ask(
            command(name),
            lambda frame: isinstance(frame, SicsRefusal) or frame.command == name,
            timeout_s=CARRIED_OUT_S,
            tries=1,
        )
        self._settling.forget()
        if isinstance(answer, SicsRefusal) or answer.status not in ("A", "S"):
            raise RefusedError(refusal)

    def _greet(self) -> None:
        self._settling.forget()
        self._ask_at = 0.0
        answer = self._link.ask(
            command("I4"), lambda frame: isinstance(frame, SicsReply) and frame.serial is not None
        )
        self.serial = answer.serial if isinstance(answer, SicsReply) else None
        if self._wanted is not None and self.serial != self._wanted:
            raise SilentError(
                f"The scale {self.serial} is not the one set up ({self._wanted}): "
                "swap them or correct the settings."
            )


def _weighs(frame: SicsFrame) -> bool:
    return isinstance(frame, SicsRefusal) or frame.command == "S"
