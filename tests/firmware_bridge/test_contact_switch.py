"""A foot switch on a modem line: presses that last, told once; bounces and loss are no presses."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback import FakeTime

from firmware_bridge.clients.contact import ContactSwitch, Line
from firmware_bridge.codecs.debounce import CLOSED, OPEN, Debounce
from firmware_bridge.readings import Back, Lost, Pedal
from firmware_bridge.transports.serial_port import Contacts
from firmware_bridge.transports.transport import DisconnectedError

DEBOUNCE_S = 0.02
Event = Pedal | Lost | Back


class Switch:
    """A port whose lines stand as a plan of (seconds, closed) says."""

    def __init__(self, time: FakeTime, *plan: tuple[float, bool], line: Line = "cts") -> None:
        self._time = time
        self._plan = plan
        self._line = line
        self._start = time.now
        self.gone = False
        self.closed = False

    def contacts(self) -> Contacts:
        if self.gone:
            raise DisconnectedError("The port was lost: check its cable.")
        elapsed = self._time.now - self._start
        past = [closed for at, closed in self._plan if at <= elapsed]
        state = bool(past and past[-1])
        return Contacts(cts=state and self._line == "cts", dsr=state and self._line == "dsr")

    def close(self) -> None:
        self.closed = True


def heard(switch: ContactSwitch, time: FakeTime, seconds: float) -> list[Event]:
    end = time.now + seconds
    events: list[Event] = []
    while time.now < end:
        events += switch.poll(0.2)
    return events


def told(*plan: tuple[float, bool], line: Line = "cts", inverted: bool = False) -> list[Event]:
    """What a switch with this plan says in three seconds, its return left out."""
    time = FakeTime()
    port = Switch(time, *plan, line=line)
    switch = ContactSwitch(lambda: port, line=line, inverted=inverted, clock=time, sleep=time.sleep)
    events = heard(switch, time, 3.0)

    assert events[0] == Back()
    return events[1:]


@pytest.mark.parametrize("line", ["cts", "dsr"])
def test_a_step_on_the_pedal_is_a_press_and_a_release(line: Line) -> None:
    assert told((1.0, True), (1.5, False), line=line) == [Pedal(True), Pedal(False)]


def test_the_other_line_says_nothing() -> None:
    time = FakeTime()
    port = Switch(time, (1.0, True), line="dsr")
    switch = ContactSwitch(lambda: port, line="cts", clock=time, sleep=time.sleep)

    assert heard(switch, time, 3.0) == [Back()]


def test_an_inverted_switch_is_pressed_while_its_line_is_down() -> None:
    assert told((0.0, True), (1.0, False), (1.5, True), inverted=True) == [
        Pedal(True),
        Pedal(False),
    ]


def test_a_pedal_held_at_the_opening_is_not_pressed() -> None:
    assert told((0.0, True), (1.0, False), (2.0, True)) == [Pedal(False), Pedal(True)]


def test_a_bounce_is_one_press() -> None:
    bounces = [(1.0 + number * 0.006, number % 2 == 0) for number in range(7)]

    assert told(*bounces, (2.0, False)) == [Pedal(True), Pedal(False)]


def test_a_spike_shorter_than_the_debounce_is_nothing() -> None:
    assert told((1.0, True), (1.0 + DEBOUNCE_S / 2, False)) == []


def test_a_press_is_told_soon_after_the_debounce() -> None:
    time = FakeTime()
    port = Switch(time, (1.0, True))
    switch = ContactSwitch(lambda: port, clock=time, sleep=time.sleep)
    pressed_at = time.now + 1.0
    while Pedal(True) not in switch.poll(0.2):
        assert time.now < pressed_at + 1.0

    assert time.now - pressed_at <= 2 * DEBOUNCE_S


def test_a_lost_port_is_said_once_and_its_return_once_and_nobody_pressed() -> None:
    time = FakeTime()
    ports = [Switch(time, (1.0, True))]
    switch = ContactSwitch(lambda: ports[-1], clock=time, sleep=time.sleep)
    events = heard(switch, time, 2.0)
    ports[-1].gone = True
    events += heard(switch, time, 5.0)
    ports.append(Switch(time, (0.0, True)))
    plugged_at = time.now
    while events[-1] != Back():
        events += switch.poll(0.2)

    assert time.now - plugged_at <= 3.0
    assert events + heard(switch, time, 2.0) == [Back(), Pedal(True), *events[2:3], Back()]
    assert isinstance(events[2], Lost)
    assert ports[0].closed


def test_a_port_that_cannot_be_opened_is_lost_in_its_own_words() -> None:
    time = FakeTime()

    def never() -> Switch:
        raise DisconnectedError("The port is not there: check its cable and power.")

    switch = ContactSwitch(never, clock=time, sleep=time.sleep)

    assert heard(switch, time, 5.0) == [Lost("The port is not there: check its cable and power.")]


def test_a_closed_switch_lets_go_of_its_port() -> None:
    time = FakeTime()
    port = Switch(time)
    switch = ContactSwitch(lambda: port, clock=time, sleep=time.sleep)
    switch.poll(0.0)
    switch.close()

    assert port.closed


def test_a_switch_without_debounce_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="above 0 s"):
        ContactSwitch(lambda: Switch(FakeTime()), debounce_s=0.0)


@given(st.lists(st.tuples(st.booleans(), st.floats(0.001, 0.1)), max_size=60))
def test_presses_and_releases_alternate_and_each_has_lasted(
    steps: list[tuple[bool, float]],
) -> None:
    decoder, now, since, last = Debounce(DEBOUNCE_S), 0.0, 0.0, None
    events: list[Pedal] = []
    for closed, pause in steps:
        now += pause
        if closed != last:
            since, last = now, closed
        for event in decoder.feed(CLOSED if closed else OPEN, now):
            assert event.pressed == closed
            assert now - since >= DEBOUNCE_S
            events.append(event)

    assert all(one.pressed != other.pressed for one, other in pairwise(events))
