"""Settled weights at the bench become events; states of the scale do not."""

from decimal import Decimal

from events import Heard, TurnedClock

from firmware_bridge.clients.settling import ScaleState
from firmware_bridge.readings import Back, Lost, Weight
from station.adapters.weighing import ScaleReader
from station.domain.events import Weighed


def test_only_settled_weights_become_events() -> None:
    heard, clock = Heard(), TurnedClock()
    scale = ScaleReader(emit=heard, clock=clock)
    for reading in (Back(), ScaleState("unstable"), Weight(Decimal("12.50")), Lost("gone")):
        scale.hear(reading)

    assert heard.events == [Weighed(clock.now(), Decimal("12.50"))]
