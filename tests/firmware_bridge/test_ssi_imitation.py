"""The imitated SSI scanner keeps to the protocol: it waits, sends again, and gives up."""

import pytest

from firmware_bridge.codecs.ssi import HOST, Opcode, Packet, command, nak, packet_decoder
from firmware_bridge.emulators.ssi import ANSWER_S, PART_BYTES, SsiImitation

ACK = command(Opcode.ACK)


def packets(frames: list[bytes]) -> list[Packet]:
    events = packet_decoder().feed(b"".join(frames), 0.0)
    return [event for event in events if isinstance(event, Packet)]


def test_a_code_is_sent_again_with_the_retransmit_bit_and_given_up_after_three() -> None:
    scanner = SsiImitation()
    (first,) = packets(scanner.act("]C0ABC", 0.0))
    early = scanner.tick(ANSWER_S - 0.1)
    (second,) = packets(scanner.tick(ANSWER_S))
    (third,) = packets(scanner.tick(2 * ANSWER_S))

    assert early == []
    assert [first.retransmit, second.retransmit, third.retransmit] == [False, True, True]
    assert first.data == second.data == third.data == b"\x03ABC"
    assert scanner.tick(3 * ANSWER_S) == scanner.tick(9 * ANSWER_S) == []


def test_an_acknowledged_code_is_sent_once_and_the_next_follows() -> None:
    scanner = SsiImitation()
    scanner.act("]C0ABC", 0.0)

    assert scanner.act("]C0DEF", 0.1) == []
    assert [p.data for p in packets(scanner.hear(ACK, 0.2))] == [b"\x03DEF"]
    assert scanner.hear(ACK, 0.3) == scanner.tick(9.0) == []


def test_a_long_code_goes_packet_by_packet_and_is_given_up_as_a_whole() -> None:
    scanner = SsiImitation()
    (first,) = packets(scanner.act("]L0" + "8" * (2 * PART_BYTES), 0.0))
    (second,) = packets(scanner.hear(ACK, 0.0))
    for number in range(1, 3):
        assert len(packets(scanner.tick(number * ANSWER_S))) == 1

    assert (first.more, second.more, second.retransmit) == (True, True, False)
    assert scanner.tick(3 * ANSWER_S) == []


def test_a_refusal_brings_the_packet_again_and_another_reason_drops_it() -> None:
    scanner = SsiImitation()
    scanner.act("]C0ABC", 0.0)

    assert [p.retransmit for p in packets(scanner.hear(nak(1), 0.1))] == [True]
    assert scanner.hear(nak(6), 0.2) == scanner.hear(nak(1), 0.3) == []


def test_a_disabled_scanner_reads_nothing_and_denies_the_trigger() -> None:
    scanner = SsiImitation()
    scanner.hear(command(Opcode.SCAN_DISABLE), 0.0)

    assert scanner.act("]C0ABC", 0.0) == []
    assert packets(scanner.hear(command(Opcode.START_SESSION), 0.0)) == [
        Packet(Opcode.NAK, b"\x06")
    ]


def test_power_up_forgets_everything() -> None:
    scanner = SsiImitation()
    scanner.hear(command(Opcode.SCAN_DISABLE), 0.0)
    scanner.plugged(1.0)

    assert scanner.enabled
    assert scanner.tick(9.0) == []


def test_what_it_does_not_know_or_cannot_read_is_refused() -> None:
    scanner = SsiImitation()

    assert packets(scanner.hear(command(Opcode.IMAGER_MODE), 0.0)) == [Packet(Opcode.NAK, b"\x02")]
    assert packets(scanner.hear(b"\x04\xd0\x04\x00\xff\xff", 0.0)) == [Packet(Opcode.NAK, b"\x01")]
    assert scanner.hear(Packet(Opcode.BEEP, b"\x01").encoded(), 0.0) == []


@pytest.mark.parametrize(
    ("line", "data"),
    [
        ("]C10109520123456788", b"\x0f0109520123456788"),
        ("]E04006381333931", b"\x0b4006381333931"),
        ("]E0036000291452", b"\x03]E0036000291452"),
        ("]E496385074", b"\x0a96385074"),
        ("]d2A<GS>B", b"\x1b]d2A\x1dB"),
        ("]Q1再", b"\x1c]Q1\xe5\x86\x8d"),
        ("plain", b"\x03plain"),
    ],
)
def test_a_code_is_sent_as_its_type(line: str, data: bytes) -> None:
    assert [p.data for p in packets(SsiImitation().act(line, 0.0))] == [data]


def test_a_spoiled_packet_has_a_wrong_checksum() -> None:
    scanner = SsiImitation()
    spoiled = scanner.spoil(Packet(Opcode.ACK, source=HOST).encoded())

    assert packets([spoiled]) == []
