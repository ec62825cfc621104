"""MT-SICS scales: replies byte for byte, settled weights, and wires that come and go."""

from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from examples import examples
from fuzzing import fuzz
from hypothesis import given
from hypothesis import strategies as st
from loopback import Cable, FakeTime, Loopback
from scale_trials import SettledFrames, cut_at_every_byte, meet_fault

from firmware_bridge.clients.settling import ScaleState, Settling
from firmware_bridge.clients.sics import SicsScale
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.mass import GRAMS, ScaleReading, to_grams
from firmware_bridge.codecs.sics import (
    LONGEST_LINE,
    SicsRefusal,
    SicsReply,
    command,
    sics_command_decoder,
    sics_decoder,
    status_reply,
    text_reply,
    weight_reply,
)
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.faults import Fault
from firmware_bridge.emulators.ports import PtyPort
from firmware_bridge.emulators.sics import SicsImitation
from firmware_bridge.families.sics import FAMILY, decode, decode_sent, identify
from firmware_bridge.link import RefusedError
from firmware_bridge.readings import Back, Lost, Weight
from firmware_bridge.transports.serial_port import SerialPort

WEIGHTS = [
    (b"S S     100.00 g\r\n", "S", "S", "100.00"),
    (b"S D     129.07 g\r\n", "S", "D", "129.07"),
    (b"T S      50.00 g\r\n", "T", "S", "50.00"),
    (b"TA A      50.00 g\r\n", "TA", "A", "50.00"),
    (b"S S      -0.02 g\r\n", "S", "S", "-0.02"),
]
STATUSES = ["S I", "S +", "S -", "Z A", "Z I", "Z +", "Z -", "ZI S", "ZI D", "TAC A", "D A"]


def frames(content: bytes) -> list[object]:
    return list(sics_decoder().feed(content, 0.0))


@pytest.mark.parametrize(("raw", "name", "status", "value"), WEIGHTS)
def test_a_weight_is_read_and_written_byte_for_byte(
    raw: bytes, name: str, status: str, value: str
) -> None:
    assert frames(raw) == [SicsReply(name, status, raw, Decimal(value), "g")]
    assert weight_reply(name, status, Decimal(value), "g") == raw


@pytest.mark.parametrize("line", STATUSES)
def test_a_status_is_read_and_written_byte_for_byte(line: str) -> None:
    raw = line.encode() + b"\r\n"
    name, status = line.split(" ")

    assert frames(raw) == [SicsReply(name, status, raw)]
    assert status_reply(name, status) == raw


@pytest.mark.parametrize("code", ["ES", "ET", "EL"])
def test_an_error_is_a_refusal_and_no_weight(code: str) -> None:
    raw = code.encode() + b"\r\n"

    assert frames(raw) == [SicsRefusal(code, raw)]


def test_an_identity_keeps_its_quoted_text() -> None:
    raw = b'I4 A "B021002593"\r\n'

    assert frames(raw) == [SicsReply("I4", "A", raw, text='"B021002593"')]
    assert text_reply("I4", "B021002593") == raw


@pytest.mark.parametrize(
    "line",
    [
        b"S S    100.00 g\r\n",
        b"S S      100.00 g\r\n",
        b"S S     100.00g\r\n",
        b"S S     1 0.00 g\r\n",
        b"S S    - 10.00 g\r\n",
        b"S S     10,.00 g\r\n",
        b"S X     100.00 g\r\n",
        b" S     100.00 g\r\n",
        b"S     100.00 g\r\n",
        b"100.00 g\r\n",
        b"S S            g\r\n",
    ],
)
def test_a_line_of_another_shape_is_damage(line: bytes) -> None:
    assert frames(line) == [Damage("content", line)]


def test_no_tail_of_a_reply_is_a_reply() -> None:
    whole = [raw for raw, *_ in WEIGHTS] + [f"{line}\r\n".encode() for line in STATUSES]
    for raw in (*whole, b'I4 A "B021002593"\r\n', b"ES\r\n"):
        for start in range(1, len(raw)):
            assert all(isinstance(event, Damage) for event in frames(raw[start:])), raw[start:]


@pytest.mark.parametrize(
    ("value", "unit", "grams"),
    [
        ("1.5", "kg", "1500"),
        ("250", "mg", "0.25"),
        ("1", "lb", "453.59237"),
        ("0.1", "oz", "2.8349523125"),
        ("123.45", "g", "123.45"),
    ],
)
def test_units_are_converted_exactly(value: str, unit: str, grams: str) -> None:
    assert to_grams(Decimal(value), unit) == Decimal(grams)


def test_pieces_and_percent_are_no_weight() -> None:
    (reply,) = frames(b"S S         12 PCS\r\n")

    assert isinstance(reply, SicsReply)
    assert reply.reading is None


@given(
    value=st.decimals(Decimal(-99999), Decimal(999999), places=2),
    unit=st.sampled_from(sorted(GRAMS)),
    status=st.sampled_from("SD"),
    cuts=st.lists(st.integers(0, 60), max_size=6),
)
def test_any_chunking_gives_the_same_replies(
    value: Decimal, unit: str, status: str, cuts: list[int]
) -> None:
    raw = weight_reply("S", status, value, unit)
    stream = raw + b"Z A\r\n" + raw
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    decoder = sics_decoder()
    found = [
        event for start, stop in pairwise(places) for event in decoder.feed(stream[start:stop], 0.0)
    ]

    assert found == frames(stream)
    assert found == [
        SicsReply("S", status, raw, value, unit),
        SicsReply("Z", "A", b"Z A\r\n"),
        SicsReply("S", status, raw, value, unit),
    ]


def test_the_example_bytes_mean_what_the_document_says() -> None:
    rows = examples("scales.md", "MT-SICS (`sics`)")

    assert len(rows) == 18
    for raw, who, said in rows:
        (meaning,) = decode(raw) if who == "device" else decode_sent(raw)
        assert spoken(dict(meaning)) == said
        assert meaning["raw"] == raw.hex().upper()


def spoken(meaning: dict[str, object]) -> str:
    if meaning["damaged"]:
        return f"damage `{meaning['reason']}`"
    if meaning["name"] == "error":
        return f"error {meaning['error']}: {meaning['meaning']}"
    if meaning["name"] == "command":
        return f"command {meaning['command']}"
    weight = f", {meaning['grams']} g" if "grams" in meaning else ""
    text = f", {meaning['text']}" if "text" in meaning else ""
    return f"{meaning['command']} {meaning['meaning']}{weight}{text}"


def test_a_weight_counts_from_the_second_equal_reading_on_and_is_told_once() -> None:
    settling = Settling(2)
    stable = ScaleReading("stable", Decimal("10.0"))
    moved = ScaleReading("unstable", Decimal("10.0"))

    assert settling.take(stable) == ()
    assert settling.take(stable) == (Weight(Decimal("10.0")),)
    assert settling.take(stable) == ()
    assert settling.take(moved) == (ScaleState("unstable"),)
    assert settling.take(stable) == ()
    assert settling.take(stable) == (Weight(Decimal("10.0")),)


def test_one_damaged_digit_is_never_a_weight() -> None:
    settling = Settling(2)
    told = [
        news
        for grams in ("10.0", "90.0", "10.0", "10.0")
        for news in settling.take(ScaleReading("stable", Decimal(grams)))
    ]

    assert told == [Weight(Decimal("10.0"))]


def scale_on(
    imitation: SicsImitation, serial: str | None = None
) -> tuple[SicsScale, FakeTime, Cable]:
    now, cable = FakeTime(), Cable()
    client = SicsScale(
        lambda: Loopback(imitation, now, cable), serial=serial, clock=now, sleep=now.sleep
    )
    return client, now, cable


def until(client: SicsScale, kind: type, polls: int = 100) -> list[object]:
    seen: list[object] = []
    for _ in range(polls):
        seen += client.poll(0.1)
        if any(isinstance(event, kind) for event in seen):
            return seen
    raise AssertionError(f"no {kind.__name__} in {seen}")


def test_states_are_told_and_are_no_weights() -> None:
    imitation = SicsImitation(["overload"])
    client, now, _ = scale_on(imitation)

    assert until(client, ScaleState) == [Back(), ScaleState("overload")]
    imitation.act("underload", now.now)
    assert until(client, ScaleState) == [ScaleState("underload")]
    imitation.act("unstable", now.now)
    assert until(client, ScaleState) == [ScaleState("unstable")]
    imitation.act("weight 12.30 g", now.now)
    assert until(client, Weight) == [Weight(Decimal("12.30"))]


def test_zero_and_tare_change_what_the_scale_shows() -> None:
    imitation = SicsImitation(["weight 20 g"])
    client, now, _ = scale_on(imitation)
    until(client, Weight)

    client.tare()
    assert until(client, Weight) == [Weight(Decimal("0.00"))]
    imitation.act("weight 25.5 g", now.now)
    assert until(client, Weight)[-1] == Weight(Decimal("5.50"))
    client.zero()
    assert until(client, Weight)[-1] == Weight(Decimal("0.00"))


def test_a_moving_pan_is_not_zeroed_and_the_person_is_told_what_to_do() -> None:
    imitation = SicsImitation(["unstable"])
    client, _, cable = scale_on(imitation)
    until(client, ScaleState)

    with pytest.raises(RefusedError, match="wait until it is still"):
        client.zero()
    assert b"Z" not in cable.sent


def test_a_scale_that_refuses_says_so_and_stays_connected() -> None:
    imitation = SicsImitation(["weight 20 g"])
    client, now, _ = scale_on(imitation)
    until(client, Weight)
    imitation.act("refuse", now.now)

    with pytest.raises(RefusedError):
        client.tare()
    assert client.poll(0.5) == ()
    assert all(not isinstance(event, Lost) for _ in range(10) for event in client.poll(0.1))


def test_another_scale_than_the_one_set_up_is_refused() -> None:
    client, _, _ = scale_on(SicsImitation(serial="OTHER"), serial="B021002593")

    (lost,) = until(client, Lost)
    assert isinstance(lost, Lost)
    assert "OTHER is not the one set up (B021002593)" in lost.reason


def test_a_cut_at_every_byte_gives_no_partial_weight_and_is_said_once() -> None:
    assert cut_at_every_byte(SicsScale, SicsImitation) > 150


@pytest.mark.parametrize("fault", list(Fault))
def test_no_fault_of_the_wire_invents_a_weight(fault: Fault, tmp_path: Path) -> None:
    events = meet_fault(SicsScale, SicsImitation, fault, tmp_path / "scale")

    weights = [event.grams for event in events if isinstance(event, Weight)]
    assert set(weights) <= {Decimal("123.45")}
    losses = [event for event in events if isinstance(event, Lost)]
    if fault in (Fault.SILENCE, Fault.NOISE, Fault.FLOOD, Fault.UNPLUG):
        assert losses
    else:
        assert weights
        assert isinstance(events[-1], Weight)
    if fault in (Fault.UNPLUG_MID_FRAME, Fault.REPLUG):
        assert len(losses) == 1


def test_the_scale_is_identified_without_changing_anything(tmp_path: Path) -> None:
    link = tmp_path / "scale"
    with Emulator(SicsImitation(["weight 5 g"]), PtyPort(link)):
        wire = SerialPort(str(link))
        try:
            assert identify(wire) == "An MT-SICS scale answers, serial number B021002593."
        finally:
            wire.close()


def test_the_family_decodes_both_directions() -> None:
    assert FAMILY.decode(b"")[0]["reason"] == "empty"
    assert FAMILY.decode(b"S S     1")[0]["reason"] == "unfinished"
    assert decode_sent(command("SI"))[0]["command"] == "SI"
    assert sics_command_decoder().feed(b"si\r\n", 0.0) == (Damage("content", b"si\r\n"),)


CORPUS = [
    raw * 2
    for raw in (
        b"S S     100.00 g\r\n",
        b"S S      12.34 g\r\n",
        b"S D     129.07 g\r\n",
        b"S S    1500.00 g\r\n",
        b"S +\r\n",
        b'I4 A "B021002593"\r\n',
    )
]


def trial(count: int) -> None:
    lines = fuzz(sics_decoder, CORPUS, count=count, seed=11, limit=LONGEST_LINE)
    assert lines.accepted > count / 4
    # Without a checksum a changed digit is another weight; only the shape of the line protects.
    assert len(lines.invented) < count / 20
    settled = fuzz(
        lambda: SettledFrames(sics_decoder(), Settling(2)),
        CORPUS,
        count=count,
        seed=12,
        limit=LONGEST_LINE,
    )
    assert settled.accepted > count / 20
    assert len(settled.invented) <= count / 5000


def test_damaged_traffic_settles_on_no_other_weight() -> None:
    trial(10_000)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_million_pieces_of_damaged_traffic_settle_on_no_other_weight() -> None:
    trial(1_000_000)
