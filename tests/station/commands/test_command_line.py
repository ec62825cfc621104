"""The command line: answers in the promised shapes, and one sentence for bad input."""

import io
import json
import os
import shutil
import struct
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from station.commands.root import run

PICTURES = Path("station/virtual/pictures")
PHOTO = PICTURES / "r0001" / "top-bright.jpg"
PACK = Path("models/packs/carton-1")


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGRADE_LOCALE", "en")


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    """Run a command with --json; its exit code and its answer."""
    code = run([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Run a command that is refused; its exit code and the sentence."""
    code = run(list(arguments))
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    return code, said.err.strip()


def bomb(path: Path, side: int) -> Path:
    """A tiny PNG that claims to be `side` pixels on each side."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        crc = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = b"\0" * (side // 8 + 1)
    packed = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )
    return path


def test_grade_answers_each_picture(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = answer(capsys, "grade", str(PHOTO), str(PICTURES / "empty-bright.jpg"))

    assert code == 0
    assert [image["path"] for image in said["images"]] == [
        str(PHOTO),
        str(PICTURES / "empty-bright.jpg"),
    ]
    for image in said["images"]:
        assert {"path", "grade", "needs_review", "clause", "findings", "error"} <= set(image)
        assert image["error"] is None
        for finding in image["findings"]:
            assert {"defect", "confidence", "shot", "box", "polygon", "measurements"} == set(
                finding
            )
            units = {measurement["unit"] for measurement in finding["measurements"]}
            assert not units & {"mm", "mm2"}


def test_a_stated_scale_gives_millimetres(capsys: pytest.CaptureFixture[str]) -> None:
    faulty = sorted(PICTURES.glob("r*/top-raking.jpg"))[:12]
    code, said = answer(capsys, "grade", *map(str, faulty), "--mm-per-px", "0.33")

    assert code == 0
    units = {
        measurement["unit"]
        for image in said["images"]
        for finding in image["findings"]
        for measurement in finding["measurements"]
    }
    assert "mm" in units
    assert "px" not in units


def test_an_unreadable_picture_does_not_stop_the_others(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(PHOTO.read_bytes()[:9000])
    text = tmp_path / "text.jpg"
    text.write_text("no picture")
    code, said = answer(
        capsys, "grade", str(cut), str(text), str(tmp_path / "none.png"), str(PHOTO)
    )

    assert code == 1
    errors = [image["error"] for image in said["images"]]
    assert all(errors[:3])
    assert errors[3] is None


def test_a_picture_of_900_megapixels_is_refused_unread(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, said = answer(capsys, "grade", str(bomb(tmp_path / "bomb.png", 30_000)))

    assert code == 1
    assert "900 megapixels" in said["images"][0]["error"]


def test_marked_pictures_are_written_on_request(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["grade", str(PHOTO), "--out", str(tmp_path / "marked")]) == 0
    capsys.readouterr()

    assert len(list((tmp_path / "marked").glob("*.jpg"))) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nonsense"], 2, "No such command"),
        (["demo", "--items", "many"], 2, "--items"),
        (["policy", "show", "jewels"], 2, "no policy for jewels"),
        (["grade", str(PHOTO), "--category", "jewels"], 2, "no policy for jewels"),
        (["grade", str(PHOTO), "--mm-per-px", "-1"], 2, "positive"),
        (["grade", str(PHOTO), "--calibration", "nowhere.json"], 2, "nowhere.json"),
        (["grade", str(PHOTO), "--pack", "nowhere"], 2, "nowhere"),
        (["grade", str(PHOTO), "--height", "3"], 2, "--height needs --calibration"),
        (["grade", str(PHOTO), "--out", str(PHOTO)], 2, "cannot be a folder"),
        (["devices", "symbols", "nowhere"], 2, "nowhere is no folder"),
        (["models", "check", "nowhere"], 1, "nowhere"),
        (["devices", "decode", "morse", "x"], 2, "epc gs1"),
        (["start", "--config", "nowhere.toml"], 2, "nowhere.toml"),
        (["doctor", "--config", "nowhere.toml"], 2, "nowhere.toml"),
        (["outbox", "status", "--state", "nowhere"], 2, "nowhere"),
        (["review", "--state", "nowhere"], 2, "nowhere"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_bad_input_is_answered_in_one_sentence(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    left, sentence = refusal(capsys, *arguments)

    assert left == code
    assert said in sentence
    assert "\n" not in sentence


def test_what_looks_like_nothing_that_was_learnt_goes_to_a_person(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name, size in {"white": (480, 640, 3), "one": (1, 1, 3)}.items():
        cv2.imwrite(str(tmp_path / f"{name}.png"), np.full(size, 255, np.uint8))

    code, said = answer(capsys, "grade", str(tmp_path))

    assert code == 0
    for image in said["images"]:
        assert (image["grade"], image["needs_review"]) == (None, True)
        assert "no-support" in image["doubts"]


def test_a_pipe_is_no_picture(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")

    code, said = answer(capsys, "grade", str(tmp_path / "pipe.jpg"))

    assert code == 1
    assert said["images"][0]["error"] == "The file cannot be read: it is a folder or a pipe."


@pytest.mark.parametrize("content", ["x = " + "1" * 5000, "x = " + "[" * 3000])
def test_a_policy_that_ends_the_parser_is_a_sentence(
    content: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "p.toml").write_text(content)

    code, sentence = refusal(capsys, "policy", "check", str(tmp_path / "p.toml"))

    assert code == 1
    assert "p.toml" in sentence
    assert "not valid TOML" in sentence


def test_an_empty_folder_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, sentence = refusal(capsys, "grade", str(tmp_path))

    assert code == 2
    assert "holds no" in sentence


def test_a_pack_with_one_flipped_byte_is_refused_by_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in sorted(path.name for path in PACK.iterdir()):
        copy = tmp_path / name
        shutil.copytree(PACK, copy)
        victim = copy / name
        content = bytearray(victim.read_bytes())
        content[len(content) // 2] ^= 1
        victim.write_bytes(content)

        code, _ = refusal(capsys, "models", "check", str(copy))

        assert code == 1, name


def test_the_shipped_pack_is_good_and_live(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = answer(capsys, "models", "list")

    assert code == 0
    (live,) = [pack for pack in said["packs"] if pack["live"]]
    assert {"name", "version", "path", "live", "shadow"} <= set(live)
    assert run(["models", "check", live["path"]]) == 0


@pytest.mark.parametrize("damage", ["unknown = 1\n", ""])
def test_policy_check_tells_good_from_bad(
    damage: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = Path("station/defaults/policies/carton.toml").read_text("utf-8")
    path = tmp_path / "carton.toml"
    path.write_text(damage + text, "utf-8")
    code, said = answer(capsys, "policy", "check", str(path))

    assert code == (1 if damage else 0)
    assert bool(said["policies"][0]["problems"]) is bool(damage)


def test_policy_check_refuses_a_limit_below_what_can_be_resolved(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = Path("station/defaults/policies/carton.toml").read_text("utf-8")
    path = tmp_path / "carton.toml"
    path.write_text(text.replace("light_above = 8", "light_above = 0.5"), "utf-8")
    code, said = answer(capsys, "policy", "check", str(path))

    assert code == 1
    assert "can resolve" in said["policies"][0]["problems"][0]


def test_decoding_bytes_from_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Input:
        buffer = io.BytesIO(b"]C10109520123456788\rbad\x07code\r")

    monkeypatch.setattr("sys.stdin", Input())
    code, said = answer(capsys, "devices", "decode", "plain", "-", "--raw")

    assert code == 1
    assert [c["damaged"] for c in said["messages"]] == [False, True]
    assert said["messages"][0]["meaning"] == "ItemScanned"


def test_doctor_answers_for_the_virtual_bench(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = answer(capsys, "doctor")

    assert code == (0 if said["good"] else 1)
    good = {check["name"]: check["good"] for check in said["checks"]}
    assert good["policies"]
    assert good["model pack"]
    assert good["calibration"]


def test_a_bug_is_a_sentence_and_a_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(_state: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr("platformdirs.user_log_dir", lambda *_args, **_kw: str(tmp_path))
    monkeypatch.setattr("station.app.shelf.list_packs", broken)
    code, sentence = refusal(capsys, "models", "list")

    assert code == 1
    assert "planted" in sentence
    assert "ZeroDivisionError" in (tmp_path / "failure.log").read_text("utf-8")
