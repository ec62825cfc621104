"""One short run of ultralytics; skipped where the train extra is not installed."""

from pathlib import Path

import pytest

from models.training.errors import TrainingError
from models.training.yolo import YoloRecipe, train_yolo
from models.training.yolo_labels import write_yolo_set
from tests.support.drawn_returns import CLASSES


def test_a_missing_dataset_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="convert a rendered set first"):
        train_yolo(tmp_path / "dataset.yaml", tmp_path / "run")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("architecture", ["yolo26n-seg.yaml", "yolo11n-seg.yaml"])
@pytest.mark.filterwarnings("ignore")  # ultralytics and its exporter warn of their own affairs
def test_a_few_steps_give_an_onnx_model(architecture: str, drawn_set: Path, tmp_path: Path) -> None:
    pytest.importorskip("ultralytics", reason="the train extra is not installed")
    onnx = pytest.importorskip("onnx", reason="the train extra is not installed")

    dataset = write_yolo_set([drawn_set], tmp_path / "yolo", CLASSES)
    recipe = YoloRecipe(architecture=architecture, side=64, batch=8, epochs=1)
    model = onnx.load(train_yolo(dataset, tmp_path / "run", recipe))

    assert [node.name for node in model.graph.input] == ["images"]
    assert len(model.graph.output) == 2
