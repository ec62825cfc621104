"""The foot switch as a key."""

from firmware_bridge.readings import Back, Pedal
from station.adapters.clock import SystemIdentifiers
from station.adapters.pedal import FootSwitch
from station.domain.events import Key, KeyPressed
from tests.support.events import Heard, TurnedClock


def test_each_step_is_one_take_key_and_letting_go_is_none() -> None:
    heard = Heard()
    pedal = FootSwitch(emit=heard, clock=TurnedClock(), identifiers=SystemIdentifiers())

    for reading in (Back(), Pedal(True), Pedal(False), Pedal(True), Pedal(False)):
        pedal.hear(reading)

    keys = heard.of(KeyPressed)
    assert [key.key for key in keys] == [Key.TAKE, Key.TAKE]
    assert keys[0].fresh_id != keys[1].fresh_id
