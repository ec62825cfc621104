"""The scanner client against the byte emulator, through cable pulls and bad lines."""

import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from firmware_bridge.codecs.plain import Code, Damage, PlainDecoder
from firmware_bridge.emulators.plain import PlainScannerEmulator, emulate_lines
from firmware_bridge.scanner import Back, Lost, PlainScanner, ScannerEvent
from firmware_bridge.transports.serial_port import SerialPort
from firmware_bridge.transports.transport import DisconnectedError

CODE = "]C10109520123456788"
POLL_S = 0.02
PATIENCE = 200


class Time:
    """A clock that moves only when somebody sleeps or says so."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


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
    """An emulator with the real client on its port; the clock stands still between steps."""

    def __init__(self, link: Path) -> None:
        self.time = Time()
        self.emulator = PlainScannerEmulator(link)
        self.emulator.replug()
        self.scanner = PlainScanner(
            lambda: SerialPort(str(link)), PlainDecoder(), clock=self.time, sleep=self.time.sleep
        )
        assert self.scanner.poll(POLL_S) == (Back(),)
        self.time.now += 10

    def events_until(self, last: type[ScannerEvent]) -> list[ScannerEvent]:
        events: list[ScannerEvent] = []
        for _ in range(PATIENCE):
            events += self.scanner.poll(POLL_S)
            if events and isinstance(events[-1], last):
                return events
        raise AssertionError(f"no {last.__name__} after {events}")

    def replug(self) -> None:
        """Plug in again and wait until the client has the port and the line is quiet."""
        self.emulator.replug()
        assert self.events_until(Back) == [Back()]
        self.time.now += 10

    def close(self) -> None:
        self.scanner.close()
        self.emulator.unplug()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "scanner")
    yield bench
    bench.close()


def codes(events: list[ScannerEvent]) -> list[str]:
    return [event.text for event in events if isinstance(event, Code)]


def test_a_scan_arrives_with_its_symbology(bench: Bench) -> None:
    bench.emulator.scan("0109520123456788\x1d21再", symbology="]d2")

    (event,) = bench.events_until(Code)
    assert isinstance(event, Code)
    assert (event.text, event.symbology) == ("0109520123456788\x1d21再", "]d2")


def test_a_pull_at_every_byte_gives_no_partial_and_no_merged_code(bench: Bench) -> None:
    line = CODE.encode() + b"\r"
    for at in range(len(line) + 1):
        bench.emulator.send(line[:at])
        bench.emulator.wait_read(0.0)
        read = bench.scanner.poll(POLL_S)
        bench.emulator.unplug()
        after = bench.events_until(Lost)
        bench.replug()
        bench.emulator.scan("4006381333931")
        again = bench.events_until(Code)

        assert codes([*read, *after]) in ([], [CODE[3:]] if at == len(line) else []), at
        assert codes(again) == ["4006381333931"], at


def test_a_pull_while_another_thread_reads_gives_no_partial_code(bench: Bench) -> None:
    for at in range(1, len(CODE), 5):
        pull = threading.Thread(target=bench.emulator.unplug_mid_code, args=(CODE, at))
        pull.start()
        events = bench.events_until(Lost)
        pull.join()

        assert codes(events) == [], at
        bench.replug()


def test_the_tail_of_a_code_that_began_before_the_reconnect_is_no_code(bench: Bench) -> None:
    bench.emulator.send(b"01095201")
    bench.emulator.unplug()
    bench.events_until(Lost)
    bench.emulator.replug()
    bench.events_until(Back)
    bench.emulator.send(b"23456788\r")

    assert bench.events_until(Damage) == [Damage("cut", b"23456788")]


def test_a_lost_scanner_is_said_once_and_its_return_once(bench: Bench) -> None:
    bench.emulator.unplug()
    events = bench.events_until(Lost)
    for _ in range(50):
        events += bench.scanner.poll(1.0)
    bench.replug()
    bench.emulator.scan("A")

    assert [type(event) for event in events] == [Lost]
    assert codes(bench.events_until(Code)) == ["A"]


def test_a_scanner_that_was_never_there_is_lost_once_and_then_found(tmp_path: Path) -> None:
    time = Time()
    link = tmp_path / "scanner"
    scanner = PlainScanner(
        lambda: SerialPort(str(link)), PlainDecoder(), clock=time, sleep=time.sleep
    )
    events = [event for _ in range(10) for event in scanner.poll(1.0)]
    with PlainScannerEmulator(link):
        found: list[ScannerEvent] = []
        while not found:
            found += scanner.poll(1.0)
        found += scanner.poll(0.0)
        scanner.close()

    (lost,) = events
    assert isinstance(lost, Lost)
    assert "is not there: check its cable" in lost.reason
    assert found == [Back()]


def test_reopening_backs_off_to_five_seconds_and_never_waits_longer_than_asked() -> None:
    time = Time()
    tried: list[float] = []

    def never() -> Wire:
        tried.append(time.now)
        raise DisconnectedError("No device.")

    scanner = PlainScanner(never, PlainDecoder(), clock=time, sleep=time.sleep)
    while len(tried) < 9:
        scanner.poll(0.5)
    pauses = [round(later - earlier, 6) for earlier, later in pairwise(tried)]

    assert pauses == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0]
    assert max(time.slept) <= 0.5


def test_a_loose_contact_is_not_retried_at_full_speed() -> None:
    time = Time()
    opened: list[float] = []

    def loose() -> Wire:
        opened.append(time.now)
        return Wire(OSError("gone"))

    scanner = PlainScanner(loose, PlainDecoder(), clock=time, sleep=time.sleep)
    while len(opened) < 7:
        scanner.poll(10.0)

    assert opened[-1] - opened[-2] == pytest.approx(5.0)


def test_a_wire_that_lasted_is_reopened_quickly_again() -> None:
    time = Time()
    opened: list[float] = []

    def wire() -> Wire:
        opened.append(time.now)
        return Wire(b"A\r", DisconnectedError("gone"))

    scanner = PlainScanner(wire, PlainDecoder(), clock=time, sleep=time.sleep)
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
    time = Time()
    scanner = PlainScanner(lambda: wire, PlainDecoder(), clock=time, sleep=time.sleep)
    events = [event for _ in range(3) for event in scanner.poll(0.1)]

    assert [type(event) for event in events] == [Back, Lost]
    assert wire.closed


def test_a_code_that_stays_unfinished_is_reported_without_further_bytes() -> None:
    time = Time()
    wire = Wire(b"PART")
    scanner = PlainScanner(lambda: wire, PlainDecoder(), clock=time, sleep=time.sleep)
    scanner.poll(0.1)
    time.now += 10
    read = scanner.poll(0.1)
    time.now += 1

    assert read == ()
    assert scanner.poll(0.1) == (Damage("unfinished", b"PART"),)


def test_glued_and_repeated_codes_come_apart(bench: Bench) -> None:
    bench.emulator.glue(["A1", "A1", "B2", "C3"])
    events = bench.events_until(Code)
    while len(codes(events)) < 4:
        events += bench.events_until(Code)

    assert codes(events) == ["A1", "A1", "B2", "C3"]


def test_noise_gives_only_damage_or_clean_text_and_a_later_scan_still_works(bench: Bench) -> None:
    events: list[ScannerEvent] = []
    for seed in range(20):
        bench.emulator.noise(300, seed)
        events += bench.scanner.poll(POLL_S)
        bench.time.now += 1
        events += bench.scanner.poll(0.0)
    bench.emulator.send(b"\r")
    bench.emulator.scan("4006381333931")
    while "4006381333931" not in codes(events):
        events += bench.events_until(Code)

    assert not any(ord(sign) < 0x20 and sign != "\x1d" for text in codes(events) for sign in text)


def test_a_flood_is_one_damage_and_the_scanner_recovers(bench: Bench) -> None:
    flood = threading.Thread(target=bench.emulator.flood, args=(1_000_000,))
    flood.start()
    events = bench.events_until(Damage)
    while flood.is_alive():
        events += bench.scanner.poll(POLL_S)
    flood.join()
    bench.emulator.scan("tail of the flood")
    bench.emulator.scan("4006381333931")

    events += bench.events_until(Code)
    assert codes(events) == ["4006381333931"]
    assert [event.reason for event in events if isinstance(event, Damage)] == ["overlong"]


def test_a_slow_scanner_gives_damage_and_no_code(bench: Bench) -> None:
    events: list[ScannerEvent] = []

    def second_later(_: float) -> None:
        events.extend(bench.scanner.poll(POLL_S))
        bench.time.now += 1.0
        events.extend(bench.scanner.poll(0.0))

    slow = PlainScannerEmulator(bench.emulator.link.with_name("slow"), sleep=second_later)
    slow.replug()
    bench.close()
    bench.scanner = PlainScanner(
        lambda: SerialPort(str(slow.link)),
        PlainDecoder(),
        clock=bench.time,
        sleep=bench.time.sleep,
    )
    assert bench.scanner.poll(POLL_S) == (Back(),)
    slow.slow("0123456789", gap_s=1.0)

    assert codes(events) == []
    assert {event.reason for event in events if isinstance(event, Damage)} <= {"cut", "unfinished"}
    assert events
    slow.unplug()


def test_sending_while_unplugged_is_lost_and_pulling_twice_does_no_harm(tmp_path: Path) -> None:
    emulator = PlainScannerEmulator(tmp_path / "scanner")
    emulator.unplug()

    assert emulator.send(b"ABC\r") == 0
    assert emulator.received() == b""
    assert emulator.wait_read()


def test_a_link_left_by_a_killed_emulator_is_replaced(tmp_path: Path) -> None:
    link = tmp_path / "scanner"
    link.symlink_to("/dev/pts/gone")
    with PlainScannerEmulator(link):
        port = SerialPort(str(link))
        port.close()


def test_lines_of_text_are_scanned_one_by_one(tmp_path: Path) -> None:
    link = tmp_path / "scanner"
    events: list[ScannerEvent] = []
    scanner = PlainScanner(lambda: SerialPort(str(link)), PlainDecoder())

    def lines() -> Iterator[str]:
        while Back() not in events:
            events.extend(scanner.poll(1.0))
        yield "]d2A<GS>B\n"
        while not codes(events):
            events.extend(scanner.poll(1.0))
        yield "\n"
        yield "!unplug\n"
        while not isinstance(events[-1], Lost):
            events.extend(scanner.poll(1.0))
        yield "!replug\n"
        while events[-1] != Back():
            events.extend(scanner.poll(1.0))

    emulate_lines(link, lines())
    scanner.close()

    assert codes(events) == ["A\x1dB"]
    assert [type(event) for event in events] == [Back, Code, Lost, Back]
    assert not link.is_symlink()
