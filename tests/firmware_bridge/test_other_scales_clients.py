"""Clients of A&D scales and scales by pattern tell settled weights, over any wire."""

from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from loopback import Cable, FakeTime, Loopback
from scale_trials import LOADS, cut_at_every_byte, meet_fault

from firmware_bridge.clients.aandd import AandDScale
from firmware_bridge.clients.line_scale import SILENT
from firmware_bridge.clients.scale_pattern import PatternScale
from firmware_bridge.clients.settling import ScaleState
from firmware_bridge.codecs.aandd import command
from firmware_bridge.codecs.scale_pattern import TOLEDO
from firmware_bridge.emulators.aandd import AandDImitation
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.faults import Fault
from firmware_bridge.emulators.ports import PtyPort
from firmware_bridge.emulators.scale_pattern import PatternScaleImitation
from firmware_bridge.families import aandd
from firmware_bridge.readings import Back, Lost, Weight
from firmware_bridge.transports.serial_port import SerialPort

toledo_scale = partial(PatternScaleImitation, ["dialect toledo"])

SCALES = [
    pytest.param(AandDScale, AandDImitation, id="aandd"),
    pytest.param(PatternScale, PatternScaleImitation, id="radwag"),
]


def weighed(client: Any, imitation: Any, now: FakeTime) -> list[object]:
    seen: list[object] = []
    for line in ("unstable", "weight 20 g", "overload", "underload", "weight 7.5 g"):
        imitation.act(line, now.now)
        for _ in range(12):
            seen += client.poll(0.1)
    return seen


@pytest.mark.parametrize(("make", "imitate"), SCALES)
def test_states_are_told_and_are_no_weights(make: Any, imitate: Any) -> None:
    now, imitation = FakeTime(), imitate()
    client = make(lambda: Loopback(imitation, now), clock=now, sleep=now.sleep)

    assert weighed(client, imitation, now) == [
        Back(),
        ScaleState("unstable"),
        Weight(Decimal("20.00")),
        ScaleState("overload"),
        ScaleState("underload"),
        Weight(Decimal("7.50")),
    ]


@pytest.mark.parametrize(("make", "imitate"), SCALES)
def test_tare_and_zero_change_what_the_scale_shows(make: Any, imitate: Any) -> None:
    now, imitation = FakeTime(), imitate(["weight 20 g"])
    client = make(lambda: Loopback(imitation, now), clock=now, sleep=now.sleep)

    def settled() -> list[Decimal]:
        events = [event for _ in range(10) for event in client.poll(0.1)]
        return [event.grams for event in events if isinstance(event, Weight)]

    assert settled() == [Decimal(20)]
    client.tare()
    assert settled() == [Decimal(0)]
    imitation.act("weight 25 g", now.now)
    assert settled() == [Decimal(5)]
    client.zero()
    assert settled() == [Decimal(0)]


def test_a_toledo_scale_sends_by_itself_and_cannot_be_tared_from_here() -> None:
    now, imitation = FakeTime(), toledo_scale()
    client = PatternScale(lambda: Loopback(imitation, now), TOLEDO, clock=now, sleep=now.sleep)
    imitation.act("weight 12.5 kg", now.now)
    events = [event for _ in range(12) for event in client.poll(0.2)]

    assert Weight(Decimal(12500)) in events
    with pytest.raises(ValueError, match="use its own key"):
        client.tare()


def test_a_streaming_scale_that_falls_silent_is_lost_once() -> None:
    now, imitation, cable = FakeTime(), toledo_scale(), Cable()
    client = PatternScale(
        lambda: Loopback(imitation, now, cable), TOLEDO, clock=now, sleep=now.sleep
    )
    for _ in range(12):
        client.poll(0.2)
    imitation.act("dialect radwag", now.now)
    events = [event for _ in range(60) for event in client.poll(0.2)]

    assert [event for event in events if isinstance(event, Lost)] == [Lost(SILENT)]
    assert not any(isinstance(event, Back) for event in events)


@pytest.mark.parametrize(("make", "imitate"), SCALES)
def test_a_cut_at_every_byte_gives_no_partial_weight_and_is_said_once(
    make: Any, imitate: Any
) -> None:
    assert cut_at_every_byte(make, imitate) > 100


@pytest.mark.parametrize("fault", list(Fault))
@pytest.mark.parametrize(("make", "imitate"), SCALES)
def test_no_fault_of_the_wire_invents_a_weight(
    make: Any, imitate: Any, fault: Fault, tmp_path: Path
) -> None:
    events = meet_fault(make, imitate, fault, tmp_path / "scale")

    assert {e.grams for e in events if isinstance(e, Weight)} <= {Decimal("123.45")}
    losses = [event for event in events if isinstance(event, Lost)]
    if fault in (Fault.SILENCE, Fault.NOISE, Fault.FLOOD, Fault.UNPLUG):
        assert len(losses) == 1
    else:
        assert isinstance(events[-1], Weight)
    if fault in (Fault.UNPLUG_MID_FRAME, Fault.REPLUG):
        assert len(losses) == 1


def test_an_a_and_d_scale_is_identified(tmp_path: Path) -> None:
    link = tmp_path / "scale"
    with Emulator(AandDImitation(["weight 5 g"]), PtyPort(link)):
        wire = SerialPort(str(link))
        try:
            assert aandd.identify(wire) == "A scale answers in A&D's format."
        finally:
            wire.close()


def test_what_a_scale_can_do_is_named() -> None:
    with pytest.raises(ValueError, match="weight 123"):
        AandDImitation(["jump"])
    with pytest.raises(ValueError, match="dialect radwag"):
        PatternScaleImitation(["dialect acme"])
    assert LOADS
    assert command("Q") == b"Q\r\n"


class SlowScale(AandDImitation):
    """Answers each question 0.4 s after the last, and keeps those that come meanwhile."""

    def __init__(self) -> None:
        super().__init__(["weight 100 g"])
        self.waiting = 0
        self._due = float("inf")

    def hear(self, content: bytes, now: float) -> list[bytes]:
        if not self.waiting:
            self._due = now + 0.4
        self.waiting += content.count(command("Q"))
        return []

    def tick(self, now: float) -> list[bytes]:
        if not self.waiting or now < self._due:
            return []
        self.waiting -= 1
        self._due += 0.4
        return super().hear(command("Q"), now)


def test_no_questions_pile_up_in_a_slow_scale() -> None:
    now, imitation = FakeTime(), SlowScale()
    client = AandDScale(lambda: Loopback(imitation, now), clock=now, sleep=now.sleep)
    events = []
    while now() < 130:
        events += client.poll(0.05)
        assert imitation.waiting <= 1

    assert events == [Back(), Weight(Decimal("100.00"))]
