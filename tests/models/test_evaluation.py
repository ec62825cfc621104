"""A pack is measured on a rendered set as the bench would use it."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.evaluation import evaluate
from models.runtime.errors import PictureError
from models.runtime.metrics import Figure, metrics_text, read_metrics
from models.sets import (
    FaultTruth,
    PoseTruth,
    RenderedSet,
    ReturnTruth,
    SetError,
    ShotPicture,
    write_return,
    write_set,
)
from tests.models.runtime.conftest import Read, build, pack, signer

__all__ = ["build", "pack", "signer"]

HEIGHT, WIDTH = 240, 320
BENCH, BOARD = (60, 62, 66), (110, 80, 60)
COLOURS = {"scratch": (255, 70, 60), "dent": (110, 255, 60), "stain": (110, 70, 255)}
ITEM = (60, 50, 200, 140)
Box = tuple[int, int, int, int]


def paint(picture: np.ndarray, box: Box, colour: tuple[int, int, int] | int) -> None:
    x, y, width, height = box
    picture[y : y + height, x : x + width] = colour


def store(path: Path, picture: np.ndarray) -> None:
    assert cv2.imwrite(str(path), picture if picture.ndim == 2 else picture[..., ::-1])


class Scenes:
    """Writes a set of one-pose returns with painted faults."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        self.names: list[str] = []
        for light in ("bright", "raking"):
            store(path / f"empty-{light}.jpg", np.full((HEIGHT, WIDTH, 3), BENCH, np.uint8))

    def add(
        self,
        true: list[tuple[str, Box]],
        bright: list[tuple[str, Box]],
        raking: list[tuple[str, Box]] = (),
        item: bool = True,
    ) -> None:
        """A return with `true` faults, of which the lights show these."""
        name = f"r{len(self.names):04d}"
        self.names.append(name)
        directory = self.path / name
        directory.mkdir()
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        faults = []
        for number, (defect, box) in enumerate(true, 1):
            paint(mask, box, number)
            x, y, w, h = box
            faults.append(FaultTruth(number, defect, ((x, y), (x + w, y), (x, y + h)), ()))
        for light, shown in (("bright", bright), ("raking", raking)):
            picture = np.full((HEIGHT, WIDTH, 3), BENCH, np.uint8)
            if item:
                paint(picture, ITEM, BOARD)
            for defect, box in shown:
                paint(picture, box, COLOURS[defect])
            store(directory / f"top-{light}.png", picture)
        store(directory / "top-mask.png", mask)
        shots = tuple(
            ShotPicture(f"top-{light}", light, f"top-{light}.png") for light in ("bright", "raking")
        )
        outline = ((60.0, 50.0), (259.0, 50.0), (259.0, 189.0), (60.0, 189.0))
        pose = PoseTruth("top", outline, "top-mask.png", shots, tuple(faults), ())
        write_return(
            directory,
            ReturnTruth(name, "carton", "00000000000000", "1", (100.0, 70.0, 50.0), (pose,)),
        )

    def finish(self) -> Path:
        write_set(RenderedSet(self.path, "painted", 1, WIDTH, HEIGHT, tuple(self.names)))
        return self.path


@pytest.fixture
def scenes(tmp_path: Path) -> Scenes:
    return Scenes(tmp_path / "painted")


A, B, C = (80, 70, 30, 20), (140, 100, 24, 40), (200, 150, 40, 16)


def test_a_pack_that_finds_everything_has_full_marks(pack: Read, scenes: Scenes) -> None:
    for faults in ([("scratch", A), ("dent", B)], [("dent", C)], [], []):
        scenes.add(faults, faults)

    figures = evaluate(pack(), [scenes.finish()], bootstrap=100)

    assert figures.set == "painted"
    full = Figure(value=1.0, low=1.0, high=1.0, n=2)
    dent = figures.classes["dent"]
    assert (dent.ap50, dent.ap50_95, dent.recall, dent.n) == (full, full, full, 2)
    assert figures.classes["scratch"].ap50.value == 1
    assert figures.overall.mask_map50 == Figure(value=1.0, low=1.0, high=1.0, n=3)
    assert figures.overall.auroc == Figure(value=1.0, low=1.0, high=1.0, n=4)


def test_a_class_that_does_not_occur_is_unknown(pack: Read, scenes: Scenes) -> None:
    scenes.add([("scratch", A)], [("scratch", A)])

    figures = evaluate(pack(), [scenes.finish()], bootstrap=20)

    assert figures.classes["stain"].ap50 == Figure(n=0)
    assert figures.overall.mask_map50.value == 1
    assert figures.overall.auroc == Figure(n=1)


def test_the_grading_figures_are_left_open(pack: Read, scenes: Scenes) -> None:
    scenes.add([("scratch", A)], [("scratch", A)])

    overall = evaluate(pack(), [scenes.finish()], bootstrap=20).overall

    for open_figure in (
        overall.grade_accuracy,
        overall.kappa,
        overall.miss,
        overall.leak,
        overall.review_load,
    ):
        assert open_figure == Figure()


def test_what_one_light_shows_counts_and_what_both_show_counts_once(
    pack: Read, scenes: Scenes
) -> None:
    scenes.add([("scratch", A), ("dent", B)], [("scratch", A)], [("scratch", A), ("dent", B)])

    figures = evaluate(pack(), [scenes.finish()], bootstrap=20)

    assert figures.classes["scratch"].ap50.value == 1
    assert figures.classes["dent"].recall.value == 1


def test_missed_and_invented_faults_cost(pack: Read, scenes: Scenes) -> None:
    scenes.add([("scratch", A)], [("scratch", A)])
    scenes.add([("scratch", B)], [])
    scenes.add([], [("scratch", C)])

    figures = evaluate(pack(), [scenes.finish()], bootstrap=200)

    scratch = figures.classes["scratch"]
    assert scratch.recall.value == 0.5
    assert scratch.recall.low == 0
    assert scratch.recall.high == 1
    assert 0.2 < scratch.ap50.value < 0.6
    assert figures.overall.auroc.value == 0.25


def test_a_fault_taken_for_another_kind_or_outlined_badly_is_noticed_all_the_same(
    pack: Read, scenes: Scenes
) -> None:
    x, y, width, height = A
    scenes.add([("scratch", A)], [("dent", A)])
    scenes.add([("scratch", A)], [("scratch", (x, y, width // 3, height))])
    scenes.add([("scratch", A)], [("scratch", C)])

    scratch = evaluate(pack(), [scenes.finish()], bootstrap=20).classes["scratch"]

    assert scratch.recall.value == 0
    assert scratch.noticed.value == pytest.approx(2 / 3)
    assert scratch.noticed.n == 3


def test_what_is_shown_beside_the_item_is_not_looked_at(pack: Read, scenes: Scenes) -> None:
    scenes.add([("scratch", A)], [("scratch", A), ("dent", (5, 5, 14, 14))])
    scenes.add([], [])

    figures = evaluate(pack(), [scenes.finish()], bootstrap=20)

    assert figures.overall.auroc.value == 1
    assert figures.classes["scratch"].ap50.value == 1


def test_an_item_that_is_not_found_has_no_findings(pack: Read, scenes: Scenes) -> None:
    scenes.add([("scratch", A)], [], item=False)

    assert evaluate(pack(), [scenes.finish()], bootstrap=20).classes["scratch"].recall.value == 0


def test_the_threshold_counts_as_it_is_shipped(pack: Read, scenes: Scenes) -> None:
    scenes.add([("scratch", A)], [("scratch", A)])
    opened = pack(
        decode={
            "thresholds": {name: {"low": 0.4, "high": 1.0} for name in ("scratch", "dent", "stain")}
        }
    )

    scratch = evaluate(opened, [scenes.finish()], bootstrap=20).classes["scratch"]

    assert scratch.ap50.value == 1
    assert scratch.recall.value == 0


def test_progress_is_told_by_return(pack: Read, scenes: Scenes) -> None:
    for _ in range(3):
        scenes.add([], [])
    told: list[tuple[int, int]] = []

    evaluate(pack(), [scenes.finish()], progress=lambda *seen: told.append(seen), bootstrap=2)

    assert told == [(1, 3), (2, 3), (3, 3)]


def test_figures_survive_their_file(pack: Read, scenes: Scenes) -> None:
    scenes.add([("scratch", A)], [("scratch", A)])
    figures = evaluate(pack(), [scenes.finish()], bootstrap=20)

    assert read_metrics(metrics_text(figures).encode()) == figures


def test_a_set_that_cannot_be_read_is_refused(pack: Read, scenes: Scenes) -> None:
    with pytest.raises(SetError):
        evaluate(pack(), [scenes.path])

    index = RenderedSet(scenes.path, "painted", 1, WIDTH, HEIGHT, ())
    write_set(index)
    with pytest.raises(SetError, match="no return"):
        evaluate(pack("other"), [scenes.path])

    scenes.add([], [])
    write_set(replace(index, returns=("r0000",)))
    (scenes.path / "empty-bright.jpg").unlink()
    with pytest.raises(PictureError, match="cannot be read"):
        evaluate(pack("third"), [scenes.path])


def test_sets_of_several_benches_are_taken_together(pack: Read, scenes: Scenes) -> None:
    scenes.add([("scratch", A)], [("scratch", A)])
    one = scenes.finish()
    other = Path(shutil.copytree(one, one.with_name("other")))
    table = json.loads((other / "set.json").read_text("utf-8"))
    (other / "set.json").write_text(json.dumps({**table, "seed": table["seed"] + 1}), "utf-8")
    alone = evaluate(pack(), [one], bootstrap=20)
    both = evaluate(pack("again"), [one, other], bootstrap=20)

    assert both.classes["scratch"].n == 2 * alone.classes["scratch"].n
    assert both.set == f"{alone.set}, other"
    with pytest.raises(SetError, match="name each set once"):
        evaluate(pack("twice"), [one, one], bootstrap=20)


def test_a_pose_can_be_shown_under_one_lamp_alone(pack: Read, scenes: Scenes) -> None:
    scenes.add([("scratch", A)], [], [("scratch", A)])
    path = scenes.finish()

    whole = evaluate(pack(), [path], bootstrap=20)
    bright = evaluate(pack("again"), [path], bootstrap=20, lights=("bright",))

    assert whole.classes["scratch"].recall.value == 1
    assert bright.classes["scratch"].recall.value == 0
