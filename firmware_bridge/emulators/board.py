"""An imitated bench board."""

from collections import deque
from collections.abc import Sequence
from contextlib import suppress

from firmware_bridge.codecs.board import Envelope, encode, envelope_decoder, message_of
from firmware_bridge.codecs.board_messages import (
    DEBOUNCE_MS,
    FROM_BOARD,
    MAJOR,
    MINOR,
    MOST_SERIAL,
    RESEND_MS,
    SILENCE_MS,
    Ack,
    Condition,
    Event,
    Heard,
    Hello,
    MalformedError,
    Message,
    Ping,
    RangeError,
    Refusal,
    SetLamps,
    SetLights,
    Sound,
    Status,
    Welcome,
    What,
)
from firmware_bridge.codecs.cobs import ZERO, stuff, unstuff
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.emulators.board_outputs import BoardOutputs

MOST_EVENTS = 8
MOST_AHEAD = 128
PEDAL: tuple[What, What] = ("pedal-released", "pedal-pressed")
DEEDS = "Deeds of a bench board: press, release, brown-out, hot, cool, restart, serial TEXT."


class BoardImitation:
    """A bench board of as many light channels as there are settle times.

    The foot switch bounces for nobody: `press` and `release` move the contact, which the board
    takes over once it has been still for 20 ms. A contact and a temperature outlast a restart.
    """

    _conditions: tuple[Condition, ...]
    _status: Status
    _events: deque[Event]
    _sent_at: int | None

    def __init__(
        self,
        deeds: Sequence[str] = (),
        *,
        serial: str = "RB-000001",
        firmware: tuple[int, int, int] = (1, 0, 0),
        settle_ms: Sequence[int] = (20, 20, 35, 0),
        safe_permille: int = 100,
    ) -> None:
        self.outputs = BoardOutputs(settle_ms, safe_permille)
        self._serial = serial
        self._firmware = firmware
        self._settle_ms = tuple(settle_ms)
        self._safe_permille = safe_permille
        self._decoder = envelope_decoder()
        self._contact = self._hot = False
        self._start(0)
        for deed in deeds:
            self.act(deed, 0.0)

    def plugged(self, now: float) -> list[bytes]:
        """Power and a wire: the board starts, and says nothing before it is greeted."""
        self._start(_ms(now))
        return []

    def hear(self, content: bytes, now: float) -> list[bytes]:
        """Answer every frame of the computer; what is damaged, or a board's own, is not heard."""
        answers: list[bytes] = []
        self._check_silence(_ms(now))
        for frame in self._decoder.feed(content, now):
            if isinstance(frame, Damage) or frame.kind & FROM_BOARD:
                continue
            self._be_heard(_ms(now))
            answers += map(encode, self._answers(frame, _ms(now)))
        return answers

    def tick(self, now: float) -> list[bytes]:
        """The event that is due, first or again."""
        at = _ms(now)
        self._check_silence(at)
        self._check_pedal(at)
        if not self._greeted or self._silent:
            return []
        self._queue_events()
        if not self._events:
            return []
        if self._sent_at is not None and at - self._sent_at < RESEND_MS:
            return []
        self._sent_at = at
        return [encode(self._events[0])]

    def act(self, line: str, now: float) -> list[bytes]:
        """Press or release the pedal, dip the supply, heat or cool the board, restart it."""
        match line.split():
            case ["press"]:
                self._contact = True
            case ["release"]:
                self._contact = False
            case ["brown-out"]:
                self._brown_out_due = True
                self.outputs.set_lights(self.outputs.safe, _ms(now))
            case ["hot"]:
                self._hot = True
                self.outputs.set_lights(self.outputs.safe, _ms(now))
            case ["cool"]:
                self._hot = False
            case ["restart"]:
                self._start(_ms(now))
            case ["serial", serial] if _printable(serial):
                self._serial = serial
            case _:
                raise ValueError(DEEDS)
        return []

    def spoil(self, frame: bytes) -> bytes:
        """The frame with another checksum."""
        content = unstuff(frame[1:-1]) or b"\0"
        return ZERO + stuff(content[:-1] + bytes((content[-1] ^ 0x55,))) + ZERO

    def _start(self, now: int) -> None:
        self.outputs.start(now)
        self._decoder.reset(now / 1000)
        self._greeted = self._silent = False
        self._restarted = True
        self._silence_due = self._brown_out_due = False
        self._conditions = ()
        self._heard_at = now
        self._done = b""
        self._status = "ok"
        self._session = self._next_event = 0
        self._events = deque()
        self._sent_at = None
        self._pedal = self._pedal_told = self._raw = self._contact
        self._raw_since = now
        self._hot_told = self._hot

    def _check_silence(self, now: int) -> None:
        """Without a computer: the safe light, nothing lit or sounding, no pedal remembered."""
        if not self._greeted or self._silent or now - self._heard_at < SILENCE_MS:
            return
        self._silent = True
        self.outputs.set_lights(self.outputs.safe, now)
        self.outputs.silence(now)
        self._events = deque(event for event in self._events if event.what not in PEDAL)
        self._sent_at = None

    def _be_heard(self, now: int) -> None:
        self._heard_at = now
        if self._silent:
            self._silent = False
            self._silence_due = True
            self._pedal_told = True  # a press in the silence is void, a release is told

    def _check_pedal(self, now: int) -> None:
        if self._contact != self._raw:
            self._raw = self._contact
            self._raw_since = now
        if self._raw != self._pedal and now - self._raw_since >= DEBOUNCE_MS:
            self._pedal = self._raw

    def _queue_events(self) -> None:
        """Put what has happened into the queue, as far as it has room."""
        if self._silence_due and self._push("silence"):
            self._silence_due = False
        if self._brown_out_due and self._push("brown-out"):
            self._brown_out_due = False
        if self._hot != self._hot_told and self._push("too-hot" if self._hot else "cooled"):
            self._hot_told = self._hot
        if self._pedal != self._pedal_told and self._push(PEDAL[self._pedal]):
            self._pedal_told = self._pedal

    def _push(self, what: What) -> bool:
        if len(self._events) == MOST_EVENTS:
            return False
        self._events.append(Event(self._next_event, self._session, what))
        self._next_event = (self._next_event + 1) & 0xFF
        return True

    def _answers(self, frame: Envelope, now: int) -> list[Message]:
        if frame.kind == Heard.kind:
            self._take_heard(frame)
            return []
        if frame.kind == Hello.kind:
            return [self._greet(frame, now)]
        if not self._greeted:
            return [self._ack(frame, "ungreeted", now)]
        if frame.content != self._done:
            ahead = (frame.sequence - self._done[1]) & 0xFF
            if not 1 <= ahead <= MOST_AHEAD:
                return [self._ack(frame, "stale", now)]
            self._status = self._do(frame, now)
            self._done = frame.content
        return [self._ack(frame, self._status, now)]

    def _ack(self, frame: Envelope, status: Status, now: int) -> Ack:
        return Ack(frame.sequence, status, self.outputs.settle_ms(now))

    def _do(self, frame: Envelope, now: int) -> Status:
        try:
            command = message_of(frame)
        except MalformedError:
            return "malformed"
        except RangeError:
            return "range"
        match command:
            case Ping():
                return "ok"
            case SetLights():
                if len(command.permille) != len(self._settle_ms):
                    return "range"
                if self._hot:
                    return "hot"
                self.outputs.set_lights(command.permille, now)
                return "ok"
            case SetLamps():
                self.outputs.set_lamps(command.modes, now)
                return "ok"
            case Sound():
                self.outputs.sound(command.pattern, now)
                return "ok"
            case _:
                return "unknown"

    def _greet(self, frame: Envelope, now: int) -> Ack | Refusal | Welcome:
        try:
            hello = Hello.read(frame.sequence, frame.body)
        except MalformedError:
            return self._ack(frame, "malformed", now)
        if hello.major != MAJOR:
            return Refusal(frame.sequence, hello.session, MAJOR, MINOR)
        if not self._greeted or frame.content != self._done:
            self._conditions = self._since_greeting()
            self._greeted = True
            self._restarted = self._silence_due = self._brown_out_due = False
            self._done, self._status = frame.content, "ok"
            self._session = hello.session
            self._next_event = 1
            self._events.clear()
            self._sent_at = None
            self._pedal_told = self._pedal
            self._hot_told = self._hot
        return Welcome(
            frame.sequence,
            hello.session,
            MAJOR,
            min(MINOR, hello.minor),
            self._firmware,
            self._now() + self._conditions,
            self._safe_permille,
            self._settle_ms,
            self._serial,
        )

    def _now(self) -> tuple[Condition, ...]:
        pedal: tuple[Condition, ...] = ("pedal-pressed",) if self._pedal else ()
        hot: tuple[Condition, ...] = ("too-hot",) if self._hot else ()
        return pedal + hot

    def _since_greeting(self) -> tuple[Condition, ...]:
        untold = {event.what for event in self._events}
        happened: list[Condition] = ["restarted"] if self._restarted else []
        if self._silence_due or "silence" in untold:
            happened.append("silence")
        if self._brown_out_due or "brown-out" in untold:
            happened.append("brown-out")
        return tuple(happened)

    def _take_heard(self, frame: Envelope) -> None:
        with suppress(MalformedError):
            heard = Heard.read(frame.sequence, frame.body)
            first = self._events[0] if self._events else None
            if first and (first.sequence, first.session) == (heard.sequence, heard.session):
                self._events.popleft()
                self._sent_at = None


def _printable(serial: str) -> bool:
    return len(serial) <= MOST_SERIAL and serial.isascii() and serial.isprintable()


def _ms(now: float) -> int:
    return round(now * 1000)
