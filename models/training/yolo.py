"""Training an `ultralytics` segmenter from scratch, for packs that decode as `yolo-seg`."""

import os
from dataclasses import dataclass
from pathlib import Path

from models.training.errors import TrainingError


@dataclass(frozen=True, slots=True)
class YoloRecipe:
    """The numbers of a run. ``architecture`` is a YAML that `ultralytics` brings along."""

    architecture: str = "yolo26n-seg.yaml"
    side: int = 640
    batch: int = 16
    epochs: int = 100
    minutes: float | None = None
    """Ends the run whatever the epochs."""
    seed: int = 0


def train_yolo(dataset: Path, out: Path, recipe: YoloRecipe | None = None) -> Path:
    """Train on the `dataset.yaml` that `write_yolo_set` wrote, and export; gives the ONNX file.

    The weights start at random, nothing is fetched. Raises TrainingError where the dataset is
    missing or nothing came of the run.
    """
    if not dataset.is_file():
        raise TrainingError(f"{dataset} is missing: convert a rendered set first.")
    recipe = recipe or YoloRecipe()
    # Read once, when ultralytics is first imported.
    os.environ.setdefault("YOLO_OFFLINE", "true")
    os.environ.setdefault("YOLO_AUTOINSTALL", "false")
    from ultralytics import YOLO

    model = YOLO(recipe.architecture, task="segment")
    model.train(
        data=str(dataset),
        project=str(out.resolve()),
        name="run",
        exist_ok=True,
        imgsz=recipe.side,
        batch=recipe.batch,
        epochs=recipe.epochs,
        time=recipe.minutes / 60 if recipe.minutes else None,
        seed=recipe.seed,
        deterministic=True,
        pretrained=False,
        workers=0,
        plots=False,
        amp=False,
        verbose=False,
    )
    weights = out / "run" / "weights" / "last.pt"
    if not weights.is_file():
        raise TrainingError(f"{out} holds no weights after training: read the messages above.")
    exported = YOLO(str(weights)).export(format="onnx", imgsz=recipe.side, opset=17, simplify=True)
    return Path(str(exported))
