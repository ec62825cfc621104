"""The `devices` commands against imitated devices: find, listen, record, decode, imitate."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from firmware_bridge.codecs.ascii_light_dialects import read_dialect
from firmware_bridge.emulators.ascii_light import AsciiLightImitation
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.faults import Fault
from firmware_bridge.emulators.ports import PtyPort, TcpPort
from firmware_bridge.families.index import FAMILIES
from firmware_bridge.families.llrp import imitate as imitate_llrp
from firmware_bridge.families.m100 import imitate as imitate_m100
from firmware_bridge.families.ssi import imitate as imitate_ssi
from firmware_bridge.recording import read_recording
from station.commands.root import run

EPC = "3036450FEC2C9B80000003E9"
SITE = """
state = "state"
[camera]
kind = "folder"
path = "pictures"
[[device]]
name = "scanner"
kind = "plain"
port = "/dev/serial/by-id/x"
[[device]]
name = "lamp"
kind = "light-s"
port = "{lamp}"
dialect = {{ channels = {{ ring = "A" }}, done = "!" }}
[upstream]
url = "http://receiver:8080"
"""
PATIENCE_S = 60
ENOUGH = ("--count", "30", "--seconds", str(PATIENCE_S))
"""Limits of a watch, by when a reader has been greeted and has read its tag, many times."""
SAMPLES = {
    "plain": ("]E04006381333931", "4006381333931"),
    "ssi": ("08 F3 00 00 03 41 42 43 FE 3C", "ABC"),
    "m100": (
        "BB 02 22 00 11 C9 34 00 30 75 1F EB 70 5C 59 04 E3 D5 0D 70 3A 76 EF 7E",
        "30751FEB705C5904E3D50D70",
    ),
    "uhfreader18": (
        "15 00 01 03 04 01 0C 49 44 00 00 00 00 00 00 0A 00 03 34 64 25 C0",
        "49440000000000000A000334",
    ),
    "cf": ("CF 01 00 50 01 00 A3 F5", "CF010050"),
    "r2000": (
        "A0 13 01 89 8C 30 00 30 08 33 B2 DD D9 01 40 00 00 00 01 37 BB",
        "300833B2DDD9014000000001",
    ),
    "thingmagic": (
        (
            "FF 28 22 00 00 10 03 1B 01 FF 01 01 E4 11 0E 1A 5A 00 00 00 10 00 A0 05 00 00 01 00 80"
            " 30 30 AA AA BB BB CC CC DD DD EE EE FF FF 71 87 6E 3F"
        ),
        "AAAABBBBCCCCDDDDEEEEFFFF",
    ),
    "llrp": (
        (
            "04 3D 00 00 00 2C 00 00 00 63 00 F0 00 22 8D 30 36 45 0F EC 2C 9B 80 00 00 03 E9 81 00"
            " 01 86 D0 82 00 05 A9 E4 BE F8 62 E0 88 00 03"
        ),
        EPC,
    ),
    "sics": ("S S     100.00 g", "100"),
    "aandd": ("ST,+00123.45  g", "123.45"),
    "zpl-status": (
        b"\x02030,0,0,0245,000,0,0,0,000,0,0,0\x03\r\n"
        b"\x02000,0,0,0,0,2,4,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n".hex(),
        "",
    ),
    "epc": (EPC.lower(), EPC),
    "gs1": ("]C1010952012345678821R-0001", "R-0001"),
}


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGRADE_LOCALE", "en")


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[str]:
    """A tag reader with a tag in its field; its address."""
    with Emulator(imitate_m100([f"tag {EPC}"]), PtyPort(tmp_path / "tags")) as device:
        yield device.port.address


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = run([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_every_kind_is_decoded(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    text, held = SAMPLES[kind]
    code, said = answer(capsys, "devices", "decode", kind, text)

    assert code == 0, said
    assert said["messages"]
    assert not said["damaged"]
    assert held in json.dumps(said)


def test_an_epc_comes_out_under_its_key_in_upper_case(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for kind in ("m100", "uhfreader18", "r2000", "thingmagic", "llrp", "epc"):
        text, epc = SAMPLES[kind]
        _, said = answer(capsys, "devices", "decode", kind, text.lower())
        assert [m["epc"] for m in said["messages"]] == [epc], kind


@pytest.mark.parametrize("kind", ["m100", "uhfreader18", "r2000", "thingmagic", "ssi", "cf"])
def test_one_changed_bit_is_damage_and_exit_code_1(
    kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    content = bytearray(bytes.fromhex(SAMPLES[kind][0]))
    content[len(content) // 2] ^= 0x10
    code, said = answer(capsys, "devices", "decode", kind, content.hex())

    assert code == 1
    assert said["damaged"]


@pytest.mark.parametrize(
    ("kind", "text", "held"),
    [
        ("m100", "BB:01:FF:00:01:15:16:7E", "no tag"),
        ("m100", "0xBB 0x01 0xff, 0x00 0x01 0x15 0x16 0x7E", "no tag"),
        ("m100", "bb01ff00 01 15167\ne", "no tag"),
        ("sics", "SI", "computer"),
        ("zpl-status", "~HS", "computer"),
        ("light-s", "SA0255#", "computer"),
        ("light-s", "a", "done"),
        ("plain", "34 32 0D", '"42"'),
        ("plain", "]E04006381333931\t", '"4006381333931"'),
        ("plain", "]C1010952012345678810L<GS>21R", "10L\\u001d21R"),
        ("gs1", "010952012345678810L<GS>21R", '"serial": "R"'),
        ("honeywell", "40063813", '"40063813"'),
    ],
)
def test_bytes_are_taken_as_people_write_them(
    kind: str, text: str, held: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = answer(capsys, "devices", "decode", kind, text)

    assert code == 0, said
    assert held in json.dumps(said)


def test_a_code_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["devices", "decode", "gs1", "010952012345678810L<GS>21\u202eR"]) == 1
    said = capsys.readouterr().out

    assert "10L<GS>21\\u202eR" in said
    assert "DAMAGED: syntax: This is no GS1 data" in said


def test_a_code_cannot_steer_the_terminal_as_json_either(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["devices", "decode", "gs1", "\u202eR\U000e0041保\udcff", "--json"]) == 1
    said = capsys.readouterr().out

    assert "保" in said
    assert not {"\u202e", "\U000e0041"} & set(said)
    assert json.loads(said)["messages"][0]["raw"] == "\u202eR\U000e0041保\ufffd"


# PyGObject's importer is of an older kind; SWIG's modules warn when they are loaded.
@pytest.mark.filterwarnings("ignore:DynamicImporter:ImportWarning")
@pytest.mark.filterwarnings("ignore:builtin type:DeprecationWarning")
def test_cameras_are_listed_and_what_was_not_looked_for_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["devices", "cameras", "--json"]) == 0

    answer = json.loads(capsys.readouterr().out)
    assert {camera["kind"] for camera in answer["cameras"]} <= {"uvc", "basler", "gige"}
    for remedy in answer["not_looked_for"]:
        assert "need" in remedy


def test_the_faults_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["devices", "emulate", "m100", "--fault", "list"]) == 0
    assert "unplug-mid-frame" in capsys.readouterr().out


def test_the_link_of_a_running_emulator_is_not_taken(
    reader: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["devices", "emulate", "m100", "--link", reader]) == 2
    assert "leads to a port that is in use" in capsys.readouterr().err
    assert Path(reader).exists()


def test_every_kind_of_the_design_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    known = {family.kind for family in FAMILIES} | {"epc", "gs1"}

    assert {*SAMPLES, "board"} <= known


def test_watching_an_emulator_prints_its_tags_and_keeps_a_recording(
    reader: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "site.jsonl"
    code = run(["devices", "watch", f"m100@{reader}", *ENOUGH, "--record", str(kept)])
    shown = capsys.readouterr().out

    assert code == 0
    assert f"epc {EPC}" in shown
    assert "BB 02 22 00 11" in shown
    code, said = answer(capsys, "devices", "watch", str(kept))
    assert code == 0
    assert EPC in [message.get("epc") for message in said["messages"]]
    assert read_recording(kept).kind == "m100"


def test_a_device_of_the_configuration_is_watched_as_the_station_would(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    link = tmp_path / "lamp"
    config = tmp_path / "station.toml"
    config.write_text(SITE.format(lamp=link), "utf-8")
    own = read_dialect({"like": "s", "channels": {"ring": "A"}, "done": "!"})
    with Emulator(AsciiLightImitation(own), PtyPort(link)):
        arguments = ("lamp", "--config", str(config), "--count", "2", "--seconds", str(PATIENCE_S))
        code, said = answer(capsys, "devices", "watch", *arguments)

    assert code == 0
    assert said["kind"] == "light-s"
    assert [message["damaged"] for message in said["messages"]][:2] == [False, False]
    assert said["messages"][1]["channel"] == "ring"


def test_a_recording_is_never_written_over(
    reader: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "site.jsonl"
    kept.write_text("precious", "utf-8")

    code = run(["devices", "watch", f"m100@{reader}", *ENOUGH, "--record", str(kept)])

    assert code == 2
    assert "choose another file" in capsys.readouterr().err
    assert kept.read_text("utf-8") == "precious"


def test_probing_finds_who_answers(reader: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = answer(capsys, "devices", "probe", reader, "--kind", "sics", "--kind", "m100")

    assert code == 0
    assert [found["kind"] for found in said["ports"][0]["found"]] == ["m100"]


def test_watching_asks_who_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Emulator(imitate_ssi([]), PtyPort(tmp_path / "scanner")) as device:
        limits = ("--count", "1", "--seconds", str(PATIENCE_S))
        code, said = answer(capsys, "devices", "watch", device.port.address, *limits)

    assert code == 0
    assert said["kind"] == "ssi"


def test_probing_over_the_network(capsys: pytest.CaptureFixture[str]) -> None:
    with Emulator(imitate_llrp([f"tag {EPC}"]), TcpPort()) as device:
        code, said = answer(capsys, "devices", "probe", device.port.address)

    assert code == 0
    assert [found["kind"] for found in said["ports"][0]["found"]] == ["llrp"]


def test_a_port_with_nobody_is_said_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    silent = imitate_m100([])
    with Emulator(silent, PtyPort(tmp_path / "x"), faults=[Fault.SILENCE]) as device:
        code, said = answer(
            capsys, "devices", "probe", device.port.address, "--kind", "m100", "--kind", "sics"
        )

    assert code == 1
    assert "check its power" in said["ports"][0]["problem"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["devices", "probe", "ftp://x"], "address"),
        (["devices", "probe", "/dev/nowhere-at-all"], "check its cable"),
    ],
)
def test_an_address_that_cannot_be_opened_is_said(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = answer(capsys, *arguments)

    assert code == 1
    assert said in told["ports"][0]["problem"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["devices", "watch", "m100@ftp://x"], "address"),
        (["devices", "watch", "nonsense@/dev/x"], "not a kind"),
        (["devices", "emulate", "nonsense"], "not a kind"),
        (["devices", "emulate", "m100", "--fault", "worms"], "unplug-mid-frame"),
        (["devices", "emulate", "llrp", "--port", "70000"], "65535: see regrade devices emulate"),
        (["devices", "emulate", "llrp", "--link", "x"], "--port"),
        (["devices", "emulate", "plain", "--tag", EPC], "reads no tags"),
        (["devices", "emulate", "m100", "--link", "/dev/null"], "choose another name"),
        (["devices", "decode", "m100", ""], "Nothing was given"),
        (["devices", "decode", "m100", "BB 01 F"], "odd number of digits"),
        (["devices", "decode", "m100", "BB", "--raw"], "give -"),
        (["devices", "decode", "M100", "BB"], "not a kind"),
        (["devices", "emulate", "m100", "--tag", "not-hex"], "EPC"),
        (["devices", "emulate", "m100", "--link", "/nowhere/at/all"], "choose another place"),
        (["devices", "emulate", "m100", "--replay", "nowhere.jsonl"], "nowhere.jsonl"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(arguments)
    told = capsys.readouterr()

    assert code == 2
    assert said in told.err
    assert "Traceback" not in told.err


def test_emulating_from_a_shell_until_it_is_ended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    link = tmp_path / "tags"
    shell = [sys.executable, "-m", "station", "devices", "emulate", "m100"]
    arguments = ["--tag", EPC, "--fault", "unplug-mid-frame", "--link", str(link)]
    with subprocess.Popen(
        [*shell, *arguments], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert str(link) in process.stderr.readline()
        code, said = answer(capsys, "devices", "watch", f"m100@{link}", *ENOUGH)
        process.terminate()
        assert process.wait(PATIENCE_S) == 0

    assert code == 0
    assert EPC in [message.get("epc") for message in said["messages"]]
    assert not link.exists()


def test_an_emulator_that_waits_for_a_deed_can_be_ended(tmp_path: Path) -> None:
    link = tmp_path / "tags"
    shell = [sys.executable, "-m", "station", "devices", "emulate", "m100", "--link", str(link)]
    with subprocess.Popen(
        shell, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stderr.readline()
        process.stdin.write("tag nothing\n")
        process.stdin.flush()
        assert "is no EPC" in process.stderr.readline()
        process.terminate()
        assert process.wait(PATIENCE_S) == 0

    assert not link.exists()


def test_lines_on_standard_input_are_deeds(tmp_path: Path) -> None:
    link = tmp_path / "scanner"
    shell = [sys.executable, "-m", "station", "devices", "emulate", "plain", "--link", str(link)]
    with subprocess.Popen(
        shell, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stderr.readline()
        watch = [sys.executable, "-m", "station", "devices", "watch", f"plain@{link}"]
        with subprocess.Popen(
            [*watch, "--count", "1", "--seconds", str(PATIENCE_S), "--json"],
            stdout=subprocess.PIPE,
            text=True,
        ) as watching:
            while watching.poll() is None:  # what comes before the port is open is lost
                process.stdin.write("]C1010952012345678821A<GS>10B\n")
                process.stdin.flush()
                time.sleep(0.2)
            said = json.loads(watching.communicate()[0])
        process.stdin.close()
        assert process.wait(PATIENCE_S) == 0

    texts = {message.get("text") for message in said["messages"]}
    assert "010952012345678821A\x1d10B" in texts
