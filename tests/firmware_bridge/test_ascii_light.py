"""The light client against imitated controllers: every dialect, cut cables, faults."""

import time
from contextlib import suppress
from pathlib import Path

import pytest
from lights import DIALECTS, Bench, states

from firmware_bridge.clients.ascii_light import AsciiLight, LightEvent
from firmware_bridge.codecs.ascii_light_dialects import CCS, GARDASOFT, OPT, S
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.emulators.ascii_light import AsciiLightImitation
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.faults import Fault
from firmware_bridge.emulators.ports import PtyPort, TcpPort
from firmware_bridge.readings import Back, Lost
from firmware_bridge.transports.serial_port import SerialPort
from firmware_bridge.transports.tcp import TcpWire
from firmware_bridge.transports.transport import DisconnectedError

ALL = pytest.mark.parametrize("bench", list(DIALECTS.values()), ids=list(DIALECTS), indirect=True)
READABLE = [name for name, dialect in DIALECTS.items() if dialect.ask_level]
PATIENCE_S = 8.0


@pytest.fixture
def bench(request: pytest.FixtureRequest) -> Bench:
    bench = Bench(request.param)
    assert bench.run(0.5) == [Back()]
    return bench


def reason(events: list[LightEvent]) -> str:
    (lost,) = (event for event in events if isinstance(event, Lost))
    return lost.reason


@ALL
def test_levels_are_set_and_what_is_not_named_is_dark(bench: Bench) -> None:
    bench.light.set_levels({bench.first: 1.0, bench.second: 0.5})
    assert bench.imitation.levels == bench.steps(first=1.0, second=0.5)

    bench.light.set_levels({bench.second: 0.25})
    assert bench.imitation.levels == bench.steps(second=0.25) == bench.light.levels
    assert bench.run(10.0) == []


@ALL
def test_setting_again_is_the_same(bench: Bench) -> None:
    bench.light.set_levels({bench.first: 0.4})
    once = bytes(bench.cable.sent)
    bench.light.set_levels({bench.first: 0.4})

    assert bench.imitation.levels == bench.steps(first=0.4)
    assert len(bench.cable.sent) > len(once)
    assert bench.run(1.0) == []


@ALL
def test_a_controller_that_dies_is_lost_without_being_used_and_gets_its_state_again(
    bench: Bench,
) -> None:
    bench.light.set_levels({bench.first: 0.6})
    bench.act("dead")
    lost = bench.run(10.0)
    with pytest.raises(DisconnectedError):
        bench.light.set_levels({bench.second: 0.7})
    bench.act("work")
    back = bench.run(4.0)

    assert states(lost) == [Lost]
    assert "does not answer" in reason(lost)
    assert states(back) == [Back]
    assert bench.imitation.levels == bench.steps(second=0.7)


@ALL
def test_a_controller_that_forgot_its_levels_gets_them_again(bench: Bench) -> None:
    bench.light.set_levels({bench.first: 0.6, bench.second: 1.0})
    bench.act("forget")
    events = bench.run(3.0 * len(bench.dialect.channels) + 2)

    assert states(events) == ([Lost, Back] if bench.dialect.ask_level else [])
    assert bench.imitation.levels == bench.steps(first=0.6, second=1.0)


@pytest.mark.parametrize("bench", [OPT, CCS, GARDASOFT], ids=lambda d: d.name, indirect=True)
def test_a_refusal_is_a_loss_that_quotes_it(bench: Bench) -> None:
    bench.act("fail")
    with pytest.raises(DisconnectedError, match="refuses") as refused:
        bench.light.set_levels({bench.first: 0.5})
    events = bench.run(5.0)

    assert states(events) == [Lost]
    assert reason(events) == str(refused.value)
    bench.act("work")
    assert states(bench.run(4.0)) == [Back]
    assert bench.imitation.levels == bench.steps(first=0.5)


@pytest.mark.parametrize(
    "bench", [DIALECTS[name] for name in READABLE], ids=READABLE, indirect=True
)
def test_a_channel_that_does_not_follow_is_noticed_by_reading_it_back(bench: Bench) -> None:
    bench.act(f"stick {bench.second}")
    with pytest.raises(DisconnectedError, match=f"reports level 0 on channel {bench.second}"):
        bench.light.set_levels({bench.second: 1.0})
    assert states(bench.run(5.0)) == [Lost]

    bench.act(f"loosen {bench.second}")
    assert states(bench.run(4.0)) == [Back]
    assert bench.imitation.levels == bench.steps(second=1.0)


@pytest.mark.parametrize("bench", [S], ids=["s"], indirect=True)
def test_impossible_levels_are_refused_and_nothing_is_sent(bench: Bench) -> None:
    sent = bytes(bench.cable.sent)
    for levels in ({"E": 0.5}, {"A": 1.01}, {"A": -0.1}, {"A": float("nan")}):
        with pytest.raises(ValueError, match=r"channel"):
            bench.light.set_levels(levels)

    assert bytes(bench.cable.sent) == sent


@pytest.mark.parametrize("dialect", [CCS, OPT], ids=lambda d: d.name)
def test_an_answer_for_another_channel_confirms_nothing(dialect: object) -> None:
    def swapped(frame: bytes) -> bytes:
        return frame.replace(b"@00", b"@03") if frame.startswith(b"@") else b"$420FF12"

    bench = Bench(CCS if dialect is CCS else OPT, alter=swapped)
    assert states(bench.run(2.0)) == [Lost]


def test_a_wrong_checksum_of_a_level_confirms_nothing() -> None:
    bench = Bench(OPT, alter=lambda frame: AsciiLightImitation(OPT).spoil(frame))
    events = bench.run(3.0)

    assert states(events) == [Lost]
    assert any(isinstance(event, Damage) and event.reason == "checksum" for event in events)


@pytest.mark.parametrize(
    ("dialect", "command", "refusal"),
    [
        (OPT, b"$310FF6D", b"&"),
        (OPT, b"$910FF1C", b"&"),
        (CCS, b"@00F25500\r\n", b"@00N\r\n"),
        (GARDASOFT, b"XX1\r", b"Err>"),
        (S, b"XA0255#", b""),
    ],
    ids=repr,
)
def test_an_imitation_refuses_what_it_does_not_understand(
    dialect: object, command: bytes, refusal: bytes
) -> None:
    (known,) = (each for each in DIALECTS.values() if each is dialect)
    light = AsciiLightImitation(known)
    said = light.hear(command, 0.0) + light.tick(1.0)

    assert b"".join(said) == refusal
    assert not any(light.levels.values())


def test_an_imitation_names_its_deeds() -> None:
    with pytest.raises(ValueError, match="fail, dead, work, forget, stick CHANNEL"):
        AsciiLightImitation(S).act("stick Z", 0.0)


@pytest.mark.parametrize("name", ["s", "opt", "ccs", "ccs-ethernet", "gardasoft"])
def test_a_cable_cut_at_every_byte_confirms_nothing_that_is_not_so(name: str) -> None:
    length = 0
    for left in range(2000):
        bench = Bench(DIALECTS[name])
        bench.cable.left = left or None
        events = bench.run(0.1)
        confirmed = False
        with suppress(DisconnectedError):
            bench.light.set_levels({bench.first: 1.0, bench.second: 0.5})
            confirmed = True
        if confirmed:
            assert bench.imitation.levels == bench.steps(first=1.0, second=0.5), left
        events += bench.run(3.2)
        if bench.cable.plugged and left:
            break
        length = left
        if left == 0:
            assert states(events) == [Back]
            continue
        bench.cable.plugged = True
        again = bench.run(3.0)

        assert states(events) in ([Lost], [Back, Lost]), left
        assert states(again) == [Back], left
        assert bench.imitation.levels == bench.steps(first=1.0, second=0.5), left
    assert length >= 10


@pytest.mark.parametrize("name", ["s", "opt", "ccs", "gardasoft"])
@pytest.mark.parametrize("fault", list(Fault))
def test_a_fault_on_a_real_port_never_confirms_a_level_that_is_not_set(
    name: str, fault: Fault, tmp_path: Path
) -> None:
    dialect = DIALECTS[name]
    first = next(iter(dialect.channels))
    imitation = AsciiLightImitation(dialect)
    link = tmp_path / "light"
    events: list[LightEvent] = []
    confirmed = False
    # CCS and Gardasoft answer with a word alone, which random bytes can hold (protocols/lights.md).
    provable = name in ("s", "opt") or fault not in (Fault.NOISE, Fault.FLOOD)
    with Emulator(imitation, PtyPort(link), faults=[fault]):
        light = AsciiLight(lambda: SerialPort(str(link)), dialect)
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline and not over(fault, events, confirmed):
            events += light.poll(0.05)
            with suppress(DisconnectedError):
                light.set_levels({first: 1.0})
                confirmed = True
                assert not provable or imitation.levels[first] == dialect.level_max
        light.close()

    assert over(fault, events, confirmed), events


def over(fault: Fault, events: list[LightEvent], confirmed: bool) -> bool:
    """Whether the fault has shown itself, and the controller is in use again where it can be."""
    said = states(events)
    if fault in (Fault.UNPLUG_MID_FRAME, Fault.REPLUG):
        return Lost in said and said[-1:] == [Back] and confirmed
    if fault in (Fault.SILENCE, Fault.UNPLUG):
        return Lost in said
    return Lost in said or (Back in said and confirmed)


def test_a_controller_on_the_network_is_used_alike() -> None:
    imitation = AsciiLightImitation(GARDASOFT)
    with Emulator(imitation, TcpPort()) as emulator:
        host, port = emulator.port.address.removeprefix("tcp://").split(":")
        light = AsciiLight(lambda: TcpWire(host, int(port)), GARDASOFT)
        while light.poll(0.05) != (Back(),):
            pass
        light.set_levels({"2": 0.3})
        light.close()

    assert imitation.levels["2"] == 30
