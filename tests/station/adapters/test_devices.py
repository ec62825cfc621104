"""One device in its thread: what it reads comes out, what it is asked to do goes in."""

import queue
import threading
import time
from collections.abc import Iterator

import pytest

from firmware_bridge.readings import Back, Lost, Pedal
from station.adapters.clock import SystemClock
from station.adapters.devices import DeviceThread
from station.domain.events import FaultCleared, FaultRaised
from station.domain.faults import FaultCode, StationError
from tests.support.events import Heard

WAIT_S = 5.0


class Lamp:
    """A device that yields what it is given, and can be switched while it is there."""

    def __init__(self) -> None:
        self.readings: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.there = True
        self.level = 0
        self.gone = threading.Event()
        self.free = threading.Event()
        self.free.set()
        self.hanging = threading.Event()
        self.polled_s: list[float] = []

    def poll(self, timeout_s: float) -> tuple[object, ...]:
        if not self.free.is_set():
            self.hanging.set()
            self.free.wait()
        self.polled_s.append(timeout_s)
        try:
            reading = self.readings.get(timeout=timeout_s)
        except queue.Empty:
            return ()
        if isinstance(reading, Exception):
            raise reading
        return (reading,)

    def switch(self, level: int) -> int:
        if not self.there:
            raise OSError("The lamp is not connected: check its cable and power.")
        before, self.level = self.level, level
        return before

    def close(self) -> None:
        self.gone.set()


class Desk:
    """A lamp in its thread, and what was heard of it."""

    def __init__(self) -> None:
        self.lamp = Lamp()
        self.heard = Heard()
        self.readings: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.device = DeviceThread(
            self.lamp,
            subject="lamp",
            lost=FaultCode.LIGHT_LOST,
            emit=self.heard,
            clock=SystemClock(),
            hear=self.readings.put,
            poll_s=0.01,
        )


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    made.device.start()
    yield made
    made.lamp.free.set()
    made.device.stop()
    assert made.lamp.gone.is_set()


def test_what_the_device_reads_is_heard_in_order(desk: Desk) -> None:
    for reading in (Back(), Pedal(True), Pedal(False)):
        desk.lamp.readings.put(reading)

    assert [desk.readings.get(timeout=WAIT_S) for _ in range(3)] == [
        Back(),
        Pedal(True),
        Pedal(False),
    ]


def test_loss_is_a_fault_once_and_return_clears_it(desk: Desk) -> None:
    for reading in (Back(), Lost("The lamp is gone: check its cable."), Back()):
        desk.lamp.readings.put(reading)

    desk.heard.wait(FaultCleared)
    raised = desk.heard.of(FaultRaised)

    assert [(event.fault.code, event.fault.detail) for event in raised] == [
        (FaultCode.LIGHT_LOST, "The lamp is gone: check its cable.")
    ]
    assert len(desk.heard.of(FaultCleared)) == 1


def test_a_deed_is_done_on_the_device_and_its_answer_returned(desk: Desk) -> None:
    assert desk.device.call(lambda lamp: lamp.switch(7)) == 0
    assert desk.device.call(lambda lamp: lamp.switch(9)) == 7
    assert desk.lamp.level == 9


def test_a_deed_on_an_absent_device_says_what_to_do(desk: Desk) -> None:
    desk.lamp.there = False

    with pytest.raises(StationError, match="check its cable") as refused:
        desk.device.call(lambda lamp: lamp.switch(7))

    assert refused.value.fault.code is FaultCode.LIGHT_LOST


def test_a_posted_deed_is_done_and_one_for_an_absent_device_is_let_be(desk: Desk) -> None:
    desk.lamp.there = False
    desk.device.post(lambda lamp: lamp.switch(5))
    desk.device.post(lambda lamp: setattr(lamp, "there", True))
    desk.device.post(lambda lamp: lamp.switch(8))

    assert desk.device.call(lambda lamp: lamp.switch(9)) == 8
    assert not desk.heard.of(FaultRaised)


def test_a_deed_that_is_not_done_in_time_is_never_done_later(desk: Desk) -> None:
    desk.lamp.free.clear()
    assert desk.lamp.hanging.wait(WAIT_S)

    with pytest.raises(StationError, match="in time"):
        desk.device.call(lambda lamp: lamp.switch(7), timeout_s=0.05)
    desk.lamp.free.set()

    assert desk.device.call(lambda lamp: lamp.switch(9)) == 0


def test_a_deed_that_is_a_bug_comes_back_to_who_asked(desk: Desk) -> None:
    with pytest.raises(ZeroDivisionError):
        desk.device.call(lambda lamp: 1 // 0)

    assert desk.device.call(lambda lamp: lamp.switch(1)) == 0


def test_a_bug_in_the_client_is_logged_and_stops_the_work(
    desk: Desk, expected_warnings: list[str]
) -> None:
    expected_warnings.append("The lamp failed.")
    desk.lamp.readings.put(RuntimeError("planted"))

    fault = desk.heard.wait(FaultRaised).fault

    assert fault.code is FaultCode.STATION_BUG
    assert fault.blocks


def test_devices_that_take_long_can_stop_side_by_side(desk: Desk) -> None:
    other = Desk()
    other.device.start()
    desk.lamp.free.clear()
    assert desk.lamp.hanging.wait(WAIT_S)

    for device in (desk.device, other.device):
        device.stop_soon()

    assert other.lamp.gone.wait(WAIT_S)
    assert not desk.lamp.gone.is_set()
    other.device.stop()


def test_after_a_deed_the_next_one_hardly_waits_and_later_the_device_is_listened_to(
    desk: Desk,
) -> None:
    polled = desk.lamp.polled_s
    before = set(polled)
    desk.device.call(lambda lamp: lamp.switch(1))
    count = len(polled)
    deadline = time.monotonic() + WAIT_S

    while 0.01 not in polled[count + 2 :] and time.monotonic() < deadline:
        time.sleep(0.01)

    assert before <= {0.01}
    assert set(polled[count + 1 : -2]) >= {0.001}
    assert polled[-1] == 0.01
