"""`regrade calibrate …`, from pictures on disk to record, report and verdict."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import pytest

from calibration.boards.board import Board
from calibration.pod import shipped_pod
from calibration.record import Calibration, Claim
from calibration.rendering.views import lens_views
from calibration.sections.detection import Detectability
from calibration.sections.provenance import CameraIdentity
from calibration.verification.log import Standing, log_of, read_log, trust
from station.app.calibration_hands import virtual_bench
from station.app.calibration_pictures import capture_views
from station.commands.root import run
from station.virtual.calibration_bench import SIZE as VIRTUAL_SIZE
from station.virtual.calibration_bench import Truth
from tests.support.pictured_boards import SIZE, TRUE_LENS, shown

BOARD = "charuco:11x7:24:18"
BAR = ("--scale-bar", "100", "--bar-u", "0.05")
Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.setenv("REGRADE_LOCALE", "en")

    def asked(*arguments: object) -> tuple[int, str, str]:
        code = run([str(each) for each in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return asked


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("views")
    board = Board.parse(BOARD)
    for picture in shown(board, lens_views(TRUE_LENS, SIZE, board, 8)):
        assert picture.picture is not None
        cv2.imwrite(str(place / picture.name), picture.picture)
    (place / "z-broken.png").write_bytes(b"no picture")
    return place


def test_a_lens_from_a_folder_is_answered_and_written(
    ask: Ask, folder: Path, tmp_path: Path
) -> None:
    record = tmp_path / "bench.toml"
    code, out, err = ask(
        *("calibrate", "lens", "--from", folder, "--board", BOARD),
        *("--record", record, "--by", "林", "--json"),
    )

    assert code == 0
    answer: dict[str, Any] = json.loads(out)
    assert answer["views_used"] == 8
    assert answer["views_rejected"] == 1
    assert answer["rejected"][0]["name"] == "z-broken.png"
    assert answer["fx"] == pytest.approx(TRUE_LENS.fx, rel=0.01)
    assert len(answer["distortion"]) in (5, 8)
    assert 0 < answer["rms_px"] <= answer["holdout_rms_px"]
    assert answer["verdict"] == "fail"  # eight views are too few, and that is said, not refused
    assert "8 of 9 pictures, board found in 8" in err
    made = Calibration.read(record)
    assert made.lens is not None
    assert (made.lens.fx, made.made_by, len(made.pictures)) == (answer["fx"], "林", 8)
    assert Claim.MILLIMETRES not in made.claims


def test_a_bench_plane_needs_a_lens_first(ask: Ask, folder: Path, tmp_path: Path) -> None:
    record = tmp_path / "bench.toml"
    bench(record, lens=False)
    code, _, err = ask("calibrate", "plane", "--record", record, "--from", folder, "--board", BOARD)

    assert (code, err.count("\n")) == (2, 1)
    assert "has no lens: run 'regrade calibrate lens" in err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--board", BOARD), 2, "Give either --from"),
        (("--board", "cheese", "--from", "."), 2, "'cheese' is no board"),
        (("--board", BOARD, "--from", "nowhere"), 2, "nowhere does not exist"),
        (("--board", BOARD, "--camera", "top"), 2, "Give --config"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_sentence(
    ask: Ask, arguments: tuple[str, ...], code: int, said: str
) -> None:
    answered, out, err = ask("calibrate", "lens", *arguments)

    assert (answered, out) == (code, "")
    assert said in err
    assert "Traceback" not in err


def test_a_folder_without_the_board_computes_nothing(
    ask: Ask, folder: Path, tmp_path: Path
) -> None:
    record = tmp_path / "bench.toml"
    code, out, err = ask(
        *("calibrate", "lens", "--from", folder, "--board", "squares:3x3:20:20"),
        *("--record", record, "--json"),
    )

    assert (code, out) == (1, "")
    assert "was found in 0 of 9 pictures" in err
    assert not record.exists()


def bench(record: Path, *, lens: bool = True) -> None:
    """A record of the virtual bench as it truly is, made now."""
    now = datetime.now(UTC)
    truth = Truth()
    Calibration(
        "bench-1",
        now,
        now + timedelta(days=9),
        "test",
        CameraIdentity("bench", *VIRTUAL_SIZE),
        lens=truth.lens if lens else None,
        plane=truth.bench if lens else None,
    ).write(record)


def test_the_daily_check_catches_a_moved_camera_a_dim_lamp_and_a_defocused_lens(
    ask: Ask, tmp_path: Path
) -> None:
    record, chart = tmp_path / "bench.toml", tmp_path / "drift.svg"
    bench(record)
    code, _, err = ask("calibrate", "verify", "--record", record, "--virtual")
    assert (code, "knows no check card" in err) == (1, True)
    assert ask("calibrate", "verify", "--record", record, "--virtual", "--reference")[0] == 0

    def verified(change: str) -> tuple[str, str, set[str]]:
        code, out, _ = ask(
            *("calibrate", "verify", "--record", record, "--virtual", "--change", change),
            *("--chart", chart, "--json"),
        )
        assert code == 0
        answer = json.loads(out)
        failed = {each["quantity"] for each in answer["results"] if each["verdict"] == "fail"}
        return answer["verdict"], answer["standing"], failed

    assert verified("none") == ("pass", "valid", set())
    assert verified("moved") == ("fail", "check-failed", {"scale"})
    assert verified("dim") == ("fail", "check-failed", {"lamp level"})
    assert verified("defocused") == ("fail", "check-failed", {"edge rise"})
    assert verified("none") == ("pass", "valid", set())
    assert len(read_log(log_of(record))) == 5
    assert chart.read_text("utf-8").count("<polyline") == 7


def test_a_new_plane_drops_what_rests_on_the_old_one_until_the_card_is_shown_again(
    ask: Ask, tmp_path: Path
) -> None:
    record = tmp_path / "bench.toml"
    bench(record)
    assert ask("calibrate", "verify", "--record", record, "--virtual", "--reference")[0] == 0
    made = Calibration.read(record)
    assert made.lens is not None
    found = Detectability("dent", "area", "mm2", 4.0, 0.5, 1.0, 99.0, "eyes", 0.05, 60, 9.0, 12.0)
    replace(made, detection=(found,)).write(record)
    lying = tmp_path / "lying"
    board = Board.parse(BOARD)
    with virtual_bench() as virtual:
        laid = partial(virtual.hands.laid_board, board)
        capture_views(laid, virtual.lamps, "bright", lying, board, 3, lambda _: None)
    arguments = ("calibrate", "plane", "--record", record, "--from", lying, "--board", BOARD, *BAR)

    assert ask(*arguments, "--name", "side")[0] == 2
    assert Calibration.read(record).detection == (found,)
    assert ask(*arguments)[0] == 0
    anew = Calibration.read(record)
    assert (anew.detection, anew.check) == ((), None)
    assert Claim.MILLIMETRES not in anew.claims
    assert trust(anew, (), datetime.now(UTC)).standing is Standing.REJECTED
    assert ask("calibrate", "verify", "--record", record, "--virtual", "--reference")[0] == 0
    again = Calibration.read(record)
    assert again.check is not None
    assert Claim.MILLIMETRES in again.claims


def test_the_report_prints_the_record_in_both_languages(ask: Ask, tmp_path: Path) -> None:
    record, report = tmp_path / "bench.toml", tmp_path / "report.html"
    bench(record)

    assert ask("calibrate", "report", "--record", record, "--out", report)[0] == 0
    page = report.read_text("utf-8")
    assert "Calibration report · 校准报告" in page
    assert Calibration.read(record).digest in page
    assert "● sizes in millimetres" in page
    assert "○ colour differences" in page
    assert "<script" not in page

    paper = tmp_path / "report.pdf"
    assert ask("calibrate", "report", "--record", record, "--out", paper)[0] == 0
    assert paper.read_bytes().startswith(b"%PDF-1.")
    code, _, err = ask("calibrate", "report", "--record", record, "--out", tmp_path / "no/x.pdf")
    assert code == 2
    assert "x.pdf cannot be written" in err


@pytest.mark.parametrize(
    ("arguments", "width", "height"),
    [
        (("board",), 297, 210),
        (("board", "--board", "chessboard:9x6", "--square", "30", "--paper", "a3"), 420, 297),
        (("board", "--board", "squares:8x8:12.7:9.878"), 297, 210),
        (("card", "--serial", "7"), 297, 210),
        (("edge",), 297, 210),
    ],
)
def test_a_target_is_a_vector_pdf_in_its_true_size(
    ask: Ask, tmp_path: Path, arguments: tuple[str, ...], width: float, height: float
) -> None:
    out = tmp_path / "target.pdf"

    assert ask("calibrate", "target", *arguments, "--out", out)[0] == 0
    content = out.read_bytes()
    assert content.startswith(b"%PDF-1.4")
    start = int(content.rsplit(b"startxref\n", 1)[1].split()[0])
    assert content[start:].startswith(b"xref")
    box = re.search(rb"MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", content)
    assert box is not None
    assert float(box[1]) == pytest.approx(width * 72 / 25.4, abs=0.01)
    assert float(box[2]) == pytest.approx(height * 72 / 25.4, abs=0.01)
    places = [int(line.split()[0]) for line in content[start:].split(b"\n")[3:] if b" n" in line]
    assert all(content[place:].split(b" ")[1] == b"0" for place in places)


def test_a_board_larger_than_the_paper_is_refused(ask: Ask, tmp_path: Path) -> None:
    out = tmp_path / "target.pdf"
    code, _, err = ask(
        "calibrate", "target", "board", "--board", "charuco:11x8:40:30", "--out", out
    )

    assert (code, out.exists()) == (2, False)
    assert "use smaller squares or --paper a3" in err


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_virtual_bench_is_calibrated_in_one_command(ask: Ask, tmp_path: Path) -> None:
    record, report, work = (tmp_path / name for name in ("bench.toml", "bench.html", "work"))
    arguments = ("calibrate", "all", "--virtual", "--record", record, "--work", work)
    code, out, _ = ask(*arguments, *BAR, "--batch", "since-2014-11", "--json")

    assert code == 0
    answer = json.loads(out)
    assert answer["verdict"] == "pass"
    assert answer["truth"]["focal_length"] <= 0.002
    assert answer["truth"]["length_worst_at_0_mm"] <= 0.001
    assert answer["truth"]["length_worst_at_300_mm"] <= 0.001
    made, truth = Calibration.read(record), Truth()
    assert made.lens is not None
    assert made.plane is not None
    assert made.lens.fx == pytest.approx(truth.lens.fx, rel=0.002)
    assert made.plane.distance_mm == pytest.approx(truth.bench.distance_mm, rel=0.001)
    assert made.check is not None
    assert made.claims == set(Claim)
    assert {each.defect for each in made.detection} == set(shipped_pod().kinds)
    assert made.colour is not None
    assert made.colour.de00_mean <= 1.5
    assert "<svg" in report.read_text("utf-8")
    assert report.with_suffix(".pdf").read_bytes().startswith(b"%PDF-1.")

    pictures = sorted(work.rglob("*.png"))
    pictures[-1].unlink()
    assert ask(*arguments, *BAR, "--batch", "since-2014-11", "--json")[0] == 0
    assert sorted(work.rglob("*.png")) == pictures
