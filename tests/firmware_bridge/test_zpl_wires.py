"""No cut, faulty, slow or one-way wire makes a ZPL printer print twice or tell a false state."""

import os
from collections import deque
from pathlib import Path

import pytest
from loopback import FakeTime, Loopback
from zpl_printing import LABEL, printer_on, until

from firmware_bridge.clients.zpl import SILENT, OneWayError, ZplPrinter
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.faults import Fault
from firmware_bridge.emulators.ports import PtyPort, TcpPort
from firmware_bridge.emulators.zpl import ZplImitation
from firmware_bridge.readings import Back, Lost, PrinterState
from firmware_bridge.transports.serial_port import SerialPort
from firmware_bridge.transports.tcp import TcpWire
from firmware_bridge.transports.transport import DisconnectedError


def test_a_cut_at_every_byte_gives_no_false_state_and_is_said_once() -> None:
    count = 1
    while True:
        imitation = ZplImitation()
        client, now, cable = printer_on(imitation)
        cable.left = count
        events: list[object] = []
        for step in range(12):
            if step == 4:
                imitation.act("paper-out", now.now)
            events += client.poll(0.5)
        over = cable.left is not None
        for _ in range(30):
            cable.plugged = cable.plugged or any(isinstance(e, Lost) for e in events)
            events += client.poll(0.5)
        if over:
            break
        states = [event for event in events if isinstance(event, PrinterState)]
        assert set(states) <= {PrinterState(None, 0), PrinterState("paper-out", 0)}
        assert states[-1] == PrinterState("paper-out", 0)
        assert len([event for event in events if isinstance(event, Lost)]) == 1
        assert isinstance([e for e in events if isinstance(e, Lost | Back)][-1], Back)
        count += 1
    assert count > 300


@pytest.mark.parametrize("fault", list(Fault))
def test_no_fault_of_the_wire_prints_twice_or_invents_a_state(fault: Fault) -> None:
    imitation = ZplImitation(["pause"])
    port = TcpPort()
    events: list[object] = []
    with Emulator(imitation, port, faults=[fault]):
        host, number = port.address.removeprefix("tcp://").split(":")
        client = ZplPrinter(lambda: TcpWire(host, int(number)))
        tried = 0
        for _ in range(25):
            if fault is Fault.SILENCE and Lost(SILENT) in events:
                break
            events += client.poll(0.2)
            if events and isinstance(events[-1], PrinterState) and not tried:
                tried += 1
                try:
                    client.print_label(LABEL)
                except DisconnectedError as error:
                    events.append(error)
            if tried and any(isinstance(event, Back) for event in events[-2:]):
                break
        client.close()
    states = {event for event in events if isinstance(event, PrinterState)}
    assert states <= {PrinterState("paused", 0), PrinterState("paused", 1)}
    assert imitation.waiting in ([], [LABEL])
    if fault is Fault.SILENCE:
        assert Lost(SILENT) in events
    elif fault is not Fault.UNPLUG:
        assert Back() in events
        assert imitation.waiting == [LABEL]


def test_labels_go_out_over_a_serial_port(tmp_path: Path) -> None:
    imitation = ZplImitation()
    with Emulator(imitation, PtyPort(tmp_path / "printer")):
        client = ZplPrinter(lambda: SerialPort(str(tmp_path / "printer")))
        until(client, PrinterState)
        client.print_label(LABEL)
        client.close()

    assert imitation.printed == [LABEL]


class SlowWire(Loopback):
    """A serial port at 9600 baud: what is written waits in it and then goes out byte by byte."""

    def __init__(self, imitation: ZplImitation, time: FakeTime) -> None:
        super().__init__(imitation, time)
        self._clock = time
        self._leaving: deque[tuple[float, bytes]] = deque()

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        deadline = self._clock() + timeout_s
        while self._leaving and self._leaving[0][0] <= deadline:
            gone_at, content = self._leaving.popleft()
            self._clock.sleep(max(0.0, gone_at - self._clock()))
            super().write(content)
        return super().read(max_bytes, max(0.0, deadline - self._clock()))

    def write(self, content: bytes) -> None:
        begin = self._leaving[-1][0] if self._leaving else self._clock()
        self._leaving.append((begin + len(content) / 960, content))


def test_a_label_that_takes_seconds_on_its_wire_is_not_in_doubt() -> None:
    now, imitation = FakeTime(), ZplImitation()
    client = ZplPrinter(lambda: SlowWire(imitation, now), clock=now, sleep=now.sleep)
    long_label = b"^XA^FX" + b" " * 6000 + b"^XZ"
    while PrinterState(None, 0) not in client.poll(0.1):
        pass

    client.print_label(long_label)
    heard = [event for _ in range(50) for event in client.poll(0.1)]

    assert imitation.printed == [long_label]
    assert heard == []


class OneWayFile:
    """A device file that only takes bytes, as a wire."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND)

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        return b""

    def write(self, content: bytes) -> None:
        os.write(self._file, content)

    def close(self) -> None:
        os.close(self._file)


def test_a_one_way_printer_prints_and_says_that_it_tells_nothing(tmp_path: Path) -> None:
    device = tmp_path / "lp0"
    device.touch()
    client = ZplPrinter(lambda: OneWayFile(device), two_way=False)

    assert client.poll(0.0) == (Back(),)
    client.print_label(LABEL)
    assert client.poll(0.0) == ()
    with pytest.raises(OneWayError, match="look at the printer"):
        client.state()
    client.close()
    assert device.read_bytes() == b"~JX" + LABEL
