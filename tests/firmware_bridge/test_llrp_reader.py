"""The LLRP client against the imitated reader: sessions, refusals, cut cables, faults."""

import time
from typing import Any

import pytest
from llrp import EPC, OTHER, Bench, epcs, states
from loopback import FakeTime

from firmware_bridge.clients.llrp import LlrpReader, LlrpReading
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.llrp.contents import Answer, Tag
from firmware_bridge.codecs.llrp.messages import LlrpDecoder, Message, MessageType, encode
from firmware_bridge.codecs.llrp.replies import answer, report
from firmware_bridge.codecs.llrp.rospec import Transmitter, read_rospec
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.faults import Fault
from firmware_bridge.emulators.llrp import LlrpReaderImitation
from firmware_bridge.emulators.ports import TcpPort
from firmware_bridge.readings import Back, Lost, TagRead
from firmware_bridge.transports.tcp import TcpWire
from firmware_bridge.transports.transport import DisconnectedError

GREETED = [
    MessageType.DELETE_ROSPEC,
    MessageType.DELETE_ACCESSSPEC,
    MessageType.SET_READER_CONFIG,
    MessageType.GET_READER_CONFIG,
    MessageType.ADD_ROSPEC,
    MessageType.ENABLE_ROSPEC,
    MessageType.START_ROSPEC,
    MessageType.ENABLE_EVENTS_AND_REPORTS,
]
HOPELESS = {Fault.NOISE, Fault.FLOOD, Fault.SILENCE, Fault.UNPLUG}
PATIENCE_S = 10.0


def sent(bench: Bench) -> list[Message]:
    """What the client has sent on all its connections."""
    messages = LlrpDecoder().feed(bytes(bench.cable.sent), 0.0)
    return [message for message in messages if isinstance(message, Message)]


def kinds(bench: Bench) -> list[int]:
    return [message.kind for message in sent(bench)]


def order(bench: Bench) -> Message:
    (added,) = (message for message in sent(bench) if message.kind == MessageType.ADD_ROSPEC)
    return added


def reason(readings: list[LlrpReading]) -> str:
    (lost,) = (reading for reading in readings if isinstance(reading, Lost))
    return lost.reason


def answering(kind: MessageType, status: int, text: str = "") -> Bench:
    """A bench whose reader answers requests of one kind with another status."""

    def alter(frame: bytes) -> bytes:
        if int.from_bytes(frame[:2], "big") & 0x3FF != kind:
            return frame
        return answer(kind, int.from_bytes(frame[6:10], "big"), Answer(status, text))

    return Bench(f"tag {EPC}", alter=alter)


def test_a_session_is_begun_in_order_and_tags_are_read() -> None:
    bench = Bench(f"tag {EPC} -48 3", f"tag {OTHER}")
    readings = bench.run(1.0)

    assert kinds(bench) == GREETED
    assert states(readings) == [Back]
    assert TagRead(EPC, -48, 1, 3) in readings
    assert epcs(readings) == {EPC, OTHER}


def test_the_settings_are_in_the_order_that_the_reader_gets() -> None:
    bench = Bench(antennas=(1, 3), power_index=81, session=2)
    assert states(bench.run(0.5)) == [Back]
    spec = read_rospec(order(bench).body)

    assert (spec.antennas, spec.session) == ((1, 3), 2)
    assert spec.transmitter == Transmitter(hop_table=1, channel=0, power_index=81)


def test_tags_come_and_go() -> None:
    bench = Bench(f"tag {EPC}")
    bench.run(0.5)
    bench.act(f"remove {EPC}")
    bench.act(f"tag {OTHER}")
    bench.run(0.2)

    assert epcs(bench.run(0.5)) == {OTHER}
    bench.act("clear")
    bench.run(0.2)
    assert epcs(bench.run(0.5)) == set()


def test_keepalives_are_acknowledged_and_a_quiet_field_is_no_loss() -> None:
    bench = Bench()
    readings = bench.run(60.0)

    assert states(readings) == [Back]
    assert kinds(bench).count(MessageType.KEEPALIVE_ACK) in (28, 29)


def test_a_reader_ends_the_session_of_a_program_that_acknowledges_nothing() -> None:
    reader = LlrpReaderImitation()
    reader.plugged(0.0)
    reader.hear(bytes.fromhex("0403 00000014 00000001 00 00DC000901000003E8"), 0.0)
    said = [frame for second in range(1, 6) for frame in reader.tick(float(second))]

    assert [frame[1] & 0xFF for frame in said] == [62, 62, 62, 63]


def test_a_silent_reader_is_lost_once_and_greeted_anew_when_it_speaks_again() -> None:
    bench = Bench(f"tag {EPC}")
    bench.run(1.0)
    bench.act("mute")
    lost = bench.run(30.0)
    bench.imitation.act("unmute", bench.time.now)
    back = bench.run(6.0)

    assert states(lost) == [Lost]
    assert reason(lost) == "The tag reader has gone silent: check its network and power."
    assert states(back) == [Back]
    assert epcs(back) == {EPC}
    assert [message.kind for message in since_last_opening(bench)][: len(GREETED)] == GREETED


def test_a_reader_that_another_program_has_is_lost_with_that_reason() -> None:
    bench = Bench("busy", f"tag {EPC}")
    refused = bench.run(10.0)
    bench.imitation.act("free", bench.time.now)
    taken = bench.run(3.0)

    assert states(refused) == [Lost]
    assert reason(refused) == (
        "The tag reader is busy with the connection of another program: end the other program,"
        " or restart the reader."
    )
    assert states(taken) == [Back]


def test_a_session_that_the_reader_ends_is_begun_anew() -> None:
    bench = Bench(f"tag {EPC}")
    bench.run(1.0)
    bench.act("end-session")
    readings = bench.run(3.0)

    assert states(readings) == [Lost, Back]
    assert "ended the session" in reason(readings)
    assert bench.opened == 2
    assert epcs(readings) == {EPC}


def test_a_missing_antenna_of_this_bench_is_a_loss_until_it_is_back() -> None:
    bench = Bench(f"tag {EPC}", antennas=(1, 2))
    bench.run(1.0)
    bench.act("antenna-off 3")
    assert states(bench.run(5.0)) == []
    bench.act("antenna-off 2")
    lost = bench.run(10.0)
    bench.imitation.act("antenna-on 2", bench.time.now)
    back = bench.run(3.0)

    assert states(lost) == [Lost]
    assert reason(lost) == "The tag reader misses its antenna 2: check the antenna's cable."
    assert states(back) == [Back]


def test_a_reader_that_cannot_tell_of_antennas_or_accessspecs_is_used_all_the_same() -> None:
    for kind in (
        MessageType.GET_READER_CONFIG_RESPONSE,
        MessageType.DELETE_ACCESSSPEC_RESPONSE,
    ):
        bench = answering(kind, 109, "Unsupported.")
        readings = bench.run(1.0)
        assert states(readings) == [Back], kind
        assert epcs(readings) == {EPC}, kind


@pytest.mark.parametrize(
    "kind",
    [
        MessageType.DELETE_ROSPEC_RESPONSE,
        MessageType.SET_READER_CONFIG_RESPONSE,
        MessageType.ADD_ROSPEC_RESPONSE,
        MessageType.ENABLE_ROSPEC_RESPONSE,
        MessageType.START_ROSPEC_RESPONSE,
    ],
    ids=lambda kind: kind.name,
)
def test_a_refusal_is_a_loss_that_names_what_was_refused_and_why(kind: MessageType) -> None:
    readings = answering(kind, 401, "No radio.").run(5.0)

    assert states(readings) == [Lost]
    assert epcs(readings) == set()
    assert reason(readings) == (
        f"The tag reader refuses {kind.name.removesuffix('_RESPONSE')} with status 401 (No radio.):"
        " compare the settings with its manual."
    )


def test_a_power_that_the_reader_does_not_have_is_a_loss_that_names_the_range() -> None:
    readings = Bench(power_index=82).run(3.0)
    assert reason(readings) == "The tag reader has no power 82: choose one from 1 to 81."


def test_an_antenna_that_the_reader_does_not_have_is_refused_by_it() -> None:
    assert "This reader has 4 antennas." in reason(Bench(antennas=(5,)).run(3.0))


@pytest.mark.parametrize("wrong", [{"antennas": ()}, {"antennas": (0,)}, {"session": 4}], ids=str)
def test_impossible_settings_are_refused_at_once(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"antenna|session"):
        LlrpReader(lambda: TcpWire("127.0.0.1", 1), **wrong)


def test_closing_ends_the_session_and_polling_begins_a_new_one() -> None:
    bench = Bench(f"tag {EPC}")
    bench.run(1.0)
    bench.reader.close()
    assert kinds(bench)[-1] == MessageType.CLOSE_CONNECTION
    bench.run(1.0)

    assert bench.opened == 2
    assert epcs(bench.run(1.0)) == {EPC}


def test_a_tag_without_epc_is_passed_over_and_one_with_a_strange_length_is_damage() -> None:
    blank, odd, good = Tag(b"", 0), Tag(b"\xab\xcd\xe0", 20), Tag(bytes.fromhex(EPC), 96)
    bench = Bench(
        f"tag {OTHER}",
        alter=lambda frame: report(9, (blank, odd, good)) if frame[1] == 61 else frame,
    )
    readings = bench.run(0.5)

    assert states(readings) == [Back]
    assert epcs(readings) == {EPC}
    assert Damage("content", b"\xab\xcd\xe0") in readings


def test_damage_gives_the_connection_up_and_nothing_behind_it_is_believed() -> None:
    bad = [encode(MessageType.KEEPALIVE, 1)[:5]]

    def alter(frame: bytes) -> bytes:
        return bad.pop() + frame if bad and frame[1] == 61 else frame

    bench = Bench(f"tag {EPC}", alter=alter)
    readings = bench.run(3.0)

    assert states(readings) == [Back, Lost, Back]
    assert "no LLRP 1.0.1" in reason(readings)
    assert sum(isinstance(reading, Damage) for reading in readings) == 1
    assert bench.opened == 2
    assert epcs(readings) == {EPC}


def converse(bench: Bench) -> list[LlrpReading]:
    """A greeting, some reports of two tags, an empty field, and a keepalive."""
    bench.imitation.act(f"tag {EPC} -48 3", bench.time.now)
    bench.imitation.act(f"tag {OTHER}", bench.time.now)
    readings = bench.run(0.15)
    bench.imitation.act("clear", bench.time.now)
    return readings + bench.run(2.2)


def test_a_cable_cut_at_every_byte_gives_no_partial_or_invented_tag() -> None:
    whole = Bench()
    converse(whole)
    length = len(whole.cable.delivered)
    assert length > 400
    for left in range(1, length + 1):
        bench = Bench()
        bench.cable.left = left
        readings = converse(bench)
        assert not bench.cable.plugged, left
        bench.cable.plugged = True
        again = converse(bench)

        assert states(readings) in ([Lost], [Back, Lost]), left
        assert states(again) == [Back], left
        reads = [each for each in (*readings, *again) if isinstance(each, TagRead)]
        assert set(reads) <= {TagRead(EPC, -48, 1, 3), TagRead(OTHER, -55, 1, 1)}, left
        assert not any(isinstance(each, Damage) for each in (*readings, *again)), left
        greeted = [message.kind for message in since_last_opening(bench)][: len(GREETED)]
        assert greeted == GREETED, left


def since_last_opening(bench: Bench) -> list[Message]:
    messages = sent(bench)
    last = max(i for i, each in enumerate(messages) if each.kind == MessageType.DELETE_ROSPEC)
    return messages[last:]


@pytest.mark.parametrize("fault", list(Fault))
def test_a_fault_on_a_real_connection_invents_nothing_and_is_survived(fault: Fault) -> None:
    readings: list[LlrpReading] = []
    imitation = LlrpReaderImitation()
    imitation.act(f"tag {EPC}", 0.0)
    port = TcpPort()
    with Emulator(imitation, port, faults=[fault]) as emulator:
        host, number = emulator.port.address.removeprefix("tcp://").split(":")
        reader = LlrpReader(lambda: TcpWire(host, int(number)))
        deadline = time.monotonic() + PATIENCE_S
        while not over(fault, readings) and time.monotonic() < deadline:
            readings += reader.poll(0.1)
        reader.close()

    assert over(fault, readings), readings
    assert epcs(readings) == (set() if fault in HOPELESS else {EPC})


def over(fault: Fault, readings: list[LlrpReading]) -> bool:
    """Whether the fault has shown what it does: a loss for good, or a read after it."""
    if fault in HOPELESS:
        return Lost in states(readings)
    once = fault in (Fault.UNPLUG_MID_FRAME, Fault.REPLUG)
    first_up = states(readings)[:2] == [Lost, Back] if once else states(readings) == [Back]
    return first_up and bool(readings) and isinstance(readings[-1], TagRead)


def test_a_second_program_is_turned_away_and_says_so() -> None:
    with Emulator(LlrpReaderImitation(), TcpPort()) as emulator:
        host, number = emulator.port.address.removeprefix("tcp://").split(":")
        first = LlrpReader(lambda: TcpWire(host, int(number)))
        while first.poll(0.1) != (Back(),):
            pass
        second = LlrpReader(lambda: TcpWire(host, int(number)))
        readings: list[LlrpReading] = []
        while not readings:
            readings += second.poll(0.1)
        first.close()
        second.close()

    assert states(readings) == [Lost]
    assert "was lost" in reason(readings)


def test_a_reader_that_is_not_there_is_lost_once() -> None:
    now = FakeTime()

    def never() -> TcpWire:
        raise DisconnectedError("The device at 192.0.2.1:5084 does not accept a connection.")

    reader = LlrpReader(never, clock=now, sleep=now.sleep)
    readings = [event for _ in range(50) for event in reader.poll(1.0)]
    assert states(readings) == [Lost]
