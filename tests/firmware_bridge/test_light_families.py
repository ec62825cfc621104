"""What `devices` asks of the light kinds, their document, and what noise makes of their answers."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from fuzzing import Fuzzed, fuzz
from lights import DIALECTS
from protocol_document import Example, examples

from firmware_bridge.codecs.ascii_light import LONGEST_WINDOW, LightDecoder
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.faults import Fault
from firmware_bridge.emulators.ports import PtyPort, TcpPort
from firmware_bridge.families.index import family
from firmware_bridge.family import Family, Meaning
from firmware_bridge.readings import Back
from firmware_bridge.transports.serial_port import SerialPort
from firmware_bridge.transports.tcp import TcpWire

KINDS = ("light-s", "light-opt", "light-ccs", "light-gardasoft")

# How many answers that were never sent damaged traffic may make up, as a share of the inputs: an
# XOR of the OPT family lets one in 256 through and more where bits flip in pairs; the others have
# no checksum at all. A made-up level is then compared with what was set.
MOST_INVENTED: Mapping[str, float] = {"s": 0.1, "opt": 0.003, "ccs": 0.1, "gardasoft": 0.2}


def known(kind: str) -> Family:
    found = family(kind)
    assert found is not None
    return found


def said(meaning: Meaning) -> str:
    if meaning["damaged"]:
        return f"damage `{meaning['reason']}`"
    words = [f"{key} `{meaning[key]}`" for key in ("channel", "level") if key in meaning]
    return ": ".join((str(meaning["name"]), ", ".join(words))) if words else str(meaning["name"])


@pytest.mark.parametrize("example", examples("lights"), ids=lambda each: each.content.hex()[:40])
def test_the_example_bytes_mean_what_the_document_says(example: Example) -> None:
    kind, meaning = example.meaning.split(", ", 1)
    of = known(kind.strip("`"))
    decode = of.decode_sent if example.sender == "computer" else of.decode
    assert decode is not None
    (found,) = decode(example.content)
    assert said(found) == meaning


def test_the_document_has_examples_of_every_kind() -> None:
    kinds = {example.meaning.split(",")[0].strip("`") for example in examples("lights")}
    assert kinds == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_and_noise_are_damage(kind: str) -> None:
    for content in (b"", b"\x00\xff?"):
        for meaning in known(kind).decode(content):
            assert meaning["damaged"]


def test_a_stream_is_decoded_text_by_text() -> None:
    meanings = known("light-s").decode(b"aa0255xb")
    assert [meaning["name"] for meaning in meanings] == ["done", "level", "damage", "done"]
    assert meanings[1]["raw"] == "6130323535"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("light-s", "A light controller of the S…# family answers: channel A at 0."),
        ("light-opt", "A light controller of the OPT family answers: channel 1 at 0."),
        ("light-gardasoft", "A controller with Gardasoft's prompt answers: Imitation 1.0."),
    ],
)
def test_a_controller_is_identified_by_a_harmless_question(kind: str, said: str) -> None:
    of = known(kind)
    assert of.imitate is not None
    assert of.identify is not None
    for faults, answer in (((), said), ((Fault.SILENCE,), None)):
        with Emulator(of.imitate([]), TcpPort(), faults=faults) as emulator:
            host, port = emulator.port.address.removeprefix("tcp://").split(":")
            wire = TcpWire(host, int(port))
            assert of.identify(wire) == answer
            wire.close()


class Wire:
    """Answers whatever it is asked with the same bytes."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        answer, self._answer = self._answer[:max_bytes], self._answer[max_bytes:]
        return answer

    def write(self, content: bytes) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        (b"VR\r\nRT220F-20 (HW04) V002\r\n>", "RT220F-20 (HW04) V002"),
        (b"PP420 V3\r\n>", "PP420 V3"),
        (bytes.fromhex("043E0000000A00000001"), None),
        (b"S>", None),
        (b"\r\n>", None),
        (b"\x04RT220 V2>", None),
    ],
    ids=repr,
)
def test_only_a_version_in_front_of_a_prompt_is_a_gardasoft_controller(
    answer: bytes, version: str | None
) -> None:
    identify = known("light-gardasoft").identify
    assert identify is not None
    said = version and f"A controller with Gardasoft's prompt answers: {version}."
    assert identify(Wire(answer)) == said


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_imitated_and_listened_to(kind: str, tmp_path: Path) -> None:
    of = known(kind)
    assert of.imitate is not None
    assert of.listen is not None
    link = tmp_path / "light"
    with Emulator(of.imitate(["work"]), PtyPort(link)):
        client = of.listen(lambda: SerialPort(str(link), of.bauds[0]))
        while client.poll(0.05) != (Back(),):
            pass
        client.close()


def fuzzed(name: str, count: int) -> Fuzzed:
    dialect = DIALECTS[name]
    role = "level_answer" if dialect.ask_level else "done"
    corpus = [
        dialect.encode(role, channel=channel, level=level)
        for channel in dialect.channels
        for level in (0, 7, dialect.level_max)
    ]
    return fuzz(
        lambda: LightDecoder([dialect], (role,)),
        corpus,
        count=count,
        seed=17,
        limit=LONGEST_WINDOW,
    )


@pytest.mark.parametrize("name", MOST_INVENTED)
def test_damaged_answers_neither_crash_nor_hang_nor_flood(name: str) -> None:
    result = fuzzed(name, 10_000)

    assert result.accepted > 1000
    assert len(result.invented) <= MOST_INVENTED[name] * result.inputs


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", MOST_INVENTED)
def test_a_million_damaged_answers_stay_within_the_bound(name: str) -> None:
    result = fuzzed(name, 1_000_000)

    assert len(result.invented) <= MOST_INVENTED[name] * result.inputs
