"""What measuring knows of itself: learnt, checked, stated in a record, held against policies."""

import json
import re
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from calibration import observer
from calibration.edges import Edge, EdgeTable, Grid, shipped_edges
from calibration.pod import PodModel, shipped_pod
from models.rendering.fast.render import render_fast_set
from models.runtime.detection import detection
from models.runtime.region import Box
from station.adapters.examiner import child
from station.adapters.shelf import ShelfFiles
from station.app.defaults import LIVE_PACK
from station.app.measuring.edges import coverage, trials
from station.app.measuring.finding import attempts_on_pictures, foretold
from station.app.measuring.outlines import Detected, Drawn
from station.app.measuring.pictured import pictured_poses
from station.app.measuring.tables import LIGHTS, keep_outlines, pack_edges
from station.commands.root import run
from tests.support.records import written

BENCH = {
    "sharpness": {"edges": [{"x": 640.0, "y": 360.0, "mtf50": 0.25, "mtf10": 0.4}]},
    "noise": {"read": 1.0, "gain": 0.0, "lightness": 0.5, "frames": 30},
}


def nothing(_done: int, _total: int) -> None:
    """Progress that nobody reads."""


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few returns of a small bench, seen at twice the usual mm per pixel."""
    path = tmp_path_factory.mktemp("sets") / "set"
    render_fast_set(path, 10, 77, width=640)
    return path


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """A record of a bench whose sharpness and noise were measured."""
    path = tmp_path / "bench.toml"
    path.write_bytes(written(BENCH))
    return path


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = run([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_stated_u_covers_the_true_sizes_of_rendered_faults(rendered: Path) -> None:
    """The whole proof is slow; that U is not far off shows on few."""
    found = list(trials([rendered], shipped_edges(), Drawn(), nothing))
    whole = coverage(found)[0]

    assert whole.by == "all"
    assert whole.n >= 20
    assert whole.covered >= 0.8


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_stated_u_covers_95_percent_of_a_thousand_sizes_and_more(tmp_path: Path) -> None:
    """Benches that the table was not learnt from, items up to 300 mm, every kind of fault."""
    sets = [tmp_path / f"s{seed}" for seed in range(9000, 9012)]
    for path in sets:
        render_fast_set(path, 45, int(path.name[1:]), plain=True)
    found = list(trials(sets, shipped_edges(), Drawn(), nothing))
    whole = coverage(found)[0]

    assert whole.n >= 1000
    assert whole.covered == pytest.approx(0.95, abs=0.03)
    assert len({trial.defect for trial in found}) == 11


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_what_is_found_was_foretold_and_defocus_moves_it(tmp_path: Path) -> None:
    """Within 20 points by kind, beyond what so few faults scatter by (two standard errors)."""
    shares = {}
    for mtf50 in (0.08, 0.3):
        path = tmp_path / f"bench-{mtf50}"
        render_fast_set(path, 150, 9100, width=320, mtf50=mtf50, plain=True)
        tried, false = attempts_on_pictures(shipped_pod(), [path], nothing)
        calls = sum(each.found * each.n for each in false) / sum(each.n for each in false)
        # Twice what was meant, at the rim of what was learnt: 320 px wide, and very soft.
        assert calls <= 0.15
        groups = {(g.kind, g.group): g for g in foretold(shipped_pod(), tried)}
        for (kind, group), each in groups.items():
            if group == "all" and each.n >= 10:
                within = 0.2 + each.n**-0.5
                assert each.found == pytest.approx(each.foretold, abs=within), (kind, mtf50)
        shares[mtf50] = groups["scratch", "all"]

    assert shares[0.08].found < shares[0.3].found
    assert shares[0.08].foretold < shares[0.3].foretold


def test_a_table_learnt_by_command_is_one_that_measuring_reads(
    rendered: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    edges, pod = tmp_path / "edges.toml", tmp_path / "pod.toml"

    assert run(["measure", "edges", str(rendered), "--out", str(edges)]) == 0
    assert run(["measure", "pod", str(rendered), "--out", str(pod)]) == 2
    assert "faults are too few to learn from: render more" in capsys.readouterr().err
    assert not pod.exists()
    monkeypatch.setattr(observer, "LEAST_SOUND", 1)
    assert run(["measure", "pod", str(rendered), "--out", str(pod)]) == 0

    assert EdgeTable.parse(edges.read_text("utf-8")).grids
    assert PodModel.parse(pod.read_text("utf-8")).kinds
    assert "returns" in capsys.readouterr().err
    # Ten returns are too few to show that U holds, and the exit code says so.
    code, said = answer(capsys, "measure", "cover", str(rendered), "--edges", str(edges))
    assert code == 1
    assert said["groups"][0]["n"] < 1000
    code, said = answer(capsys, "measure", "find", str(rendered), "--model", str(pod))
    assert code in {0, 1}
    assert {"kind", "group", "found", "foretold", "n"} == set(said["groups"][0])


def test_a_packs_outlines_are_those_of_faults_that_it_finds_as_what_they_are(
    rendered: Path,
) -> None:
    pose = next(pictured_poses([rendered], nothing))
    fault = pose.faults[0]
    frame = Box(0, 0, pose.mask.shape[1], pose.mask.shape[0])
    wide = cv2.dilate((pose.mask == fault.instance).astype(np.uint8), np.ones((5, 5), np.uint8))
    found = detection(fault.defect, 0.4, wide, frame, frame)
    mistaken = detection("dent" if fault.defect != "dent" else "tear", 0.9, wide, frame, frame)

    class Detector:
        def detect_pose(
            self, pictures: Any, region: object = None, least: float | None = None
        ) -> tuple[Any, ...]:
            assert list(pictures) == ["bright", "raking", "raking-back"]
            return (mistaken, found)

        def features(self) -> tuple[()]:
            return ()

    outlines = list(Detected(Detector(), LIGHTS, "a pack").outlines(pose, 1, 2))

    assert [each.fault for each in outlines] == [fault]
    assert found is not None
    assert (outlines[0].mask is found.mask, outlines[0].offset) == (True, found.box[:2])


def test_what_was_measured_of_a_packs_outlines_is_what_the_bench_measures_by(
    tmp_path: Path, expected_warnings: list[str]
) -> None:
    expected_warnings.append("is passed over: The table of edges is wrong")
    cell = Edge(0.5, 0.25, 99)
    table = EdgeTable("own", {("dent", "area", False): Grid((), (), ((cell,),))})
    place = keep_outlines(tmp_path, LIVE_PACK, table)
    outlines = ShelfFiles(tmp_path).outlines

    known = child._edges_of((outlines,), place.stem)
    assert known.edge("dent", "area", 20, None) == cell
    assert pack_edges(tmp_path, LIVE_PACK).edge("dent", "area", 20, None) == cell
    other = child._edges_of((outlines,), "another-pack")
    assert other.edge("dent", "area", 20, None) == shipped_edges().edge("dent", "area", 20, None)
    place.write_text("schema =", "utf-8")
    assert child._edges_of((outlines,), place.stem) is shipped_edges()


def test_a_record_states_what_its_bench_finds_and_a_policy_is_held_to_it(
    record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = answer(capsys, "measure", "detection", str(record))
    assert code == 0
    assert {each["defect"] for each in said["detection"]} == set(shipped_pod().kinds)

    policy = tmp_path / "fine.toml"
    shipped = Path("station/defaults/policies/carton.toml").read_text("utf-8")
    policy.write_text(re.sub(r"light_above = \d+", "light_above = 1.5", shipped), "utf-8")
    arguments = ("policy", "check", str(policy), "--calibration", str(record))
    code, said = answer(capsys, *arguments)

    assert code == 1
    assert any(re.search("surely finds? scratch", p) for p in said["policies"][0]["problems"])


def test_the_card_draws_what_is_found_at_true_size_in_both_languages(
    record: Path, tmp_path: Path
) -> None:
    card = tmp_path / "card.html"
    run(["measure", "detection", str(record)])

    assert run(["measure", "card", str(record), "--out", str(card)]) == 0

    page = card.read_text("utf-8")
    assert "Scratch · 划痕" in page
    assert 'width="148.0mm"' in page
    assert 'width="100"' in page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["measure", "card", "RECORD", "--out", "x.html"], "run 'regrade measure detection"),
        (["policy", "check", "--calibration", "RECORD"], "run 'regrade measure detection"),
        (["measure", "detection", "nowhere.toml"], "cannot be read"),
        (["measure", "edges", "nowhere"], "Give --out with a file, or --state"),
        (["measure", "edges", "nowhere", "--state", "."], "goes with --pack"),
        (["measure", "cover", "nowhere"], "name the directory of a rendered set"),
        (["measure", "cover", "nowhere", "--edges", "RECORD"], "learn it again"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_sentence(
    arguments: list[str], said: str, record: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run([str(record) if each == "RECORD" else each for each in arguments])

    assert code == 2
    heard = capsys.readouterr().err
    assert said in heard
    assert "Traceback" not in heard


def coloured(path: Path, rgb: tuple[int, int, int], seed: int) -> Path:
    chance = np.random.default_rng(seed)
    picture = np.full((90, 160, 3), rgb[::-1]) + chance.normal(0, 1.5, (90, 160, 3))
    cv2.imwrite(str(path), np.clip(picture, 0, 255).astype(np.uint8))
    return path


def test_a_colour_is_compared_with_a_physical_reference_or_said_to_decide_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def bench(lamp: str) -> Path:
        record = tmp_path / f"{lamp}.toml"
        colour = {
            "kind": "linear",
            "matrix": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            "white_balance": [1.0, 1.0, 1.0],
            "lamp": lamp,
            "batch": "since-2014-11",
            "de00_before_mean": 3.0,
            "de00_mean": 1.0,
            "de00_p90": 2.0,
            "de00_max": 3.0,
            "U_difference": 0.1,
        }
        even = [[1.0] * 9] * 9
        lit = [{"name": lamp, "level": [0.8, 0.8, 0.8], "flat_field": even}]
        changes = {"colour": colour, "lamps": lit, "camera.width": 160, "camera.height": 90}
        record.write_bytes(written({**changes, "lens.cx": 79.5, "lens.cy": 44.5}))
        return record

    red = coloured(tmp_path / "red.png", (180, 40, 40), 1)
    again = coloured(tmp_path / "again.png", (180, 40, 40), 2)
    faded = coloured(tmp_path / "faded.png", (196, 70, 60), 3)
    white = coloured(tmp_path / "white.png", (240, 244, 255), 4)

    def compared(item: Path, reference: Path, *more: str) -> dict[str, Any]:
        pair = ("--item", str(item), "--reference", str(reference))
        code, said = answer(
            capsys, "measure", "shade", *pair, "--calibration", str(bench("bright")), *more
        )
        assert code == 0
        return said

    same = compared(again, red, "--limit", "2")
    assert same["delta_e00"] < 0.5
    assert same["exceeds"] is False
    other = compared(faded, red, "--limit", "2")
    assert other["delta_e00"] == pytest.approx(6.5, abs=1.5)
    assert (other["exceeds"], other["undecided"]) == (True, [])
    assert other["U"] == pytest.approx(0.1 * other["delta_e00"], rel=0.2)
    bright = compared(white, white, "--limit", "2")
    assert (bright["exceeds"], bright["undecided"]) == (None, ["brightened"])
    warm = ("--item", str(faded), "--reference", str(red), "--calibration", str(bench("warm")))
    assert compared(again, red, *warm)["undecided"] == ["metameric"]

    plain = tmp_path / "plain.toml"
    plain.write_bytes(written({}))
    pair = ["--item", str(red), "--reference", str(red)]
    assert run(["measure", "shade", *pair, "--calibration", str(plain)]) == 2
    assert "claims no colours: run 'regrade calibrate light'" in capsys.readouterr().err
    assert run(["measure", "shade", *pair, "--item", str(red), "--calibration", str(plain)]) == 2
