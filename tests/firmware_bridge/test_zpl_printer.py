"""ZPL printers: answers byte for byte, labels printed once, texts that never become commands."""

import os
from collections import deque
from itertools import pairwise
from pathlib import Path

import pytest
from examples import examples
from fuzzing import fuzz
from hypothesis import example, given
from hypothesis import strategies as st
from loopback import Cable, FakeTime, Loopback

from firmware_bridge.clients.zpl import SILENT, InDoubtError, OneWayError, ZplPrinter
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.zpl import (
    LONGEST_ANSWER,
    HostIdentity,
    HostStatus,
    SentCommand,
    SentLabel,
    code128_data,
    field_data,
    host_identity,
    host_status,
    printable,
    qr_data,
    texts,
    tokens,
    zpl_decoder,
    zpl_sent_decoder,
)
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.faults import Fault
from firmware_bridge.emulators.ports import PtyPort, TcpPort
from firmware_bridge.emulators.zpl import ZplImitation
from firmware_bridge.families.zpl_status import decode, decode_sent, identify
from firmware_bridge.readings import Back, Lost, PrinterState
from firmware_bridge.transports.serial_port import SerialPort
from firmware_bridge.transports.tcp import TcpWire
from firmware_bridge.transports.transport import DisconnectedError

READY = host_status(label_length_dots=400)
PAPER_OUT = host_status(paper_out=True, formats_waiting=2, label_length_dots=400)
IDENTITY = host_identity("IMITATED-ZPL", "V1.0.0", 8, "8192KB")
LABEL = b"^XA^CI28^FO10,10^A0N,30" + field_data("R-0001") + b"^XZ"
OTHER = LABEL.replace(b"R-0001", b"R-0002")


def frames(content: bytes) -> list[object]:
    return list(zpl_decoder().feed(content, 0.0))


def test_the_three_strings_of_a_status_are_one_answer() -> None:
    assert READY == (
        b"\x02030,0,0,0400,000,0,0,0,000,0,0,0\x03\r\n"
        b"\x02000,0,0,0,0,2,4,0,00000000,1,000\x03\r\n"
        b"\x021234,0\x03\r\n"
    )
    assert frames(READY) == [
        HostStatus(False, False, False, False, False, 0, 0, 400, READY),
    ]


def test_an_identity_is_read_as_written() -> None:
    assert frames(IDENTITY) == [HostIdentity("IMITATED-ZPL", "V1.0.0", 8, "8192KB", IDENTITY)]


@given(
    flags=st.tuples(*[st.booleans()] * 5),
    formats=st.integers(0, 999),
    labels=st.integers(0, 99_999_999),
    dots=st.integers(0, 9999),
    cuts=st.lists(st.integers(0, 250), max_size=6),
)
def test_any_status_in_any_chunks_is_read_as_written(
    flags: tuple[bool, ...], formats: int, labels: int, dots: int, cuts: list[int]
) -> None:
    paper_out, paused, head_open, ribbon_out, buffer_full = flags
    raw = host_status(
        paper_out=paper_out,
        paused=paused,
        head_open=head_open,
        ribbon_out=ribbon_out,
        buffer_full=buffer_full,
        formats_waiting=formats,
        labels_remaining=labels,
        label_length_dots=dots,
    )
    stream = raw + IDENTITY + raw
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    decoder = zpl_decoder()
    found = [e for start, stop in pairwise(places) for e in decoder.feed(stream[start:stop], 0.0)]

    status = HostStatus(*flags, formats, labels, dots, raw)
    assert found[0] == found[2] == status
    assert isinstance(found[1], HostIdentity)
    assert status.state.waiting == formats + labels


@pytest.mark.parametrize(
    ("flags", "trouble"),
    [
        ({"head_open": True, "paper_out": True, "paused": True}, "head-open"),
        ({"paper_out": True, "paused": True}, "paper-out"),
        ({"ribbon_out": True, "paused": True}, "ribbon-out"),
        ({"paused": True, "buffer_full": True}, "paused"),
        ({"buffer_full": True}, "buffer-full"),
        ({}, None),
    ],
)
def test_the_first_thing_to_see_to_is_named(flags: dict[str, bool], trouble: str | None) -> None:
    (status,) = frames(host_status(**flags))

    assert isinstance(status, HostStatus)
    assert (status.state.trouble, status.state.waiting) == (trouble, 0)


@pytest.mark.parametrize(
    "content",
    [
        READY.replace(b"030,0", b"030,2"),
        READY.replace(b"\x03\r\n\x021234", b"\x03\n\x021234"),
        READY[: READY.index(b"\x021234")] + READY,
        b"\x02no status\x03\r\n",
    ],
)
def test_a_damaged_answer_is_none(content: bytes) -> None:
    events = frames(content)

    assert isinstance(events[0], Damage)
    assert [event for event in events if not isinstance(event, Damage)] in (
        [],
        frames(READY),
    )


def test_the_example_bytes_mean_what_the_document_says() -> None:
    rows = examples("zpl.md", "Answers")

    assert len(rows) == 10
    for raw, who, said in rows:
        (meaning,) = decode(raw) if who == "device" else decode_sent(raw)
        assert spoken(dict(meaning)) == said
        assert meaning["raw"] == raw.hex().upper()


def spoken(meaning: dict[str, object]) -> str:
    match meaning["name"]:
        case "damage":
            return f"damage `{meaning['reason']}`"
        case "command":
            return f"command {meaning['command']}"
        case "label":
            (text,) = meaning["texts"] if isinstance(meaning["texts"], list) else ()
            return f"label `{text}`"
        case "host-identity":
            return f"{meaning['model']} {meaning['firmware']}, {meaning['dots_per_mm']} dots/mm"
    return f"{meaning['trouble'] or 'ready'}, {meaning['formats_waiting']} waiting"


HOSTILE = [
    "^XZ^XA^FDowned^FS",
    "~JA~HS^FX",
    "_5E_7E__",
    "{item} %s %n {0} ${jndi}",
    "a\x00b\x1b\r\n\x7f",
    "\u202eevil\u202c شلوم אבג",
    "'; DROP TABLE labels; --",
    "=cmd|'/c calc'!A1",
    "^CC/ /XZ ~CT! \\& \\^",
    "再售 返修 报废",
]


@given(text=st.text(max_size=200))
@example("".join(HOSTILE))
def test_no_text_becomes_a_command_and_every_text_is_printed(text: str) -> None:
    label = b"^XA^CI28^FO1,1^A0N,30" + field_data(text) + b"^XZ"
    found = tokens(label)

    commands = ["^XA", "^CI", "^FO", "^A", "^FH", "^FD", "^FS", "^XZ"]
    assert [token.command for token in found] == commands
    assert texts(found) == [text.encode("utf-8", "replace").decode("utf-8")]


@given(text=st.text(max_size=100))
def test_what_steers_a_screen_is_taken_out(text: str) -> None:
    kept = printable(text)

    assert kept.isprintable() or any(c.isspace() for c in kept)
    assert not set("\u202e\u2066\u200f\x1b\x00\n") & set(kept)


@given(text=st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=60))
def test_code_128_data_escapes_what_switches_code_sets(text: str) -> None:
    (said,) = texts(tokens(code128_data(text)))

    assert said.startswith(">:")
    assert said[2:].replace(">0", ">") == text or ">0" in text
    assert ">" not in said[2:].replace(">0", "")


@pytest.mark.parametrize("text", ["", "é", "a\tb", "再"])
def test_code_128_refuses_what_it_cannot_hold(text: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        code128_data(text)


def test_a_qr_field_names_its_error_correction_before_the_data() -> None:
    assert qr_data("https://id.gs1.org/01/09520123456788") == (
        b"^FH_^FDMA,https://id.gs1.org/01/09520123456788^FS"
    )


def test_sent_traffic_is_cut_into_labels_and_commands() -> None:
    stream = b"~JX~HI" + LABEL + b"~HS\r\n" + OTHER

    assert list(zpl_sent_decoder().feed(stream, 0.0)) == [
        SentCommand("JX", b"~JX"),
        SentCommand("HI", b"~HI"),
        SentLabel(LABEL),
        SentCommand("HS", b"~HS\r\n"),
        SentLabel(OTHER),
    ]


def printer_on(imitation: ZplImitation) -> tuple[ZplPrinter, FakeTime, Cable]:
    now, cable = FakeTime(), Cable()
    client = ZplPrinter(lambda: Loopback(imitation, now, cable), clock=now, sleep=now.sleep)
    return client, now, cable


def until(client: ZplPrinter, kind: type, polls: int = 60) -> list[object]:
    seen: list[object] = []
    for _ in range(polls):
        seen += client.poll(0.2)
        if any(isinstance(event, kind) for event in seen):
            return seen
    raise AssertionError(f"no {kind.__name__} in {seen}")


def test_a_label_comes_out_once() -> None:
    imitation = ZplImitation()
    client, _, _ = printer_on(imitation)
    until(client, PrinterState)

    client.print_label(LABEL)
    for _ in range(20):
        client.poll(0.2)

    assert imitation.printed == [LABEL]
    assert client.identity == frames(IDENTITY)[0]


def test_without_paper_a_label_waits_in_the_printer_and_comes_out_afterwards() -> None:
    imitation = ZplImitation(["paper-out"])
    client, now, _ = printer_on(imitation)
    assert until(client, PrinterState) == [Back(), PrinterState("paper-out", 0)]

    client.print_label(LABEL)
    assert imitation.printed == []
    assert until(client, PrinterState) == [PrinterState("paper-out", 1)]
    imitation.act("paper-in", now.now)
    assert until(client, PrinterState) == [PrinterState(None, 0)]
    assert imitation.printed == [LABEL]


@pytest.mark.parametrize(
    ("stop", "go", "trouble"),
    [
        ("pause", "resume", "paused"),
        ("head-open", "head-closed", "head-open"),
        ("ribbon-out", "ribbon-in", "ribbon-out"),
    ],
)
def test_what_stops_the_printer_is_told_and_so_is_its_end(stop: str, go: str, trouble: str) -> None:
    imitation = ZplImitation()
    client, now, _ = printer_on(imitation)
    until(client, PrinterState)

    imitation.act(stop, now.now)
    (state,) = until(client, PrinterState)
    assert isinstance(state, PrinterState)
    assert state.trouble == trouble
    imitation.act(go, now.now)
    assert until(client, PrinterState) == [PrinterState(None, 0)]


def test_a_printer_that_falls_silent_without_paper_says_where_to_look() -> None:
    imitation = ZplImitation(["mute-when-stopped"])
    client, now, _ = printer_on(imitation)
    until(client, PrinterState)

    imitation.act("paper-out", now.now)
    assert until(client, Lost) == [Lost(SILENT)]
    imitation.act("paper-in", now.now)
    assert until(client, Back)[0] == Back()


def test_a_label_for_an_absent_printer_is_not_sent_later() -> None:
    imitation = ZplImitation()
    client, _, cable = printer_on(imitation)
    until(client, PrinterState)
    cable.plugged = False
    until(client, Lost)

    with pytest.raises(DisconnectedError) as caught:
        client.print_label(LABEL)
    assert not isinstance(caught.value, InDoubtError)
    cable.plugged = True
    until(client, Back)
    assert imitation.printed == []


def test_a_label_in_doubt_is_told_and_never_sent_again() -> None:
    imitation = ZplImitation()
    client, _, cable = printer_on(imitation)
    until(client, PrinterState)
    cable.left = 1

    with pytest.raises(InDoubtError, match="look whether the label came out"):
        client.print_label(LABEL)
    cable.plugged = True
    until(client, Back)
    assert imitation.printed == [LABEL]


def test_half_a_label_never_joins_the_next_one() -> None:
    imitation = ZplImitation()
    imitation.hear(LABEL[:30], 0.0)
    client, _, _ = printer_on(imitation)
    until(client, PrinterState)

    client.print_label(OTHER)

    assert imitation.printed == [OTHER]


@pytest.mark.parametrize("zpl", [b"", LABEL + OTHER, LABEL[:-3], b"~JA", b"x" + LABEL])
def test_only_exactly_one_label_is_taken(zpl: bytes) -> None:
    client, _, cable = printer_on(ZplImitation())
    until(client, PrinterState)
    sent = len(cable.sent)

    with pytest.raises(ValueError, match="exactly one label"):
        client.print_label(zpl)
    assert len(cable.sent) == sent


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


def test_the_printer_is_identified_and_prints_nothing() -> None:
    imitation = ZplImitation()
    port = TcpPort()
    with Emulator(imitation, port):
        host, number = port.address.removeprefix("tcp://").split(":")
        wire = TcpWire(host, int(number))
        try:
            said = identify(wire)
        finally:
            wire.close()

    assert said == "A ZPL printer answers: IMITATED-ZPL, firmware V1.0.0, 8 dots/mm."
    assert imitation.printed == imitation.waiting == []


def test_what_a_printer_can_do_is_named() -> None:
    with pytest.raises(ValueError, match="paper-out"):
        ZplImitation().act("dance", 0.0)


CORPUS = [READY, PAPER_OUT, host_status(paused=True), host_status(head_open=True), IDENTITY]
SENT = [LABEL, OTHER, b"~HS", b"~HI", b"~JX"]


def trial(count: int) -> None:
    answers = fuzz(zpl_decoder, CORPUS, count=count, seed=21, limit=LONGEST_ANSWER)
    assert answers.accepted > count / 4
    # Without a checksum a changed digit is another status; the next one, a second later, is right.
    assert len(answers.invented) < count / 8
    sent = fuzz(zpl_sent_decoder, SENT, count=count, seed=22, limit=65_536)
    assert sent.accepted > count / 4


def test_damaged_answers_stay_within_the_stated_bound() -> None:
    trial(10_000)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_million_damaged_answers_stay_within_the_stated_bound() -> None:
    trial(1_000_000)
