"""What `devices` asks of the LLRP kind, its document, and what noise makes of its decoder."""

import random

import pytest
from fuzzing import Fuzzed, fuzz
from llrp import ADD_ROSPEC, CAPTURES, EPC, OTHER, REPORT
from loopback import FakeTime, Loopback
from protocol_document import Example, examples

from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.llrp.contents import Answer, Report, Tag
from firmware_bridge.codecs.llrp.messages import MAX_MESSAGE, LlrpDecoder, Message, MessageType
from firmware_bridge.codecs.llrp.replies import answer, report
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.faults import Fault
from firmware_bridge.emulators.llrp import CAPABILITIES, LlrpReaderImitation
from firmware_bridge.emulators.ports import TcpPort
from firmware_bridge.families.index import family
from firmware_bridge.families.llrp import FAMILY, decode, identify
from firmware_bridge.family import Meaning
from firmware_bridge.readings import TagRead
from firmware_bridge.transports.tcp import TcpWire

# LLRP has no checksum, so a damaged value inside an intact structure is believed. The first
# contradiction ends a connection, so noise makes up no more than the one message it stands in.
MOST_INVENTED_PER_INPUT = 0.2
MOST_REPORTS_PER_INPUT = 0.06


def said(meaning: Meaning) -> str:
    if meaning["damaged"]:
        return f"damage `{meaning['reason']}`"
    words = [f"{key} `{value}`" for key, value in meaning.items() if key not in EVERY]
    return ": ".join((str(meaning["name"]), ", ".join(words))) if words else str(meaning["name"])


EVERY = ("damaged", "name", "raw")


@pytest.mark.parametrize("example", examples("llrp"), ids=lambda each: each.content.hex()[:40])
def test_the_example_bytes_mean_what_the_document_says(example: Example) -> None:
    (meaning,) = decode(example.content)
    assert said(meaning) == example.meaning


def test_the_document_has_its_examples() -> None:
    assert len(examples("llrp")) == 17


def test_the_kind_is_in_the_index() -> None:
    assert family("llrp") is FAMILY
    assert (FAMILY.wires, FAMILY.tcp_port) == (("tcp",), 5084)


def test_a_stream_of_both_sides_is_decoded_message_by_message() -> None:
    meanings = decode(ADD_ROSPEC + REPORT + REPORT[:-1])

    assert [meaning.get("name") for meaning in meanings] == [
        "add rospec",
        "ro access report",
        "damage",
    ]
    assert meanings[1]["epc"] == EPC
    assert meanings[1]["raw"] == REPORT.hex().upper()
    assert meanings[2]["reason"] == "unfinished"


def test_each_tag_of_a_report_is_an_entry_of_its_own() -> None:
    tags = (Tag(bytes.fromhex(EPC), 96), Tag(b"\xab\xcd\xe0", 20), Tag(bytes.fromhex(OTHER), 96))
    meanings = decode(report(1, tags))

    assert [meaning.get("epc") for meaning in meanings] == [EPC, None, OTHER]
    assert [meaning["damaged"] for meaning in meanings] == [False, True, False]


def test_every_capture_is_decoded_as_a_bare_body() -> None:
    paths = sorted(CAPTURES.rglob("*.bytes"))
    if not paths:
        pytest.skip("the LLRP captures are not beside this repository")
    meanings = [decode(path.read_bytes()) for path in paths]

    assert len(paths) == 15
    assert all(len(entries) == 1 and not entries[0]["damaged"] for entries in meanings)
    assert sum("epc" in entries[0] for entries in meanings) == 9
    (capabilities,) = decode((CAPTURES / "GetReaderCapabilitiesResponse-000.bytes").read_bytes())
    assert capabilities["firmware"] == "5.14.0.240"


def test_noise_never_makes_decoding_raise() -> None:
    chance = random.Random(5)
    for _ in range(3000):
        for meaning in decode(chance.randbytes(chance.randint(0, 60))):
            assert meaning["damaged"] in (True, False)


def test_a_reader_is_identified_over_tcp_and_its_session_ended() -> None:
    with Emulator(LlrpReaderImitation(), TcpPort()) as emulator:
        host, number = emulator.port.address.removeprefix("tcp://").split(":")
        wire = TcpWire(host, int(number))
        found = identify(wire)
        wire.close()

    assert found == "An LLRP reader answers: vendor 0, model 1, firmware imitation 1.0."


def test_something_else_is_not_identified_as_a_reader() -> None:
    with Emulator(LlrpReaderImitation(), TcpPort(), faults=[Fault.SILENCE]) as emulator:
        host, number = emulator.port.address.removeprefix("tcp://").split(":")
        wire = TcpWire(host, int(number))
        assert identify(wire) is None
        wire.close()


def test_the_emulator_reads_its_deeds_and_refuses_others() -> None:
    assert FAMILY.imitate is not None
    assert FAMILY.listen is not None
    reader = FAMILY.imitate([f"tag {EPC} -60 5", "antenna-off 2"])
    client = FAMILY.listen(lambda: Loopback(reader, FakeTime()))
    while TagRead(EPC, -60, 1, 5) not in client.poll(0.1):
        pass
    client.close()
    for deed in ("tag", "tag XYZ", "antenna-off 9", "dance"):
        with pytest.raises(ValueError, match=r"EPC|antennas"):
            reader.act(deed, 0.0)


class Reconnecting(LlrpDecoder):
    """A decoder whose user makes a new connection after damage, as the client does."""

    def feed(self, content: bytes, now: float) -> tuple[Message | Damage, ...]:
        if self._broken:
            self.reset(now)
        return super().feed(content, now)


def corpus() -> list[bytes]:
    reader = LlrpReaderImitation()
    said = reader.plugged(1.0)
    said.append(
        answer(
            MessageType.GET_READER_CAPABILITIES_RESPONSE, 3, Answer(0, capabilities=CAPABILITIES)
        )
    )
    tags = tuple(Tag(bytes(range(n, n + 12)), 96, 1, -50, 7, 2) for n in range(4))
    return [*said, REPORT, report(5, tags), ADD_ROSPEC, report(6, (Tag(bytes(range(8)), 64),))]


def fuzzed(count: int) -> Fuzzed:
    return fuzz(Reconnecting, corpus(), count=count, seed=31, limit=MAX_MESSAGE)


def test_damaged_traffic_neither_crashes_nor_hangs_nor_floods() -> None:
    result = fuzzed(10_000)

    assert result.damages > 1000
    assert result.accepted > 1000
    assert within(result)


def within(result: Fuzzed) -> bool:
    """Whether no more messages and reports were made up than the document says."""
    reports = [
        made for made in result.invented if isinstance(getattr(made, "content", None), Report)
    ]
    return (
        len(result.invented) <= MOST_INVENTED_PER_INPUT * result.inputs
        and len(reports) <= MOST_REPORTS_PER_INPUT * result.inputs
    )


def random_reports(count: int, seed: int) -> int:
    """How many tags are made up by a connection that carries nothing but random bytes."""
    chance = random.Random(seed)
    decoder = Reconnecting()
    made_up = 0
    for at in range(count):
        for event in decoder.feed(chance.randbytes(40), 10.0 * at):
            if isinstance(event, Message) and isinstance(event.content, Report):
                made_up += len(event.content.tags)
    return made_up


def test_random_bytes_make_up_no_tag() -> None:
    assert random_reports(10_000, 7) == 0


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_million_damaged_inputs_stay_within_the_bound() -> None:
    assert within(fuzzed(1_000_000))
    assert random_reports(1_000_000, 8) == 0
