"""The SSI client against the imitated scanner: every code once, whole, or not at all."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from loopback import Cable, FakeTime, Loopback

from firmware_bridge.clients.scanning import ScannerEvent
from firmware_bridge.clients.ssi import MOST_NAKS, SsiScanner
from firmware_bridge.codecs.code import Code
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.ssi import HOST, RESEND, Opcode, Packet, nak, packet_decoder
from firmware_bridge.codecs.ssi_codes import MEMORY_S
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.faults import Fault
from firmware_bridge.emulators.ports import PtyPort
from firmware_bridge.emulators.ssi import SsiImitation
from firmware_bridge.families.ssi import identify
from firmware_bridge.link import RefusedError
from firmware_bridge.readings import Back, Lost
from firmware_bridge.transports.serial_port import SerialPort
from firmware_bridge.transports.transport import DisconnectedError

LONG = "]L0" + "".join(f"{number:04}" for number in range(150))
SCANS = ("]C10109520123456788", "]E04006381333931", "]d20109520123456788<GS>21R-1", LONG)
READ = ("0109520123456788", "4006381333931", "0109520123456788\x1d21R-1", LONG[3:])


class Wire(Loopback):
    """A loopback that can swallow what the computer writes."""

    muffled = 0

    def write(self, content: bytes) -> None:
        if self.muffled:
            self.muffled -= 1
        else:
            super().write(content)


class Bench:
    """Client and imitation in one thread, under a clock that moves only when one waits."""

    def __init__(self, imitation: SsiImitation | None = None) -> None:
        self.time = FakeTime()
        self.cable = Cable()
        self.device = imitation or SsiImitation()
        self.wires: list[Wire] = []
        self.spoiled = 0
        self.scanner = SsiScanner(self._open, clock=self.time, sleep=self.time.sleep)

    def _open(self) -> Wire:
        self.wires.append(Wire(self.device, self.time, self.cable, alter=self._alter))
        return self.wires[-1]

    def _alter(self, frame: bytes) -> bytes:
        if not self.spoiled or frame[1] != Opcode.DECODE_DATA:
            return frame
        self.spoiled -= 1
        return self.device.spoil(frame)

    def polled(
        self, seconds: float, events: list[ScannerEvent] | None = None
    ) -> list[ScannerEvent]:
        """What the client says within some time, added to `events`."""
        heard = [] if events is None else events
        end = self.time.now + seconds
        while self.time.now < end:
            heard += self.scanner.poll(0.1)
        return heard

    def said(self, *, since: int = 0) -> list[Packet]:
        """The packets that the client has sent."""
        sent = packet_decoder().feed(bytes(self.cable.sent[since:]), 0.0)
        return [packet for packet in sent if isinstance(packet, Packet)]


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    assert bench.polled(1.0) == [Back()]
    bench.time.now += MEMORY_S
    return bench


def texts(events: list[ScannerEvent]) -> list[str]:
    return [event.text for event in events if isinstance(event, Code)]


@pytest.mark.parametrize("repeats_type", [False, True])
def test_codes_arrive_with_their_symbology_and_are_acknowledged(repeats_type: bool) -> None:
    bench = Bench(SsiImitation(repeats_type=repeats_type))
    events = bench.polled(1.0)
    mark = len(bench.cable.sent)
    for scan in SCANS:
        bench.wires[-1].act(scan)
        bench.polled(1.0, events)

    assert texts(events) == list(READ)
    assert [e.symbology for e in events if isinstance(e, Code)] == ["]C1", "]E0", "]d2", "]L0"]
    assert bench.said(since=mark) == [Packet(Opcode.ACK, source=HOST)] * 6
    assert bench.polled(10.0) == []


def test_opening_asks_who_is_there_and_lets_it_scan(bench: Bench) -> None:
    assert [p.opcode for p in bench.said()] == [Opcode.REQUEST_REVISION, Opcode.SCAN_ENABLE]


def test_a_damaged_packet_is_asked_for_again_and_nobody_hears_of_it(bench: Bench) -> None:
    bench.spoiled = 1
    bench.wires[-1].act(SCANS[0])
    events = bench.polled(5.0)

    assert events == [Code(READ[0], "]C1", events[0].raw if isinstance(events[0], Code) else b"")]
    assert bench.cable.sent.count(nak(RESEND)) == 1


def test_a_packet_that_stays_damaged_is_damage_after_a_bounded_number_of_tries(
    bench: Bench,
) -> None:
    bench.spoiled = 1000
    bench.wires[-1].act(SCANS[0])
    events = bench.polled(10.0)
    bench.spoiled = 0
    bench.wires[-1].act(SCANS[1])

    assert events
    assert all(isinstance(event, Damage) for event in events)
    assert 1 <= bench.cable.sent.count(nak(RESEND)) <= 2 * MOST_NAKS
    assert texts(bench.polled(10.0)) == [READ[1]]


def test_a_code_whose_acknowledgement_was_lost_comes_again_and_counts_once(bench: Bench) -> None:
    bench.wires[-1].muffled = 1
    bench.wires[-1].act(SCANS[0])
    events = bench.polled(5.0)
    bench.wires[-1].act(SCANS[1])
    bench.polled(5.0, events)

    assert texts(events) == list(READ[:2])
    assert len(events) == 2


def test_a_repeated_packet_is_acknowledged_and_dropped(bench: Bench) -> None:
    packet = Packet(Opcode.DECODE_DATA, b"\x03ABC")
    again = Packet(Opcode.DECODE_DATA, b"\x03ABC", status=1)
    mark = len(bench.cable.sent)
    wire = Deaf(bench.time, packet.encoded(), again.encoded(), packet.encoded())
    scanner = SsiScanner(lambda: wire, clock=bench.time, sleep=bench.time.sleep)
    events = [event for _ in range(5) for event in scanner.poll(0.1)]

    assert texts(events) == ["ABC", "ABC"]
    assert wire.sent.count(Packet(Opcode.ACK, source=HOST).encoded()) == 3
    assert len(bench.cable.sent) == mark


class Deaf:
    """A wire to a scanner that answers the greeting, then sends what it was told to."""

    def __init__(self, time: FakeTime, *frames: bytes) -> None:
        self._time = time
        self._frames = [
            Packet(Opcode.REPLY_REVISION, b"R").encoded(),
            Packet(Opcode.ACK).encoded(),
            *frames,
        ]
        self.sent = bytearray()

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        self._time.now += timeout_s if not self._frames else 0.0
        return self._frames.pop(0) if self._frames else b""

    def write(self, content: bytes) -> None:
        self.sent += content

    def close(self) -> None:
        pass


def test_an_echo_of_the_computer_is_neither_answered_nor_read(bench: Bench) -> None:
    echo = Packet(Opcode.DECODE_DATA, b"\x03ABC", HOST).encoded()
    wire = Deaf(bench.time, echo, Packet(Opcode.ACK, source=HOST).encoded())
    scanner = SsiScanner(lambda: wire, clock=bench.time, sleep=bench.time.sleep)
    events = [event for _ in range(4) for event in scanner.poll(0.1)]

    assert events == [Back()]
    assert Packet(Opcode.ACK, source=HOST).encoded() not in wire.sent


def test_noise_without_a_code_is_damage_once_the_scanner_stays_silent(bench: Bench) -> None:
    wire = Deaf(bench.time, b"\x08\xf3\x00\x00\x03ABC\xff\xff")
    scanner = SsiScanner(lambda: wire, clock=bench.time, sleep=bench.time.sleep)
    events = [event for _ in range(40) for event in scanner.poll(0.1)]

    assert [type(event) for event in events] == [Back, Damage]
    assert wire.sent.count(nak(RESEND)) in (1, 2)


def test_a_device_that_says_nothing_is_lost_in_words() -> None:
    time = FakeTime()

    class Silent(Deaf):
        def __init__(self) -> None:
            super().__init__(time)
            self._frames.clear()

    scanner = SsiScanner(Silent, clock=time, sleep=time.sleep)
    events = [event for _ in range(20) for event in scanner.poll(1.0)]

    (lost,) = events
    assert isinstance(lost, Lost)
    assert "does not answer" in lost.reason


def test_a_disabled_scanner_stays_disabled_over_a_replug(bench: Bench) -> None:
    bench.scanner.disable()
    was = bench.device.enabled
    bench.cable.plugged = False
    events = bench.polled(3.0)
    bench.cable.plugged = True
    bench.polled(3.0, events)

    assert (was, bench.device.enabled) == (False, False)
    assert [type(event) for event in events] == [Lost, Back]
    bench.scanner.enable()
    assert bench.device.enabled


def test_what_was_wished_while_the_scanner_was_away_is_done_when_it_is_back(bench: Bench) -> None:
    bench.cable.plugged = False
    bench.polled(1.0)
    bench.scanner.disable()
    bench.cable.plugged = True
    bench.polled(3.0)

    assert not bench.device.enabled


def test_the_trigger_is_pulled_and_let_go_from_here(bench: Bench) -> None:
    bench.scanner.start_session()
    held = bench.device.in_session
    bench.scanner.stop_session()
    bench.scanner.stop_session()

    assert (held, bench.device.in_session) == (True, False)
    bench.scanner.beep()
    bench.scanner.light(on=True)
    bench.scanner.light(on=False)
    assert bench.said()[-1] == Packet(Opcode.LED_OFF, b"\x01", HOST)


def test_a_disabled_scanner_refuses_the_trigger_in_words(bench: Bench) -> None:
    bench.scanner.disable()

    with pytest.raises(RefusedError, match="refuses"):
        bench.scanner.start_session()


def test_the_trigger_of_a_scanner_that_is_away_is_disconnected(bench: Bench) -> None:
    bench.cable.plugged = False
    bench.polled(0.2)

    with pytest.raises(DisconnectedError):
        bench.scanner.start_session()


def test_a_code_that_arrives_during_a_command_is_read(bench: Bench) -> None:
    bench.wires[-1].act(SCANS[0])
    bench.scanner.beep()

    assert texts(bench.polled(1.0)) == [READ[0]]


def conversation(bench: Bench) -> list[ScannerEvent]:
    """Scan everything, as far as the cable lasts."""
    events = bench.polled(0.5)
    for scan in SCANS:
        if bench.cable.plugged and bench.wires:
            bench.wires[-1].act(scan)
        bench.polled(0.5, events)
    return events


@pytest.mark.parametrize("repeats_type", [False, True])
def test_a_pull_at_every_byte_of_a_conversation_invents_nothing(repeats_type: bool) -> None:
    whole = Bench(SsiImitation(repeats_type=repeats_type))
    assert texts(conversation(whole)) == list(READ)
    for at in range(len(whole.cable.delivered)):
        bench = Bench(SsiImitation(repeats_type=repeats_type))
        bench.cable.left = at + 1
        events = conversation(bench)
        before = texts(events)
        bench.cable.plugged, plugged_at = True, bench.time.now
        while [event for event in events if isinstance(event, Lost | Back)][-1] != Back():
            events += bench.scanner.poll(0.1)
        back_after = bench.time.now - plugged_at
        bench.wires[-1].act("]C0after")
        bench.polled(1.0, events)

        ways = [type(event) for event in events if isinstance(event, Lost | Back)]
        assert before == list(READ[: len(before)]), at
        assert texts(events) == [*before, "after"], at
        assert ways in ([Back, Lost, Back], [Lost, Back]), at
        assert bench.device.enabled, at
        assert back_after <= 3.0, at


class Stubborn(SsiImitation):
    """A scanner with a battery: what it has to say outlives its cable."""

    def plugged(self, now: float) -> list[bytes]:
        return []


@pytest.mark.parametrize("repeats_type", [False, True])
def test_a_scanner_with_its_own_power_never_delivers_the_rest_of_a_torn_code(
    repeats_type: bool,
) -> None:
    whole = Bench(Stubborn(repeats_type=repeats_type))
    conversation(whole)
    for at in range(len(whole.cable.delivered)):
        bench = Bench(Stubborn(repeats_type=repeats_type))
        bench.cable.left = at + 1
        events = conversation(bench)
        bench.cable.plugged = True
        bench.polled(12.0, events)
        bench.wires[-1].act("]C0after")
        bench.polled(1.0, events)

        assert set(texts(events)) <= {*READ, "after"}, at
        assert texts(events)[-1] == "after", at
        assert len(texts(events)) == len(set(texts(events))), at


@pytest.mark.parametrize("fault", sorted(Fault))
def test_no_fault_of_the_wire_invents_a_code(fault: Fault, tmp_path: Path) -> None:
    sent = [f"{number:04}" for number in range(400)]
    events: list[ScannerEvent] = []
    link = tmp_path / "scanner"
    scanner = SsiScanner(lambda: SerialPort(str(link)))
    with Emulator(SsiImitation(), PtyPort(link), faults=[fault]) as emulator:
        with scanning(emulator, sent):
            for _ in range(2_000):
                events += scanner.poll(0.2)
                if settled(events, fault):
                    break
        scanner.close()

    assert set(texts(events)) <= set(sent)
    assert settled(events, fault)
    kinds = [type(event) for event in events if isinstance(event, Lost | Back)]
    assert all(one is not other for one, other in pairwise(kinds))


@contextmanager
def scanning(emulator: Emulator, texts: list[str]) -> Iterator[None]:
    """Scan one code after another from another thread, as the client must go on reading."""
    ending = threading.Event()

    def scan() -> None:
        for text in texts:
            if ending.wait(0.1):
                return
            emulator.act(f"]C1{text}")

    thread = threading.Thread(target=scan)
    thread.start()
    yield
    ending.set()
    thread.join()


def settled(events: list[ScannerEvent], fault: Fault) -> bool:
    """Whether all that a fault lets happen has happened."""
    match fault:
        case Fault.UNPLUG:
            return Back() in events and isinstance(events[-1], Lost)
        case Fault.UNPLUG_MID_FRAME | Fault.REPLUG:
            lost = [index for index, event in enumerate(events) if isinstance(event, Lost)]
            return bool(lost) and bool(texts(events[lost[0] :]))
        case Fault.SILENCE | Fault.WRONG_CHECKSUM:
            return [type(event) for event in events] == [Lost]
    return len(texts(events)) >= 5


def test_the_scanner_says_who_it_is(tmp_path: Path) -> None:
    link = tmp_path / "scanner"
    with Emulator(SsiImitation(), PtyPort(link)):
        wire = SerialPort(str(link))
        said = identify(wire)
        wire.close()
    with Emulator(SsiImitation(), PtyPort(link), faults=[Fault.SILENCE]):
        wire = SerialPort(str(link))
        silent = identify(wire)
        wire.close()

    assert said == "A Zebra SSI scanner answers: IMITATED SSI SCANNER."
    assert silent is None
