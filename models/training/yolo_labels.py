"""A rendered set in the layout that `ultralytics` trains segmenters from."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.sets import PoseTruth, RenderedSet, ShotPicture, read_set
from models.training.errors import TrainingError
from models.training.partition import RETURN_SHARES, Part, part_of

DATASET = "dataset.yaml"
_FOLDERS = {Part.TRAIN: "train", Part.VALIDATION: "val"}
_TOLERANCE_PX = 0.5


def write_yolo_set(sets: Sequence[Path], out: Path, classes: Sequence[str]) -> Path:
    """Write pictures, label files and `dataset.yaml` below ``out``; gives the path of the latter.

    The parts are those of the dense trainer; where one is empty, the other serves for both. A
    picture without a fault has an empty label file. Raises TrainingError where the sets are empty.
    """
    for folder in _FOLDERS.values():
        (out / "images" / folder).mkdir(parents=True, exist_ok=True)
        (out / "labels" / folder).mkdir(parents=True, exist_ok=True)
    for path in sets:
        rendered = read_set(path)
        for return_id in rendered.returns:
            folder = _FOLDERS[part_of(f"{rendered.seed}/{return_id}", RETURN_SHARES)]
            for pose in rendered.read_return(return_id).poses:
                mask = rendered.read_mask(return_id, pose)
                text = label_lines(pose, mask, classes)
                for shot in pose.shots:
                    _write_shot(rendered, return_id, shot, out, folder, text)
    filled = [folder for folder in _FOLDERS.values() if any((out / "images" / folder).iterdir())]
    if not filled:
        raise TrainingError("The sets hold no returns to learn from: render some first.")
    dataset = out / DATASET
    entry = {
        "path": str(out.resolve()),
        "train": f"images/{filled[0]}",
        "val": f"images/{filled[-1]}",
        "names": dict(enumerate(classes)),
    }
    # JSON is YAML.
    dataset.write_text(json.dumps(entry, indent=1) + "\n", encoding="utf-8")
    return dataset


def label_lines(pose: PoseTruth, mask: NDArray[np.uint8], classes: Sequence[str]) -> str:
    """One line per connected part of a fault: class number, then the outline as x y pairs.

    Coordinates are shares of the picture's width and height, counted from pixel edges.
    """
    height, width = mask.shape
    lines = []
    for fault in pose.faults:
        if fault.defect not in classes:
            continue
        own = (mask == fault.instance).astype(np.uint8)
        contours, _ = cv2.findContours(own, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        for contour in contours:
            corners = cv2.approxPolyDP(contour, _TOLERANCE_PX, closed=True).reshape(-1, 2)
            if len(corners) < 3:
                continue
            shares = (corners + 0.5) / (width, height)
            numbers = " ".join(f"{value:.6f}" for value in shares.reshape(-1))
            lines.append(f"{classes.index(fault.defect)} {numbers}\n")
    return "".join(lines)


def _write_shot(
    rendered: RenderedSet,
    return_id: str,
    shot: ShotPicture,
    out: Path,
    folder: str,
    labels: str,
) -> None:
    source = rendered.directory(return_id) / shot.file
    name = f"{rendered.path.name}-{rendered.seed}-{return_id}-{shot.shot}"
    shutil.copyfile(source, out / "images" / folder / f"{name}{source.suffix}")
    (out / "labels" / folder / f"{name}.txt").write_text(labels, encoding="utf-8")
