"""Sets in YOLO's format: a text file beside each picture, one line for each fault.

A line holds the class number and then the centre, width and height of a box, or the corners of an
outline, all as shares of the picture's sides counted from pixel edges. Known layouts: `images/…`
beside `labels/…` (`ultralytics`), `SPLIT/images` beside `SPLIT/labels` (Roboflow), and pictures and
text files in one folder. The classes' names stand in `dataset.yaml`, `data.yaml` or `classes.txt`.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.labels.labelled import LabelError, Split
from models.labels.naming import SUFFIXES, split_named
from models.labels.yaml_names import class_names
from models.sets import Polygon

_NAMES = ("dataset.yaml", "data.yaml", "dataset.yml", "data.yml")
_CLASSES = "classes.txt"
_SLACK = 0.002
"""A share may lie this far outside the picture: exporters round."""


@dataclass(frozen=True, slots=True)
class YoloPicture:
    """A picture with its label file, which may not exist."""

    picture: Path
    labels: Path
    split: Split | None


@dataclass(frozen=True, slots=True)
class YoloLine:
    """One fault: the number of its class and its outline; a box's four corners if `box_only`."""

    class_number: int
    polygon: Polygon
    box_only: bool


def is_yolo(path: Path) -> bool:
    """Whether the folder looks like a YOLO set."""
    named = any((path / name).is_file() for name in (*_NAMES, _CLASSES))
    return named or any(_labelled(path))


def yolo_names(path: Path) -> tuple[str, ...]:
    """The names of the classes by number; LabelError where nothing tells them."""
    for name in _NAMES:
        if (path / name).is_file():
            return class_names(path / name)
    classes = path / _CLASSES
    if classes.is_file():
        try:
            lines = classes.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise LabelError(f"{classes} cannot be read: write it again as text.") from error
        return tuple(line.strip() for line in lines if line.strip())
    raise LabelError(
        f"{path} does not name its classes: write data.yaml with a line such as "
        'names: ["stain", "tear"] into it, in the order of the class numbers.'
    )


def yolo_pictures(path: Path) -> tuple[YoloPicture, ...]:
    """Every picture of the set, in the order of the names."""
    return tuple(sorted(_labelled(path), key=lambda found: found.picture))


def yolo_lines(file: Path, width: int, height: int, classes: int) -> tuple[YoloLine, ...]:
    """The faults in a label file of a picture of this size; none in an empty one.

    LabelError names the first line that is no label.
    """
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LabelError(f"{file} is no text: export the labels again.") from error
    lines = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                lines.append(_line(line.split(), width, height, classes))
            except ValueError as error:
                raise LabelError(f"{file}, line {number}: {error}.") from error
    return tuple(lines)


def _line(words: Sequence[str], width: int, height: int, classes: int) -> YoloLine:
    if not words[0].isdecimal() or int(words[0]) >= classes:
        raise ValueError(f"{words[0]} is no class: the set names {classes}, counted from 0")
    try:
        shares = [float(word) for word in words[1:]]
    except ValueError:
        raise ValueError("a label is the class and then numbers only") from None
    if not all(math.isfinite(share) and -_SLACK <= share <= 1 + _SLACK for share in shares):
        raise ValueError("its numbers must be shares of the picture, from 0 to 1")
    box_only = len(shares) == 4
    if not box_only and (len(shares) < 6 or len(shares) % 2):
        raise ValueError("a label has 4 numbers for a box, or x and y of at least 3 corners")
    if box_only:
        x, y, w, h = shares
        if w <= 0 or h <= 0:
            raise ValueError("its box has no size")
        left, right, top, bottom = x - w / 2, x + w / 2, y - h / 2, y + h / 2
        shares = [left, top, right, top, right, bottom, left, bottom]
    corners = tuple(
        (min(max(x, 0.0), 1.0) * width - 0.5, min(max(y, 0.0), 1.0) * height - 0.5)
        for x, y in zip(shares[::2], shares[1::2], strict=True)
    )
    if len(set(corners)) < 3:
        raise ValueError("its outline has fewer than 3 different corners")
    return YoloLine(int(words[0]), corners, box_only)


def _labelled(path: Path) -> Iterator[YoloPicture]:
    """Pictures in a folder `images` with one `labels` beside it, else those that have a label file
    beside them."""
    folders = [p for p in path.rglob("images") if p.is_dir() and (p.parent / "labels").is_dir()]
    for folder in folders:
        for picture in folder.rglob("*"):
            if picture.suffix.lower() in SUFFIXES:
                inner = picture.relative_to(folder)
                labels = folder.parent / "labels" / inner.with_suffix(".txt")
                yield YoloPicture(picture, labels, _split(picture.relative_to(path)))
    if folders:
        return
    for picture in path.rglob("*"):
        if picture.suffix.lower() in SUFFIXES and picture.with_suffix(".txt").is_file():
            relative = picture.relative_to(path)
            yield YoloPicture(picture, picture.with_suffix(".txt"), _split(relative))


def _split(relative: Path) -> Split | None:
    """The split by the names of the folders, outermost first."""
    return next((found for part in relative.parts[:-1] if (found := split_named(part))), None)
