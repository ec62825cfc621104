"""An imitated LLRP reader: one session, one ROSpec, and the tags that lie in its field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.llrp import replies
from firmware_bridge.codecs.llrp.contents import (
    CONNECTED,
    Answer,
    Capabilities,
    Configuration,
    ReaderEvent,
    Tag,
)
from firmware_bridge.codecs.llrp.messages import LlrpDecoder, Message, MessageType
from firmware_bridge.codecs.llrp.parameters import Fields, Kind, LlrpError
from firmware_bridge.codecs.llrp.rospec import ReportContent, RoSpec, Start, read_rospec
from firmware_bridge.emulators.tag_field import FieldTag, TagField

BUSY = 2
PARAMETER_ERROR = 100
MESSAGE_UNSUPPORTED = 109
FIELD_INVALID = 300
ANTENNAS = 4
MOST_UNACKNOWLEDGED = 3
POWERS_DBM = tuple((index, 10.0 + (index - 1) / 4) for index in range(1, 82))
CAPABILITIES = Capabilities(0, 1, "imitation 1.0", ANTENNAS, POWERS_DBM)

Kinds = MessageType
RESPONSES: Mapping[int, MessageType] = MappingProxyType(
    {
        Kinds.GET_READER_CAPABILITIES: Kinds.GET_READER_CAPABILITIES_RESPONSE,
        Kinds.GET_READER_CONFIG: Kinds.GET_READER_CONFIG_RESPONSE,
        Kinds.SET_READER_CONFIG: Kinds.SET_READER_CONFIG_RESPONSE,
        Kinds.CLOSE_CONNECTION: Kinds.CLOSE_CONNECTION_RESPONSE,
        Kinds.ADD_ROSPEC: Kinds.ADD_ROSPEC_RESPONSE,
        Kinds.DELETE_ROSPEC: Kinds.DELETE_ROSPEC_RESPONSE,
        Kinds.START_ROSPEC: Kinds.START_ROSPEC_RESPONSE,
        Kinds.STOP_ROSPEC: Kinds.STOP_ROSPEC_RESPONSE,
        Kinds.ENABLE_ROSPEC: Kinds.ENABLE_ROSPEC_RESPONSE,
        Kinds.DISABLE_ROSPEC: Kinds.DISABLE_ROSPEC_RESPONSE,
        Kinds.DELETE_ACCESSSPEC: Kinds.DELETE_ACCESSSPEC_RESPONSE,
    }
)


@dataclass(slots=True)
class _Order:
    """An ROSpec as the reader holds it."""

    spec: RoSpec
    enabled: bool = False
    active: bool = False


@dataclass(slots=True)
class _Session:
    """What a reader forgets when its program goes: it sends nothing until told again."""

    decoder: LlrpDecoder = field(default_factory=LlrpDecoder)
    order: _Order | None = None
    keepalive_s: float = 0.0
    alive_at: float = 0.0
    unacknowledged: int = 0
    over: bool = False


class LlrpReaderImitation:
    """A reader with four antennas, of which the first sees every tag, and room for one ROSpec.

    It ends the session of a program that has left three keepalives unacknowledged.

    Deeds beside those of `TagField`: `busy` and `free` (a program that connects is refused, as if
    another had the reader), `antenna-off N` and `antenna-on N`, `mute` and `unmute`, `end-session`.
    """

    def __init__(self) -> None:
        self._session = _Session()
        self._field = TagField()
        self._absent: set[int] = set()
        self._busy = False
        self._mute = False
        self._number = 0

    def plugged(self, now: float) -> list[bytes]:
        """Greet a program, or refuse it."""
        self._session = _Session(alive_at=now, over=self._busy)
        attempt = BUSY if self._busy else CONNECTED
        return [self._event(ReaderEvent(_us(now), connection=attempt))]

    def hear(self, content: bytes, now: float) -> list[bytes]:
        """Answer requests; after bytes that are no LLRP nothing more is understood."""
        answers: list[bytes] = []
        for message in self._session.decoder.feed(content, now):
            if isinstance(message, Damage) or self._session.over or self._mute:
                continue
            answers += self._answered(message, now)
        return answers

    def tick(self, now: float) -> list[bytes]:
        """Send the keepalive and the reports that are due."""
        session = self._session
        if session.over or self._mute:
            return []
        due = []
        if session.keepalive_s and now - session.alive_at >= session.keepalive_s:
            session.alive_at = now
            if session.unacknowledged == MOST_UNACKNOWLEDGED:
                return self._end(now)
            session.unacknowledged += 1
            due.append(replies.keepalive(self._next()))
        order = session.order
        if order is not None and order.active and self._sees(order.spec):
            due += [
                replies.report(self._next(), (_seen(tag, order.spec, now),))
                for tag in self._field.read(now)
            ]
        return due

    def act(self, line: str, now: float) -> list[bytes]:
        """Do a deed with the tags in the field, or disturb the reader."""
        match line.split():
            case ["antenna-off" | "antenna-on" as deed, name] if name.isdecimal():
                return self._antenna(int(name), deed == "antenna-on", now)
            case ["busy" | "free" as deed]:
                self._busy = deed == "busy"
            case ["mute" | "unmute" as deed]:
                self._mute = deed == "mute"
            case ["end-session"]:
                return self._end(now)
            case _:
                self._field.act(line)
        return []

    def spoil(self, frame: bytes) -> bytes:
        """LLRP has no checksum: nothing can be wrong with it."""
        return frame

    def _end(self, now: float) -> list[bytes]:
        self._session.over = True
        return [self._event(ReaderEvent(_us(now), closing=True))]

    def _answered(self, message: Message, now: float) -> list[bytes]:
        if message.kind in (Kinds.KEEPALIVE_ACK, Kinds.ENABLE_EVENTS_AND_REPORTS):
            if message.kind == Kinds.KEEPALIVE_ACK:
                self._session.unacknowledged = 0
            return []
        response = RESPONSES.get(message.kind)
        if response is None:
            refusal = Answer(MESSAGE_UNSUPPORTED, "This message is not supported.")
            return [replies.answer(Kinds.ERROR_MESSAGE, message.number, refusal)]
        try:
            answer = self._done(message, now)
        except LlrpError as error:
            answer = Answer(PARAMETER_ERROR, str(error))
        return [replies.answer(response, message.number, answer)]

    def _done(self, message: Message, now: float) -> Answer:
        """Do what is asked; LlrpError if it contradicts itself."""
        session = self._session
        fields = Fields(message.body)
        match message.kind:
            case Kinds.GET_READER_CAPABILITIES:
                return Answer(0, capabilities=CAPABILITIES)
            case Kinds.GET_READER_CONFIG:
                antennas = tuple(
                    (antenna, antenna not in self._absent) for antenna in range(1, ANTENNAS + 1)
                )
                interval_ms = round(session.keepalive_s * 1000)
                return Answer(0, configuration=Configuration(b"", antennas, interval_ms))
            case Kinds.SET_READER_CONFIG:
                self._set(fields, now)
            case Kinds.CLOSE_CONNECTION:
                session.over = True
            case Kinds.ADD_ROSPEC:
                return self._added(read_rospec(message.body))
            case Kinds.DELETE_ACCESSSPEC:
                pass
            case _:
                return self._ordered(message.kind, fields.number(4))
        return Answer(0)

    def _set(self, fields: Fields, now: float) -> None:
        fields.take(1)
        for each in fields.parameters():
            if each.kind == Kind.KEEPALIVE_SPEC:
                spec = Fields(each.body)
                periodic = spec.number(1) == 1
                interval_s = spec.number(4) / 1000
                self._session.keepalive_s = interval_s if periodic else 0.0
                self._session.alive_at = now

    def _added(self, spec: RoSpec) -> Answer:
        if self._session.order is not None:
            return Answer(FIELD_INVALID, "This reader holds one ROSpec: delete it first.")
        if max(spec.antennas) > ANTENNAS:
            return Answer(FIELD_INVALID, f"This reader has {ANTENNAS} antennas.")
        self._session.order = _Order(spec)
        return Answer(0)

    def _ordered(self, kind: int, number: int) -> Answer:
        """Delete, enable, disable, start or stop the ROSpec of a number, 0 is all."""
        order = self._session.order
        if kind == Kinds.DELETE_ROSPEC and number == 0:
            self._session.order = None
            return Answer(0)
        if order is None or number not in (0, order.spec.number):
            return Answer(FIELD_INVALID, f"There is no ROSpec {number}.")
        match kind:
            case Kinds.DELETE_ROSPEC:
                self._session.order = None
            case Kinds.ENABLE_ROSPEC:
                order.enabled, order.active = True, order.spec.start == Start.AT_ONCE
            case Kinds.DISABLE_ROSPEC:
                order.enabled = order.active = False
            case Kinds.STOP_ROSPEC:
                order.active = False
            case _ if not order.enabled:
                return Answer(FIELD_INVALID, f"The ROSpec {number} is disabled.")
            case _:
                order.active = True
        return Answer(0)

    def _sees(self, spec: RoSpec) -> bool:
        """Whether the antenna that sees the tags works for this order."""
        return 1 not in self._absent and bool({0, 1} & set(spec.antennas))

    def _antenna(self, antenna: int, connected: bool, now: float) -> list[bytes]:
        if not 1 <= antenna <= ANTENNAS:
            raise ValueError(f"This reader has the antennas 1 to {ANTENNAS}.")
        (self._absent.discard if connected else self._absent.add)(antenna)
        return [self._event(ReaderEvent(_us(now), antennas=((antenna, connected),)))]

    def _event(self, content: ReaderEvent) -> bytes:
        return replies.event(self._next(), content)

    def _next(self) -> int:
        self._number = self._number % 0xFFFFFFFF + 1
        return self._number


def _seen(tag: FieldTag, spec: RoSpec, now: float) -> Tag:
    """The tag with what the order wants to know."""
    wanted = spec.content
    return Tag(
        tag.epc,
        8 * len(tag.epc),
        1 if ReportContent.ANTENNA in wanted else None,
        tag.rssi_dbm if ReportContent.PEAK_RSSI in wanted else None,
        _us(now) if ReportContent.FIRST_SEEN in wanted else None,
        tag.count if ReportContent.COUNT in wanted else None,
    )


def _us(now: float) -> int:
    return round(now * 1_000_000)
