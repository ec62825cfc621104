"""An LLRP reader that reports the tags in its field, over a connection that comes and goes."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeAlias

from firmware_bridge.codecs.damage import SHOWN_BYTES, Damage
from firmware_bridge.codecs.llrp import requests
from firmware_bridge.codecs.llrp.contents import (
    CONNECTED,
    CONNECTION_ATTEMPTS,
    SUCCESS,
    Answer,
    Capabilities,
    ReaderEvent,
    Report,
    Tag,
)
from firmware_bridge.codecs.llrp.messages import LlrpDecoder, Message, MessageType
from firmware_bridge.codecs.llrp.rospec import RoSpec, Transmitter
from firmware_bridge.link import Link, SilentError
from firmware_bridge.readings import Back, Lost, TagRead
from firmware_bridge.transports.transport import DisconnectedError, Transport

ROSPEC = 1
KEEPALIVE_S = 2.0
SILENCE_S = 5.0
GREETING_S = 3.0
ANSWER_S = 2.0
WORD_BITS = 16

LlrpReading: TypeAlias = TagRead | Damage | Lost | Back


class _RefusedError(SilentError):
    """The reader answered that it will not."""


class LlrpReader:
    """Reads tags through some antennas of a reader that speaks LLRP 1.0.1.

    After each connecting the reader's earlier orders are deleted, it is told to send a keepalive
    every 2 s and to report every tag at once with antenna, strength, first sight and count. What
    it sends shows that it lives; after 5 s without anything, after its closing of the session,
    after the loss of one of the antennas and after any damage the connection is made anew. A
    reader that refuses is lost with its reason. `power_index` is a place in the reader's table
    of powers, none leaves its setting; `session` is the Gen2 session: in 1 a tag that stays is
    reported again every few seconds, in 2 and 3 it is reported once. What a reader reports
    before it has been greeted is not believed.

    A tag without an EPC names nothing and is passed over; one whose EPC is no whole number of
    16-bit words is damage (`content`). Not safe for use from two threads.
    """

    def __init__(
        self,
        open_wire: Callable[[], Transport],
        *,
        antennas: tuple[int, ...] = (1,),
        power_index: int | None = None,
        session: int = 1,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """ValueError for an antenna below 1 or a session outside 0 to 3."""
        if not antennas or not all(0 < antenna < 1 << WORD_BITS for antenna in antennas):
            raise ValueError("antennas are numbered from 1 on and at least one is named")
        if session not in range(4):
            raise ValueError("a Gen2 session is 0, 1, 2 or 3")
        self._antennas = antennas
        self._power_index = power_index
        self._session = session
        self._clock = clock
        self._number = 0
        self._heard_at = 0.0
        self._link = Link(open_wire, LlrpDecoder(), greet=self._greet, clock=clock, sleep=sleep)

    def poll(self, timeout_s: float) -> tuple[LlrpReading, ...]:
        """Return the tags read and what has happened; wait for it at most `timeout_s`."""
        if self._link.up:
            left = self._heard_at + SILENCE_S - self._clock()
            if left <= 0:
                self._link.drop("The tag reader has gone silent: check its network and power.")
            timeout_s = min(timeout_s, max(left, 0.0))
        readings: list[LlrpReading] = []
        for event in self._link.poll(timeout_s):
            match event:
                case Message():
                    readings += self._message(event)
                case Damage():
                    readings.append(event)
                    self._link.drop(
                        "The tag reader sent bytes that are no LLRP 1.0.1: check that its address"
                        " and port are those of an LLRP reader."
                    )
                case Back():
                    self._heard_at = self._clock()
                    readings.append(event)
                case Lost():
                    readings.append(event)
        return tuple(readings)

    def close(self) -> None:
        """End the session and let go of the connection; a later `poll` makes it again."""
        if self._link.up:
            with suppress(DisconnectedError):
                self._link.send(requests.close_connection(self._next()))
        self._link.close()

    def _message(self, message: Message) -> list[LlrpReading]:
        self._heard_at = self._clock()
        if message.kind == MessageType.KEEPALIVE:
            with suppress(DisconnectedError):
                self._link.send(requests.keepalive_ack(message.number))
        match message.content:
            case Report(tags):
                readings = [tag_reading(tag) for tag in tags]
                return [reading for reading in readings if reading is not None]
            case ReaderEvent(closing=True):
                self._link.drop(
                    "The tag reader ended the session: see whether another program uses it."
                )
            case ReaderEvent(antennas=antennas):
                absent = self._absent(antennas)
                if absent is not None:
                    self._link.drop(absent)
        return []

    def _greet(self) -> None:
        """Begin a session: SilentError with a sentence if the reader does not take part."""
        self._accepted()
        self._ask(MessageType.DELETE_ROSPEC_RESPONSE, requests.delete_rospec)
        with suppress(_RefusedError):
            self._ask(MessageType.DELETE_ACCESSSPEC_RESPONSE, requests.delete_accessspecs)
        self._ask(
            MessageType.SET_READER_CONFIG_RESPONSE,
            lambda number: requests.set_config(number, round(KEEPALIVE_S * 1000)),
        )
        self._present()
        rospec = RoSpec(
            ROSPEC, self._antennas, session=self._session, transmitter=self._transmitter()
        )
        self._ask(
            MessageType.ADD_ROSPEC_RESPONSE, lambda number: requests.add_rospec(number, rospec)
        )
        self._ask(
            MessageType.ENABLE_ROSPEC_RESPONSE,
            lambda number: requests.enable_rospec(number, ROSPEC),
        )
        self._ask(
            MessageType.START_ROSPEC_RESPONSE,
            lambda number: requests.start_rospec(number, ROSPEC),
        )
        self._link.send(requests.enable_events_and_reports(self._next()))

    def _accepted(self) -> None:
        """Wait until the reader says whether it takes the connection."""
        said = self._link.ask(b"", _is_attempt, timeout_s=GREETING_S, tries=1).content
        if isinstance(said, ReaderEvent) and said.connection not in (None, CONNECTED):
            reason = CONNECTION_ATTEMPTS.get(said.connection or 0, f"refused ({said.connection})")
            raise SilentError(
                f"The tag reader is {reason}: end the other program, or restart the reader."
            )

    def _present(self) -> None:
        """SilentError if the reader says that an antenna is gone; some readers cannot say."""
        with suppress(_RefusedError):
            answer = self._ask(MessageType.GET_READER_CONFIG_RESPONSE, requests.get_antennas)
            known = answer.configuration
            absent = None if known is None else self._absent(known.antennas)
            if absent is not None:
                raise SilentError(absent)

    def _transmitter(self) -> Transmitter | None:
        if self._power_index is None:
            return None
        answer = self._ask(
            MessageType.GET_READER_CAPABILITIES_RESPONSE,
            lambda number: requests.get_capabilities(number, everything=True),
        )
        known = answer.capabilities or Capabilities(0, 0, "", 0)
        indices = [index for index, _ in known.powers_dbm]
        if self._power_index not in indices:
            raise SilentError(
                f"The tag reader has no power {self._power_index}: choose one from"
                f" {min(indices, default=0)} to {max(indices, default=0)}."
            )
        if known.hopping:
            return Transmitter(known.hop_table, 0, self._power_index)
        return Transmitter(0, 1, self._power_index)

    def _absent(self, antennas: tuple[tuple[int, bool], ...]) -> str | None:
        """The sentence for those of this bench's antennas that are said to be gone."""
        gone = [
            str(name) for name, connected in antennas if not connected and name in self._antennas
        ]
        if not gone:
            return None
        return f"The tag reader misses its antenna {' and '.join(gone)}: check the antenna's cable."

    def _ask(self, kind: MessageType, request: Callable[[int], bytes]) -> Answer:
        """Ask for something and return the answer; _RefusedError unless it is done."""
        number = self._next()

        def answers(message: Message) -> bool:
            return message.number == number and message.kind in (kind, MessageType.ERROR_MESSAGE)

        message = self._link.ask(request(number), answers, timeout_s=ANSWER_S, tries=1)
        answer = message.content
        if not isinstance(answer, Answer):
            raise _RefusedError("The tag reader answers what was not asked: restart it.")
        if answer.status != SUCCESS or message.kind == MessageType.ERROR_MESSAGE:
            name = kind.name.removesuffix("_RESPONSE")
            said = f" ({answer.description})" if answer.description else ""
            raise _RefusedError(
                f"The tag reader refuses {name} with status {answer.status}{said}:"
                " compare the settings with its manual."
            )
        return answer

    def _next(self) -> int:
        self._number = self._number % 0xFFFFFFFF + 1
        return self._number


def _is_attempt(message: Message) -> bool:
    return isinstance(message.content, ReaderEvent) and message.content.connection is not None


def tag_reading(tag: Tag) -> TagRead | Damage | None:
    """What a reported tag is to the bench; none for a tag without an EPC, which names nothing."""
    if tag.bits == 0:
        return None
    if tag.bits % WORD_BITS:
        return Damage("content", tag.epc[:SHOWN_BYTES])
    return TagRead(tag.epc.hex().upper(), tag.rssi_dbm, tag.antenna, max(tag.count or 1, 1))
