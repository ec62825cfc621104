"""Small labelled sets on disk, in YOLO's and COCO's format; every picture is unlike the others."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

WIDTH, HEIGHT = 160, 120


def draw(path: Path, seed: int, *, width: int = WIDTH, height: int = HEIGHT) -> Path:
    """A picture of coarse coloured spots; equal seeds give equal pictures."""
    path.parent.mkdir(parents=True, exist_ok=True)
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
    picture = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    cv2.imwrite(str(path), picture)
    return path


def yolo(path: Path, labels: Mapping[str, str | None], names: Sequence[str] = ("stain",)) -> Path:
    """Pictures by their place below `images`, each with the text of its label file, or none."""
    path.mkdir(parents=True, exist_ok=True)
    (path / "labels").mkdir()
    (path / "data.yaml").write_text(f"path: .\nnames: {list(names)!r}\nnc: {len(names)}\n")
    for seed, (name, text) in enumerate(labels.items()):
        draw(path / "images" / f"{name}.png", seed)
        if text is not None:
            file = path / "labels" / f"{name}.txt"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    return path


def coco(
    path: Path,
    annotations: Sequence[Mapping[str, Any]],
    *,
    pictures: int = 2,
    categories: Sequence[Mapping[str, Any]] = ({"id": 7, "name": "stain"},),
    image: Mapping[str, Any] | None = None,
) -> Path:
    """Pictures `p0.png`, `p1.png`, … with ids from 0, and their annotation file."""
    images = []
    for number in range(pictures):
        draw(path / f"p{number}.png", number)
        entry = {"id": number, "file_name": f"p{number}.png", "width": WIDTH, "height": HEIGHT}
        images.append({**entry, **(image or {})})
    table = {"images": images, "categories": list(categories), "annotations": list(annotations)}
    (path / "annotations.json").write_text(json.dumps(table))
    return path
