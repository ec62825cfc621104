"""Honeywell scanners: codes as from a plain one, replies only where one was asked for."""

from itertools import pairwise
from pathlib import Path

import pytest
from fuzzing import fuzz
from hypothesis import given
from hypothesis import strategies as st
from loopback import Cable, FakeTime, Loopback
from protocol_document import examples

from firmware_bridge.clients.honeywell import HoneywellScanner
from firmware_bridge.clients.scanning import ScannerEvent
from firmware_bridge.codecs.code import Code
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.honeywell import (
    LONGEST_COMMAND,
    TRIGGER,
    UNTRIGGER,
    Deed,
    HoneywellDecoder,
    MenuReply,
    deed_decoder,
    menu,
)
from firmware_bridge.codecs.plain import PlainDecoder
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.faults import Fault
from firmware_bridge.emulators.honeywell import HoneywellImitation
from firmware_bridge.emulators.ports import PtyPort
from firmware_bridge.families.honeywell import FAMILY, decode, decode_sent, identify
from firmware_bridge.link import RefusedError
from firmware_bridge.readings import Back, Lost
from firmware_bridge.transports.serial_port import SerialPort
from firmware_bridge.transports.transport import DisconnectedError

VECTORS = {
    "16 54 0D": Deed("trigger"),
    "16 55 0D": Deed("untrigger"),
    "16 4D 0D 43 42 52 45 4E 41 3F 21": Deed("menu", "CBRENA?"),
    "16 4D 0D 43 42 52 45 4E 41 31 2E": Deed("menu", "CBRENA1", lasting=True),
}
SCANS = ("]C10109520123456788", "]E04006381333931", "]d2A<GS>B")
READ = ["0109520123456788", "4006381333931", "A\x1dB"]


@pytest.mark.parametrize(("content", "deed"), VECTORS.items())
def test_the_vectors_pass_both_ways(content: str, deed: Deed) -> None:
    raw = bytes.fromhex(content)
    made = {"trigger": TRIGGER, "untrigger": UNTRIGGER}

    assert deed_decoder().feed(raw, 0.0) == (deed,)
    assert made.get(deed.name) or menu(deed.text, lasting=deed.lasting) == raw
    assert made.get(deed.name, raw) == raw


@pytest.mark.parametrize("text", ["", "CBREN", "CBRENA1!", "CBRENA1;", "CBRENA\r", "再再再再再再"])
def test_text_that_is_no_menu_command_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no menu command"):
        menu(text)


def expecting(command: str = "CBRENA?") -> HoneywellDecoder:
    decoder = HoneywellDecoder()
    decoder.expect(command)
    return decoder


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        (b"CBRENA1\x06!", MenuReply("CBRENA1", "done", b"CBRENA1\x06!")),
        (b"cbrena1\x06.", MenuReply("cbrena1", "done", b"cbrena1\x06.")),
        (b"CBRENA\x05!", MenuReply("CBRENA", "unknown", b"CBRENA\x05!")),
        (b"CBRENA9\x15!", MenuReply("CBRENA9", "bad value", b"CBRENA9\x15!")),
        (
            b"CBRENA1\x06,SSX0\x15,CK20\x06!",
            MenuReply("CBRENA1 SSX0 CK20", "bad value", b"CBRENA1\x06,SSX0\x15,CK20\x06!"),
        ),
    ],
)
def test_an_expected_reply_is_read(line: bytes, reply: MenuReply) -> None:
    assert expecting().feed(line, 0.0) == (reply,)


def test_a_reply_without_mark_ends_with_the_silence_or_the_next_code() -> None:
    decoder = expecting()
    silent = (*decoder.feed(b"CBRENA1\x06", 0.0), *decoder.flush(1.0))
    followed = expecting().feed(b"CBRENA1\x06]E04006\r", 0.0)

    assert silent == (MenuReply("CBRENA1", "done", b"CBRENA1\x06"),)
    assert [type(event) for event in followed] == [MenuReply, Code]


def test_an_echo_of_the_question_is_no_part_of_the_answer() -> None:
    events = expecting().feed(menu("CBRENA?") + b"CBRENA1\x06!", 0.0)

    assert events[-1] == MenuReply("CBRENA1", "done", b"CBRENA1\x06!")


def test_codes_around_a_reply_stay_codes() -> None:
    events = expecting().feed(b"before\r\nCBRENA1\x06!after\r", 0.0)

    assert [type(event) for event in events] == [Code, MenuReply, Code]


def test_a_code_that_looks_like_a_reply_is_damage_where_none_is_expected() -> None:
    decoder = HoneywellDecoder()

    assert decoder.feed(b"CBRENA1\x06!inner\r", 0.0) == (Damage("control", b"CBRENA1\x06!inner"),)


def test_a_code_that_looks_like_another_reply_is_damage_while_one_is_expected() -> None:
    assert expecting().feed(b"BEPLVL1\x06!inner\r", 0.0) == (
        Damage("control", b"BEPLVL1\x06!inner"),
    )


def test_after_the_reply_none_is_expected() -> None:
    decoder = expecting()
    events = decoder.feed(b"CBRENA1\x06!CBRENA1\x06!inner\r", 0.0)

    assert [type(event) for event in events] == [MenuReply, Damage]


def test_a_code_that_begins_like_the_reply_is_a_code() -> None:
    assert expecting().feed(b"CBRENA1\r", 0.0) == (Code("CBRENA1", None, b"CBRENA1"),)


def test_silence_inside_a_code_is_damage_while_a_reply_is_expected_too() -> None:
    decoder = expecting()
    events = (*decoder.feed(b"01", 0.0), *decoder.feed(b"23\r", 1.0))

    assert [event.reason for event in events if isinstance(event, Damage)] == ["unfinished"] * 2


@given(
    line=st.lists(
        st.sampled_from([b"AB\r", b"CBRENA1\x06!", b"\x06", b"CBREN", b"\n", b"x" * 200, b"\xff"])
    ).map(b"".join),
    cuts=st.lists(st.integers(0)),
    expected=st.booleans(),
)
def test_any_chunking_gives_the_same_events(line: bytes, cuts: list[int], expected: bool) -> None:
    edges = sorted({0, len(line), *(cut % (len(line) + 1) for cut in cuts)})
    whole, pieces = HoneywellDecoder(), HoneywellDecoder()
    if expected:
        whole.expect("CBRENA?")
        pieces.expect("CBRENA?")
    told = [*whole.feed(line, 0.0), *whole.flush(1.0)]
    again = [event for a, b in pairwise(edges) for event in pieces.feed(line[a:b], 0.0)]

    assert [*again, *pieces.flush(1.0)] == told


@given(st.binary(max_size=200), st.lists(st.integers(0)))
def test_without_a_question_the_line_is_a_plain_scanners(line: bytes, cuts: list[int]) -> None:
    edges = sorted({0, len(line), *(cut % (len(line) + 1) for cut in cuts)})
    one, other = HoneywellDecoder(), PlainDecoder()
    for start, end in pairwise(edges):
        assert one.feed(line[start:end], 0.0) == other.feed(line[start:end], 0.0)


SENT = (*(bytes.fromhex(content) for content in VECTORS), menu("BEPLVL3"))


def test_damaged_commands_never_raise_and_stay_bounded() -> None:
    limit = LONGEST_COMMAND + 4

    assert fuzz(deed_decoder, SENT, count=10_000, seed=1, limit=limit).accepted > 1_000


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_million_damaged_commands_never_raise_and_stay_bounded() -> None:
    limit = LONGEST_COMMAND + 4

    assert fuzz(deed_decoder, SENT, count=1_000_000, seed=2, limit=limit).accepted > 100_000


def test_damaged_lines_never_raise_and_are_no_codes_with_control_characters() -> None:
    fuzz_lines(10_000, 1)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_million_damaged_lines_are_no_codes_with_control_characters() -> None:
    fuzz_lines(1_000_000, 2)


def fuzz_lines(count: int, seed: int) -> None:
    """There is no checksum: every printable change is another code, but never anything else."""

    def expecting_any() -> HoneywellDecoder:
        decoder = HoneywellDecoder()
        decoder.expect_any()
        return decoder

    corpus = (b"]C10109520123456788\r", b"CBRENA1\x06!", b"4006381333931\r")
    for event in fuzz(expecting_any, corpus, count=count, seed=seed, limit=0).invented:
        text = event.text if isinstance(event, Code) else ""
        assert not any(ord(sign) < 0x20 and sign != "\x1d" for sign in text)


class Bench:
    """Client and imitation in one thread, under a clock that moves only when one waits."""

    def __init__(self, *settings: str, needs_trigger: bool = False) -> None:
        self.time = FakeTime()
        self.cable = Cable()
        self.device = HoneywellImitation(needs_trigger=needs_trigger)
        self.wires: list[Loopback] = []
        self.scanner = HoneywellScanner(
            self._open, settings=settings, clock=self.time, sleep=self.time.sleep
        )

    def _open(self) -> Loopback:
        self.wires.append(Loopback(self.device, self.time, self.cable))
        return self.wires[-1]

    def polled(
        self, seconds: float, events: list[ScannerEvent] | None = None
    ) -> list[ScannerEvent]:
        heard = [] if events is None else events
        end = self.time.now + seconds
        while self.time.now < end:
            heard += self.scanner.poll(0.1)
        return heard


def texts(events: list[ScannerEvent]) -> list[str]:
    return [event.text for event in events if isinstance(event, Code)]


def test_codes_arrive_and_the_trigger_is_pulled_from_here() -> None:
    bench = Bench(needs_trigger=True)
    events = bench.polled(1.0)
    bench.wires[-1].act("]C1unread")
    bench.polled(1.0, events)
    bench.scanner.trigger()
    held = bench.device.triggered
    bench.wires[-1].act(SCANS[0])
    bench.polled(1.0, events)
    bench.scanner.trigger()
    bench.scanner.untrigger()
    bench.scanner.untrigger()

    assert texts(events) == READ[:1]
    assert (held, bench.device.triggered) == (True, False)


def test_settings_are_sent_again_after_a_replug() -> None:
    bench = Bench("CBRENA0", "BEPLVL3")
    events = bench.polled(1.0)
    first = (bench.device.setting("CBRENA"), bench.device.setting("BEPLVL"))
    bench.cable.plugged = False
    bench.polled(2.0, events)
    bench.device.plugged(bench.time.now)
    bench.cable.plugged = True
    bench.polled(3.0, events)

    assert first == (bench.device.setting("CBRENA"), bench.device.setting("BEPLVL")) == (0, 3)
    assert [type(event) for event in events] == [Back, Lost, Back]


def test_a_setting_that_the_scanner_refuses_is_named() -> None:
    events = Bench("BEPLVL9").polled(5.0)

    assert events == [Lost("The scanner refuses the setting BEPLVL9 (bad value): correct it.")]


def test_a_setting_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="is no menu command"):
        Bench("beep!")


def test_a_query_is_answered_or_refused_in_words() -> None:
    bench = Bench()
    bench.polled(1.0)

    assert bench.scanner.ask("BEPLVL?") == "BEPLVL1"
    with pytest.raises(RefusedError, match=r"refuses ABCDEF\? \(unknown\)"):
        bench.scanner.ask("ABCDEF?")


def test_the_trigger_of_a_scanner_that_is_away_is_disconnected() -> None:
    with pytest.raises(DisconnectedError):
        Bench().scanner.trigger()


def test_a_lasting_setting_survives_the_power() -> None:
    scanner = HoneywellImitation()
    scanner.hear(menu("BEPLVL2", lasting=True), 0.0)
    scanner.hear(menu("CBRENA0"), 0.0)
    scanner.plugged(1.0)

    assert (scanner.setting("BEPLVL"), scanner.setting("CBRENA")) == (2, 1)


def test_a_pull_at_every_byte_of_a_conversation_invents_nothing() -> None:
    whole = conversation(Bench("BEPLVL3"))
    for at in range(len(whole.cable.delivered)):
        bench = Bench("BEPLVL3")
        bench.cable.left = at + 1
        events = conversation(bench).events
        before = texts(events)
        bench.cable.plugged, plugged_at = True, bench.time.now
        while [event for event in events if isinstance(event, Lost | Back)][-1] != Back():
            events += bench.scanner.poll(0.1)
        back_after = bench.time.now - plugged_at
        bench.wires[-1].act("]C0after")
        bench.polled(1.0, events)

        ways = [type(event) for event in events if isinstance(event, Lost | Back)]
        assert before == READ[: len(before)], at
        assert texts(events) == [*before, "after"], at
        assert ways in ([Back, Lost, Back], [Lost, Back]), at
        assert bench.device.setting("BEPLVL") == 3, at
        assert back_after <= 3.0, at


class Conversation:
    def __init__(self, bench: Bench) -> None:
        self.cable = bench.cable
        self.events = bench.polled(0.5)


def conversation(bench: Bench) -> Conversation:
    """Scan everything, as far as the cable lasts."""
    held = Conversation(bench)
    for scan in SCANS:
        if bench.cable.plugged and bench.wires:
            bench.wires[-1].act(scan)
        bench.polled(0.3, held.events)
    return held


@pytest.mark.parametrize("fault", sorted(Fault))
def test_no_fault_of_the_wire_invents_a_code(fault: Fault, tmp_path: Path) -> None:
    sent = [f"{number:04}" for number in range(400)]
    events: list[ScannerEvent] = []
    link = tmp_path / "scanner"
    scanner = HoneywellScanner(lambda: SerialPort(str(link)), require_identifier=True)
    with Emulator(HoneywellImitation(), PtyPort(link), faults=[fault]) as emulator:
        for text in sent:
            events += scanner.poll(0.05)
            if Back() in events:
                emulator.act(f"]C1{text}")
            if settled(events, fault):
                break
        scanner.close()

    assert set(texts(events)) <= set(sent)
    assert settled(events, fault)
    kinds = [type(event) for event in events if isinstance(event, Lost | Back)]
    assert all(one is not other for one, other in pairwise(kinds))


def settled(events: list[ScannerEvent], fault: Fault) -> bool:
    """Whether all that a fault lets happen has happened."""
    match fault:
        case Fault.UNPLUG:
            return Back() in events and isinstance(events[-1], Lost)
        case Fault.UNPLUG_MID_FRAME | Fault.REPLUG:
            lost = [index for index, event in enumerate(events) if isinstance(event, Lost)]
            return bool(lost) and bool(texts(events[lost[0] :]))
        case Fault.SILENCE | Fault.NOISE | Fault.FLOOD:
            return any(isinstance(event, Lost) for event in events)
    return len(texts(events)) >= 5


def test_the_scanner_is_recognised_by_its_answer(tmp_path: Path) -> None:
    link = tmp_path / "scanner"
    with Emulator(HoneywellImitation(), PtyPort(link)):
        wire = SerialPort(str(link))
        said = identify(wire)
        wire.close()

    assert said == "A Honeywell scanner answers."


def in_words(content: bytes, sender: str) -> str:
    """A line as the document puts it."""
    (said,) = decode(content) if sender == "scanner" else decode_sent(content)
    if said["damaged"]:
        return f"damage `{said['reason']}`"
    parts = [str(said["name"])]
    if "text" in said:
        parts.append(f"`{said['text']}`")
    if "status" in said:
        parts.append(str(said["status"]))
    if said.get("lasting"):
        parts.append("lasting")
    return ", ".join(parts)


def test_the_example_bytes_mean_what_the_document_says() -> None:
    found = examples("honeywell")

    assert len(found) == 9
    assert [in_words(e.content, e.sender) for e in found] == [e.meaning for e in found]


@given(st.binary(max_size=300))
def test_decoding_a_recording_never_raises(content: bytes) -> None:
    assert FAMILY.decode(content)
    assert decode_sent(content)


def test_the_imitation_takes_deeds() -> None:
    assert FAMILY.imitate is not None
    assert FAMILY.imitate(["]C0ABC"]).tick(0.0) == []
    assert HoneywellImitation().spoil(b"A\r") == b"A\r"
