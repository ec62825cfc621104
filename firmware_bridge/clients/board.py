"""The bench board on a wire that comes and goes."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, TypeAlias

from firmware_bridge.codecs.board import board_decoder, encode
from firmware_bridge.codecs.board_messages import (
    FULL_PERMILLE,
    LAMP_MODES,
    LAMPS,
    MAJOR,
    MINOR,
    MOST_CHANNELS,
    PATTERNS,
    Ack,
    Event,
    FromBoard,
    FromComputer,
    Heard,
    Hello,
    Lamp,
    LampMode,
    Pattern,
    Ping,
    Refusal,
    SetLamps,
    SetLights,
    Sound,
    Welcome,
)
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.link import Link, SilentError
from firmware_bridge.readings import Back, Lost, Pedal
from firmware_bridge.transports.transport import DisconnectedError, Transport

BEAT_S = 0.5
PATIENCE_S = 0.25
TRIES = 3
GREETING_PATIENCE_S = 0.5
GREETING_TRIES = 5
MOST_AHEAD = 128
CHANNELS = tuple(str(number) for number in range(1, MOST_CHANNELS + 1))

Trouble: TypeAlias = Literal["silence", "brown-out", "too-hot", "cooled"]


class RefusedError(DisconnectedError):
    """The board is there and does not do what was asked; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class BoardNotice:
    """Something at the board changed its light; a picture taken since the last one is in doubt.

    silence: it had not heard the computer for 1.5 s. brown-out: its supply dipped. too-hot: it
    keeps the safe light until it has `cooled`. After all but too-hot the client has set the levels
    and lamps again by the time the next `poll` returns.
    """

    what: Trouble


BoardReading: TypeAlias = Pedal | BoardNotice | Damage | Lost | Back


class BenchBoard:
    """The lights, lamps, sounder and foot switch of one bench board.

    What was last asked of lights and lamps is kept and sent again whenever the board returns, also
    if asking failed; a sound is not. `poll` keeps the board's heartbeat: without a call for 1.5 s
    the board goes to its safe light. With `expected_serial` another board at the port is not used.
    Not safe for use from two threads.
    """

    def __init__(
        self,
        open_wire: Callable[[], Transport],
        *,
        expected_serial: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._link: Link[FromBoard] = Link(
            open_wire, board_decoder(), greet=self._greet, clock=clock, sleep=sleep
        )
        self._expected_serial = expected_serial
        self._clock = clock
        self._sequence = 0
        self._session = 0
        self._last_event = 0
        self._beat_at = 0.0
        self._permille: Mapping[str, int] | None = None
        self._lamps: Mapping[Lamp, LampMode] | None = None
        self._due: deque[Pedal | BoardNotice] = deque()
        self._pedal = self._hot = self._unset = False
        self._welcome: Welcome | None = None

    @property
    def up(self) -> bool:
        """Whether the board is on its wire and has been greeted."""
        return self._link.up

    @property
    def identity(self) -> Welcome | None:
        """What the board said of itself when it was last greeted; none before."""
        return self._welcome

    def set_levels(self, levels: Mapping[str, float]) -> float:
        """Set every light channel, those not named to 0; return in how many seconds it is settled.

        Channels are "1" to "8", levels 0 to 1. A frame exposed earlier than that shows another
        light. ValueError for what no board has; DisconnectedError if the board cannot be reached
        or refuses (`RefusedError`: too hot).
        """
        for channel, level in levels.items():
            if channel not in CHANNELS or not 0 <= level <= 1:
                raise ValueError(
                    f"light channel {channel} cannot be {level}: channels are 1 to 8, levels 0 to 1"
                )
        problem = _too_many(levels, self._welcome)
        if problem is not None:
            raise ValueError(problem)
        self._permille = {name: round(level * FULL_PERMILLE) for name, level in levels.items()}
        return self._send_lights()

    def set_lamps(self, lamps: Mapping[Lamp, LampMode]) -> None:
        """Set every bin lamp and tier of the stack light, those not named to off.

        ValueError for an unknown lamp or mode; DisconnectedError if the board cannot be reached.
        """
        for lamp, mode in lamps.items():
            if lamp not in LAMPS or mode not in LAMP_MODES:
                raise ValueError(f"lamp {lamp} cannot be {mode}: a lamp is off, on or blink")
        self._lamps = dict(lamps)
        self._send_lamps()

    def sound(self, pattern: Pattern) -> None:
        """Sound a pattern once. ValueError, DisconnectedError as for lamps."""
        if pattern not in PATTERNS:
            raise ValueError(f"no sound is called {pattern}: there are {', '.join(PATTERNS)}")
        self._do(Sound(self._next(), pattern))

    def poll(self, timeout_s: float) -> tuple[BoardReading, ...]:
        """Return what has happened; wait for it at most `timeout_s`.

        Takes up to 0.75 s longer when the board has just fallen silent and 2.5 s when a board that
        was away does not answer.
        """
        deadline = self._clock() + timeout_s
        while True:
            with suppress(DisconnectedError):
                self._beat()
            wait = max(0.0, deadline - self._clock())
            if self._link.up:
                wait = min(wait, max(0.0, self._beat_at - self._clock()))
            found = [reading for event in self._link.poll(wait) for reading in self._read(event)]
            found += self._due
            self._due.clear()
            with suppress(DisconnectedError):
                if self._unset:
                    self._set_again()
            if found or self._clock() >= deadline:
                return tuple(found)

    def close(self) -> None:
        """Let go of the wire; the board goes to its safe light. A later `poll` opens it again."""
        self._link.close()

    def _greet(self) -> None:
        self._session = int(self._clock() * 1000) & 0xFFFF
        self._last_event = 0
        hello = Hello(self._next(), self._session)
        answer = self._link.ask(
            encode(hello),
            lambda said: isinstance(said, Welcome | Refusal) and said.session == self._session,
            timeout_s=GREETING_PATIENCE_S,
            tries=GREETING_TRIES,
        )
        if not isinstance(answer, Welcome):
            raise SilentError(_version_sentence(answer))
        if self._expected_serial not in (None, answer.serial):
            raise SilentError(
                f"The bench board at this port is {answer.serial}, not {self._expected_serial}: "
                "correct the settings or exchange the cables."
            )
        problem = _too_many(self._permille or {}, answer)
        if problem is not None:
            raise SilentError(problem)
        self._welcome = answer
        self._rest()
        self._take_conditions(answer)
        self._set_again()

    def _take_conditions(self, welcome: Welcome) -> None:
        """Make up for what the board could not tell while it was away: a release, a temperature."""
        if self._pedal and "pedal-pressed" not in welcome.conditions:
            self._pedal = False
            self._due.append(Pedal(pressed=False))
        hot = "too-hot" in welcome.conditions
        if hot != self._hot:
            self._hot = hot
            self._due.append(BoardNotice("too-hot" if hot else "cooled"))

    def _set_again(self) -> None:
        self._unset = False
        with suppress(RefusedError):
            if self._permille is not None:
                self._send_lights()
        if self._lamps is not None:
            self._send_lamps()

    def _beat(self) -> None:
        """Let the board hear from us if nothing else has lately."""
        if self._link.up and self._clock() >= self._beat_at:
            self._do(Ping(self._next()))

    def _rest(self) -> None:
        self._beat_at = self._clock() + BEAT_S

    def _send_lights(self) -> float:
        channels = len(self._welcome.settle_ms) if self._welcome else MOST_CHANNELS
        wanted = self._permille or {}
        levels = tuple(wanted.get(channel, 0) for channel in CHANNELS[:channels])
        return self._do(SetLights(self._next(), levels)).settle_ms / 1000

    def _send_lamps(self) -> None:
        wanted = self._lamps or {}
        modes = tuple(wanted.get(lamp, "off") for lamp in LAMPS)
        self._do(SetLamps(self._next(), modes))

    def _next(self) -> int:
        self._sequence = (self._sequence + 1) & 0xFF
        return self._sequence

    def _do(self, command: FromComputer) -> Ack:
        """Have a command done, once, however often it must be sent."""
        answer = self._link.ask(
            encode(command),
            lambda said: isinstance(said, Ack) and said.sequence == command.sequence,
            timeout_s=PATIENCE_S,
            tries=TRIES,
        )
        self._rest()
        match answer:
            case Ack(status="ok"):
                return answer
            case Ack(status="hot"):
                raise RefusedError("The bench board is too hot for its lights: let it cool.")
            case Ack(status="ungreeted" | "stale"):
                reason = "The bench board has restarted: check its power supply if this recurs."
                self._link.drop(reason)
                raise SilentError(reason)
            case _:
                raise RefusedError(
                    "The bench board does not know this command: update its firmware."
                )

    def _read(self, event: FromBoard | Damage | Lost | Back) -> tuple[BoardReading, ...]:
        match event:
            case Damage() | Lost() | Back():
                return (event,)
            case Event() if event.session == self._session:
                return self._happened(event)
            case _:
                return ()

    def _happened(self, event: Event) -> tuple[Pedal | BoardNotice, ...]:
        """Confirm an event, and tell it if it was not told before."""
        with suppress(DisconnectedError):
            self._link.send(encode(Heard(event.sequence, event.session)))
        if not 1 <= (event.sequence - self._last_event) & 0xFF <= MOST_AHEAD:
            return ()
        self._last_event = event.sequence
        match event.what:
            case "pedal-pressed" | "pedal-released":
                pressed = event.what == "pedal-pressed"
                if pressed == self._pedal:
                    return ()
                self._pedal = pressed
                return (Pedal(pressed),)
            case "too-hot":
                self._hot = True
                return (BoardNotice("too-hot"),)
            case "cooled":
                self._hot = False
                self._unset = True
                return (BoardNotice("cooled"),)
            case what:
                self._unset = True
                return (BoardNotice(what),)


def _too_many(channels: Iterable[str], board: Welcome | None) -> str | None:
    """What is wrong with asking this board for these channels."""
    count = len(board.settle_ms) if board else MOST_CHANNELS
    beyond = [channel for channel in channels if channel not in CHANNELS[:count]]
    if not beyond:
        return None
    return (
        f"The bench board has {count} light channels, and channel {beyond[0]} was asked for: "
        "correct the settings."
    )


def _version_sentence(refusal: FromBoard) -> str:
    theirs = f"{refusal.major}.{refusal.minor}" if isinstance(refusal, Refusal) else "another"
    return (
        f"The bench board speaks protocol {theirs} and this program {MAJOR}.{MINOR}: "
        "update the firmware of the board."
    )
