"""Measuring packs from the command line, on pictures rendered for the test."""

import shutil
from pathlib import Path

import pytest

from models.rendering.fast.render import render_fast_set
from tests.station.commands.test_command_line import PACK, PICTURES, _english, answer, refusal

__all__ = ["_english"]


@pytest.fixture(scope="module")
def goods(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sets") / "goods"
    render_fast_set(path, 3, 77, families=("carton",), defects=("stain", "dent"), width=640)
    return path


def test_a_pack_is_measured_on_a_set_with_every_figure_of_the_design(
    capsys: pytest.CaptureFixture[str], goods: Path, tmp_path: Path
) -> None:
    code, said = answer(
        capsys, "models", "evaluate", str(PACK), str(goods), "--mistakes", str(tmp_path / "worst")
    )

    assert code == 0
    assert said["set"] == "goods"
    assert set(said["classes"]["stain"]) >= {"ap50", "ap50_95", "recall", "n", "boundary_px"}
    assert set(said["overall"]) >= {
        "mask_map50", "grade_accuracy", "kappa", "miss", "leak", "review_load", "auroc",
    }  # fmt: skip
    assert said["categories"]["carton"]["grade_accuracy"]["n"] == 3
    assert (tmp_path / "worst").is_dir()


def test_operating_points_trade_what_gets_through_for_what_a_person_sees(
    capsys: pytest.CaptureFixture[str], goods: Path
) -> None:
    arguments = ["models", "operating-points", str(PACK), str(goods), "--category", "carton"]
    code, said = answer(capsys, *arguments, "--leak", "1")

    points = said["points"]
    assert code == 0
    assert [point["reported_from"] for point in points] == pytest.approx(
        [0.1 + 0.05 * step for step in range(17)]
    )
    assert all(point["review_load"]["n"] == 3 for point in points)
    assert points[0]["miss"]["value"] <= points[-1]["miss"]["value"]
    least = min(point["review_load"]["value"] for point in points)
    (named,) = (p for p in points if p["reported_from"] == said["within_leak"])
    assert named["review_load"]["value"] == least


def test_photographs_are_measured_by_folder(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("faulty", "clean"):
        (tmp_path / name).mkdir()
    shutil.copy(PICTURES / "r0001" / "top-bright.jpg", tmp_path / "faulty" / "a.jpg")
    shutil.copy(PICTURES / "empty-bright.jpg", tmp_path / "clean" / "b.jpg")

    code, said = answer(
        capsys, "models", "photographs", str(PACK),
        "--faulty", str(tmp_path / "faulty"), "--clean", str(tmp_path / "clean"),
    )  # fmt: skip

    assert code == 0
    assert [group["name"] for group in said["groups"]] == ["faulty", "clean"]
    assert said["false_alarms"]["n"] == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["photographs", str(PACK)], "Name photographs"),
        (["photographs", str(PACK), "--clean", "nowhere"], "holds no photographs"),
        (["evaluate", str(PACK), "nowhere"], "name the directory of a rendered set"),
        (["evaluate", str(PACK), "nowhere", "--into", "x"], "--into needs --key"),
        (["operating-points", str(PACK), "nowhere"], "name the directory of a rendered set"),
        (["train", "nowhere", "--out", "x", "--key", "y.pem"], "y.pem"),
    ],
)
def test_what_cannot_be_measured_is_said_in_a_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    code, said = refusal(capsys, "models", *arguments)

    assert code == 2
    assert sentence in said
    assert "\n" not in said


def test_what_would_be_in_vain_is_said_before_anything_is_looked_at(
    capsys: pytest.CaptureFixture[str], goods: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "no.pem"
    wrong.write_text("no key", "utf-8")
    missing = Path(shutil.copytree(goods, tmp_path / "missing"))
    shot = next(missing.glob("r*/*bright.jpg"))
    shot.write_bytes(shot.read_bytes()[:200])
    spoilt = Path(shutil.copytree(goods, tmp_path / "spoilt"))
    (spoilt / "calibration.json").write_text("{}", "utf-8")
    said = [
        refusal(capsys, "models", "evaluate", str(PACK), *map(str, words))
        for words in (
            (goods, "--into", tmp_path / "new", "--key", wrong),
            (goods, goods),
            (goods, "--light", "moon"),
            (missing,),
            (spoilt,),
            (goods, "--into", "/proc/nowhere/new", "--key", wrong),
        )
    ]

    assert [code for code, _ in said] == [2] * len(said)
    for (_, line), why in zip(
        said,
        (
            "no.pem",
            "name each set once",
            "No picture was taken under moon",
            f"{shot.name}: ",
            "calibration.json",
            "no.pem",
        ),
        strict=True,
    ):
        assert why in line
        assert "unexpectedly" not in line
    assert not (tmp_path / "new").exists()
