"""The scanner client against the byte emulator, through cable pulls and bad lines."""

import random
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from loopback import Cable, FakeTime, Loopback

from firmware_bridge.clients.plain import PlainScanner
from firmware_bridge.clients.scanning import ScannerEvent
from firmware_bridge.codecs.code import Code
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.faults import Fault
from firmware_bridge.emulators.plain import PlainImitation
from firmware_bridge.emulators.ports import PtyPort
from firmware_bridge.readings import Back, Lost
from firmware_bridge.transports.serial_port import SerialPort
from firmware_bridge.transports.transport import DisconnectedError

CODE = "]C10109520123456788"
POLL_S = 0.02
PATIENCE = 200


class Wire:
    """A transport that gives what it was told to, then is silent or gone."""

    def __init__(self, *reads: bytes | OSError) -> None:
        self._reads = list(reads)
        self.closed = False

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        if not self._reads:
            return b""
        chunk = self._reads.pop(0)
        if isinstance(chunk, OSError):
            raise chunk
        return chunk

    def write(self, content: bytes) -> None:
        raise AssertionError("a plain scanner is never written to")

    def close(self) -> None:
        self.closed = True
        raise OSError("closing a dead port may fail")


class Bench:
    """A pty with the real client on its other end; the clock stands still between steps."""

    def __init__(self, link: Path) -> None:
        self.time = FakeTime()
        self.port = PtyPort(link)
        self.port.replug()
        self.scanner = PlainScanner(
            lambda: SerialPort(str(link)), clock=self.time, sleep=self.time.sleep
        )
        assert self.scanner.poll(POLL_S) == (Back(),)
        self.time.now += 10

    def scan(self, text: str) -> None:
        """Let the scanner read a code."""
        for frame in PlainImitation().act(text, self.time.now):
            self.port.send(frame)

    def events_until(self, last: type[ScannerEvent]) -> list[ScannerEvent]:
        events: list[ScannerEvent] = []
        for _ in range(PATIENCE):
            events += self.scanner.poll(POLL_S)
            if events and isinstance(events[-1], last):
                return events
        raise AssertionError(f"no {last.__name__} after {events}")

    def replug(self) -> None:
        """Plug in again and wait until the client has the port and the line is quiet."""
        self.port.replug()
        assert self.events_until(Back) == [Back()]
        self.time.now += 10

    def close(self) -> None:
        self.scanner.close()
        self.port.unplug()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "scanner")
    yield bench
    bench.close()


def codes(events: list[ScannerEvent]) -> list[str]:
    return [event.text for event in events if isinstance(event, Code)]


def pull_after(port: PtyPort, content: bytes) -> None:
    """Send bytes, wait until they were read, and pull the cable."""
    port.send(content)
    port.wait_read()
    port.unplug()


def test_a_scan_arrives_with_its_symbology(bench: Bench) -> None:
    bench.scan("]d20109520123456788<GS>21再")

    (event,) = bench.events_until(Code)
    assert isinstance(event, Code)
    assert (event.text, event.symbology) == ("0109520123456788\x1d21再", "]d2")


def test_a_pull_at_every_byte_gives_no_partial_and_no_merged_code(bench: Bench) -> None:
    line = CODE.encode() + b"\r"
    for at in range(len(line) + 1):
        bench.port.send(line[:at])
        bench.port.wait_read(0.0)
        read = bench.scanner.poll(POLL_S)
        bench.port.unplug()
        after = bench.events_until(Lost)
        bench.replug()
        bench.scan("4006381333931")
        again = bench.events_until(Code)

        assert codes([*read, *after]) in ([], [CODE[3:]] if at == len(line) else []), at
        assert codes(again) == ["4006381333931"], at


def test_a_pull_while_another_thread_reads_gives_no_partial_code(bench: Bench) -> None:
    for at in range(1, len(CODE), 5):
        pull = threading.Thread(target=pull_after, args=(bench.port, CODE.encode()[:at]))
        pull.start()
        events = bench.events_until(Lost)
        pull.join()

        assert codes(events) == [], at
        bench.replug()


def test_the_tail_of_a_code_that_began_before_the_reconnect_is_no_code(bench: Bench) -> None:
    bench.port.send(b"01095201")
    bench.port.unplug()
    bench.events_until(Lost)
    bench.port.replug()
    bench.events_until(Back)
    bench.port.send(b"23456788\r")

    assert bench.events_until(Damage) == [Damage("cut", b"23456788")]


def test_a_lost_scanner_is_said_once_and_its_return_once(bench: Bench) -> None:
    bench.port.unplug()
    events = bench.events_until(Lost)
    for _ in range(50):
        events += bench.scanner.poll(1.0)
    bench.replug()
    bench.scan("A")

    assert [type(event) for event in events] == [Lost]
    assert codes(bench.events_until(Code)) == ["A"]


def test_a_scanner_that_was_never_there_is_lost_once_and_then_found(tmp_path: Path) -> None:
    time = FakeTime()
    link = tmp_path / "scanner"
    scanner = PlainScanner(lambda: SerialPort(str(link)), clock=time, sleep=time.sleep)
    events = [event for _ in range(10) for event in scanner.poll(1.0)]
    port = PtyPort(link)
    port.replug()
    found: list[ScannerEvent] = []
    while not found:
        found += scanner.poll(1.0)
    found += scanner.poll(0.0)
    scanner.close()
    port.unplug()

    (lost,) = events
    assert isinstance(lost, Lost)
    assert "is not there: check its cable" in lost.reason
    assert found == [Back()]


def test_reopening_backs_off_to_two_seconds_and_never_waits_longer_than_asked() -> None:
    time = FakeTime()
    tried: list[float] = []

    def never() -> Wire:
        tried.append(time.now)
        raise DisconnectedError("No device.")

    scanner = PlainScanner(never, clock=time, sleep=time.sleep)
    while len(tried) < 9:
        scanner.poll(0.5)
    pauses = [round(later - earlier, 6) for earlier, later in pairwise(tried)]

    assert pauses == [0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 2.0, 2.0]
    assert max(time.slept) <= 0.5


def test_a_loose_contact_is_not_retried_at_full_speed() -> None:
    time = FakeTime()
    opened: list[float] = []

    def loose() -> Wire:
        opened.append(time.now)
        return Wire(OSError("gone"))

    scanner = PlainScanner(loose, clock=time, sleep=time.sleep)
    while len(opened) < 7:
        scanner.poll(10.0)

    assert opened[-1] - opened[-2] == pytest.approx(2.0)


def test_a_wire_that_lasted_is_reopened_quickly_again() -> None:
    time = FakeTime()
    opened: list[float] = []

    def wire() -> Wire:
        opened.append(time.now)
        return Wire(b"A\r", DisconnectedError("gone"))

    scanner = PlainScanner(wire, clock=time, sleep=time.sleep)
    for _ in range(3):
        while scanner.poll(10.0) != (Back(),):
            pass
        time.now += 60
        assert codes(list(scanner.poll(10.0))) == ["A"]
        lost_at = time.now
        assert [type(event) for event in scanner.poll(10.0)] == [Lost]

    assert opened[-1] - (lost_at - 60 - 0.2) == pytest.approx(0.2)


def test_a_port_that_fails_with_a_bare_os_error_is_lost_and_closed() -> None:
    wire = Wire(b"PART", OSError(5, "Input/output error"))
    time = FakeTime()
    scanner = PlainScanner(lambda: wire, clock=time, sleep=time.sleep)
    events = [event for _ in range(3) for event in scanner.poll(0.1)]

    assert [type(event) for event in events] == [Back, Lost]
    assert wire.closed


def test_a_code_that_stays_unfinished_is_reported_without_further_bytes() -> None:
    time = FakeTime()
    wire = Wire(b"PART")
    scanner = PlainScanner(lambda: wire, clock=time, sleep=time.sleep)
    scanner.poll(0.1)
    time.now += 10
    read = scanner.poll(0.1)
    time.now += 1

    assert read == ()
    assert scanner.poll(0.1) == (Damage("unfinished", b"PART"),)


def test_glued_and_repeated_codes_come_apart(bench: Bench) -> None:
    bench.port.send(b"A1\rA1\rB2\rC3\r")
    events = bench.events_until(Code)
    while len(codes(events)) < 4:
        events += bench.events_until(Code)

    assert codes(events) == ["A1", "A1", "B2", "C3"]


def test_noise_gives_only_damage_or_clean_text_and_a_later_scan_still_works(bench: Bench) -> None:
    events: list[ScannerEvent] = []
    for seed in range(20):
        bench.port.send(random.Random(seed).randbytes(300))
        events += bench.scanner.poll(POLL_S)
        bench.time.now += 1
        events += bench.scanner.poll(0.0)
    bench.port.send(b"\r")
    bench.scan("4006381333931")
    while "4006381333931" not in codes(events):
        events += bench.events_until(Code)

    assert not any(ord(sign) < 0x20 and sign != "\x1d" for text in codes(events) for sign in text)


def test_a_flood_is_one_damage_and_the_scanner_recovers(bench: Bench) -> None:
    flood = threading.Thread(target=bench.port.send, args=(b"8" * 1_000_000,))
    flood.start()
    events = bench.events_until(Damage)
    while flood.is_alive():
        events += bench.scanner.poll(POLL_S)
    flood.join()
    bench.scan("tail of the flood")
    bench.scan("4006381333931")

    events += bench.events_until(Code)
    assert codes(events) == ["4006381333931"]
    assert [event.reason for event in events if isinstance(event, Damage)] == ["overlong"]


def test_a_scanner_slower_than_the_idle_gap_gives_damage_and_no_code(bench: Bench) -> None:
    events: list[ScannerEvent] = []
    for byte in b"0123456789\r":
        bench.port.send(bytes([byte]))
        events += bench.scanner.poll(POLL_S)
        bench.time.now += 1.0
        events += bench.scanner.poll(0.0)

    assert codes(events) == []
    assert {event.reason for event in events if isinstance(event, Damage)} == {"unfinished"}


def test_a_pull_at_every_byte_of_a_conversation_says_each_way_once() -> None:
    scans = [CODE, "]E04006381333931", "]d2A<GS>B"]
    whole = sum(len(PlainImitation().act(scan, 0.0)[0]) for scan in scans)
    for at in range(1, whole + 1):
        time, cable, device = FakeTime(), Cable(), PlainImitation()
        wires: list[Loopback] = []

        def open_wire(
            time: FakeTime = time,
            cable: Cable = cable,
            device: PlainImitation = device,
            wires: list[Loopback] = wires,
        ) -> Loopback:
            wires.append(Loopback(device, time, cable))
            return wires[-1]

        scanner = PlainScanner(open_wire, clock=time, sleep=time.sleep)
        events = list(scanner.poll(0.1))
        cable.left = at
        for scan in scans:
            if cable.plugged:
                wires[-1].act(scan)
                events += scanner.poll(0.1)
                events += scanner.poll(0.1)
        cable.plugged, pulled_at = True, time.now
        while Back() not in events[1:]:
            events += scanner.poll(0.1)
        back_after = time.now - pulled_at
        wires[-1].act("]C0after")
        events += scanner.poll(0.1)

        read = codes(events)
        assert [type(e) for e in events if isinstance(e, Back | Lost)] == [Back, Lost, Back], at
        assert read[-1] == "after", at
        assert read[:-1] == [CODE[3:], "4006381333931", "A\x1dB"][: len(read) - 1], at
        assert back_after <= 3.0, at


@pytest.mark.parametrize("fault", sorted(Fault))
def test_no_fault_of_the_wire_invents_a_code(fault: Fault, tmp_path: Path) -> None:
    sent = [f"{number:04}" for number in range(400)]
    events: list[ScannerEvent] = []
    link = tmp_path / "scanner"
    scanner = PlainScanner(lambda: SerialPort(str(link)), require_identifier=True)
    with Emulator(PlainImitation(), PtyPort(link), faults=[fault]) as emulator:
        while Back() not in events:
            events += scanner.poll(1.0)
        for text in sent:
            emulator.act(f"]C1{text}")
            events += scanner.poll(0.05)
            if settled(events, fault):
                break
        scanner.close()

    assert set(codes(events)) <= set(sent)
    assert settled(events, fault)
    kinds = [type(event) for event in events if isinstance(event, Lost | Back)]
    assert kinds == [Back, Lost, Back][: len(kinds)]


def settled(events: list[ScannerEvent], fault: Fault) -> bool:
    """Whether all that a fault lets happen has happened."""
    match fault:
        case Fault.UNPLUG:
            return isinstance(events[-1], Lost)
        case Fault.UNPLUG_MID_FRAME | Fault.REPLUG:
            return Back() in events[1:] and isinstance(events[-1], Code)
        case Fault.SILENCE:
            return len(events) == 1
        case Fault.NOISE | Fault.FLOOD:
            return sum(isinstance(event, Damage) for event in events) >= 3
    return len(codes(events)) >= 5


def test_sending_while_unplugged_is_lost_and_pulling_twice_does_no_harm(tmp_path: Path) -> None:
    port = PtyPort(tmp_path / "scanner")
    port.unplug()

    assert port.send(b"ABC\r") == 0
    assert port.receive(0.0) == b""
    assert port.wait_read()


def test_a_link_left_by_a_killed_emulator_is_replaced(tmp_path: Path) -> None:
    link = tmp_path / "scanner"
    link.symlink_to("/dev/pts/gone")
    with Emulator(PlainImitation(), PtyPort(link)):
        port = SerialPort(str(link))
        port.close()


def test_the_scanner_sends_what_it_reads_in_its_own_way() -> None:
    imitation = PlainImitation(b"\r\n", separator="{GS}")

    assert imitation.plugged(0.0) == imitation.tick(0.0) == imitation.hear(b"\x16T\r", 0.0) == []
    assert imitation.act("]d2A<GS>B", 0.0) == [b"]d2A{GS}B\r\n"]
    assert imitation.act("\udcff", 0.0) == [b"\xff\r\n"]
    assert imitation.act("", 0.0) == []
    assert imitation.spoil(b"ABC\r\n") == b"ABC\r\n"


def test_a_substitute_for_gs_becomes_gs_on_the_way_to_the_station() -> None:
    time = FakeTime()
    wires: list[Loopback] = []

    def open_wire() -> Loopback:
        wires.append(Loopback(PlainImitation(separator="|"), time))
        return wires[-1]

    scanner = PlainScanner(open_wire, gs_substitutes=["|"], clock=time, sleep=time.sleep)
    events = list(scanner.poll(0.1))
    wires[-1].act("]d20109520123456788<GS>21R")
    events += scanner.poll(0.1)

    assert codes(events) == ["0109520123456788\x1d21R"]
