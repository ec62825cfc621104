"""Writing a labelled set in COCO's format, whole or not at all."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from models.labels.coco import COMPLETE, ITEM, LIGHT, NOT_FAULT, POSE, UNSURE
from models.labels.labelled import LabelError, Outline
from models.sets import Polygon

ANNOTATIONS = "annotations.json"
_PICTURES = "images"


@dataclass(frozen=True, slots=True)
class PictureToWrite:
    """A picture's file content and its labels, as `LabelledPicture` means them."""

    name: str
    content: bytes
    width: int
    height: int
    item: str
    pose: str
    light: str
    faults: tuple[Outline, ...]
    not_faults: tuple[Polygon, ...]
    unsure: tuple[Polygon, ...]
    complete: bool


def write_coco(path: Path, pictures: Iterable[PictureToWrite], classes: Iterable[str]) -> int:
    """Write the set at `path`, which must not exist yet; the number of pictures.

    `classes` are the kinds that the set looks for, whether they occur or not. LabelError where
    nothing can be written there, or there is no picture to write; then nothing was.
    """
    if path.exists():
        raise LabelError(f"{path} exists already: name another folder.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    except OSError as error:
        raise LabelError(f"{path} cannot be made ({error.strerror}): name another.") from error
    try:
        count = _write(draft, pictures, tuple(classes))
        draft.chmod(0o755)
        draft.rename(path)
    except OSError as error:
        raise LabelError(f"{path} cannot be written ({error.strerror}): make room.") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return count


def _write(folder: Path, pictures: Iterable[PictureToWrite], classes: tuple[str, ...]) -> int:
    (folder / _PICTURES).mkdir()
    numbers = {name: number for number, name in enumerate(classes, 1)}
    harmless, unsure = len(classes) + 1, len(classes) + 2
    images: list[Mapping[str, object]] = []
    annotations: list[Mapping[str, object]] = []
    for picture in pictures:
        image = len(images) + 1
        _store(folder / _PICTURES / picture.name, picture.content)
        images.append(_image(picture, image))
        marked = [(numbers[fault.defect], fault.polygon) for fault in picture.faults]
        marked += [(harmless, polygon) for polygon in picture.not_faults]
        marked += [(unsure, polygon) for polygon in picture.unsure]
        for category, polygon in marked:
            annotations.append(_annotation(len(annotations) + 1, image, category, polygon))
    if not images:
        raise LabelError("There is nothing to export: correct findings in a review first.")
    categories = [{"id": n, "name": name, "supercategory": "fault"} for name, n in numbers.items()]
    categories.append({"id": harmless, "name": "not_damage", "supercategory": NOT_FAULT})
    categories.append({"id": unsure, "name": "unsure", "supercategory": UNSURE})
    table = {"images": images, "categories": categories, "annotations": annotations}
    _store(folder / ANNOTATIONS, (json.dumps(table, indent=1) + "\n").encode())
    return len(images)


def _image(picture: PictureToWrite, number: int) -> dict[str, object]:
    return {
        "id": number,
        "file_name": f"{_PICTURES}/{picture.name}",
        "width": picture.width,
        "height": picture.height,
        ITEM: picture.item,
        POSE: picture.pose,
        LIGHT: picture.light,
        COMPLETE: picture.complete,
    }


def _annotation(number: int, image: int, category: int, polygon: Polygon) -> dict[str, object]:
    """Pixel centres at integers become distances from the picture's edges."""
    xs, ys = ([value + 0.5 for value in axis] for axis in zip(*polygon, strict=True))
    pairs = zip(xs, ys, [*xs[1:], xs[0]], [*ys[1:], ys[0]], strict=True)
    area = abs(sum(x * v - u * y for x, y, u, v in pairs)) / 2
    return {
        "id": number,
        "image_id": image,
        "category_id": category,
        "segmentation": [[value for corner in zip(xs, ys, strict=True) for value in corner]],
        "bbox": [min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)],
        "area": area,
        "iscrowd": 0,
    }


def _store(file: Path, content: bytes) -> None:
    with file.open("xb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
