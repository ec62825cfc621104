"""Sets in COCO's format: one JSON file with pictures, classes and annotations.

Coordinates count from pixel edges. Beyond COCO a picture may say which `item` it shows in which
`pose` under which `light`, and whether it is `complete`; and a class whose `supercategory` is
`not-fault` or `unsure` marks places that are no fault, or of which nothing is known.
`models.labels.coco_writing` writes these.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.labels.labelled import LabelError, Split
from models.labels.naming import split_named
from models.runtime.opencv import cv2
from models.sets import Polygon

NOT_FAULT, UNSURE = "not-fault", "unsure"
ITEM, COMPLETE, POSE, LIGHT = "item", "complete", "pose", "light"

_MOST_BYTES = 512 * 2**20
_MOST_MASK_PIXELS = 60_000_000
_TOLERANCE_PX = 0.5
_SLIP = 0.05
"""How far beyond its picture an outline may reach, as a share of the picture's longer side."""


@dataclass(frozen=True, slots=True)
class CocoOutline:
    """One part of an annotation: class name, its supercategory, outline in picture pixels."""

    name: str
    supercategory: str
    polygon: Polygon
    box_only: bool


@dataclass(frozen=True, slots=True)
class CocoPicture:
    """A picture as listed; `item` is None where the file does not say."""

    path: Path
    width: int
    height: int
    item: str | None
    complete: bool
    split: Split | None
    outlines: tuple[CocoOutline, ...]
    pose: str
    light: str


def coco_files(path: Path) -> tuple[Path, ...]:
    """The annotation files of a set: in its folder, in `annotations`, and one folder below."""
    places = sorted({*path.glob("*.json"), *path.glob("*/*.json")})
    return tuple(file for file in places if _head_is_coco(file))


def read_coco(file: Path, root: Path) -> tuple[tuple[CocoPicture, ...], tuple[str, ...]]:
    """The pictures of one annotation file of the set at `root`, and the names of its classes.

    LabelError says what is wrong with the file. Pictures are looked for, not opened.
    """
    table = _load(file)
    try:
        kinds = {
            int(entry["id"]): (str(entry["name"]), str(entry.get("supercategory", "")))
            for entry in table["categories"]
        }
        listed = {int(entry["id"]): entry for entry in table["images"]}
        sizes = {
            number: (int(entry["width"]), int(entry["height"])) for number, entry in listed.items()
        }
        for what, entries, known in (
            ("classes", table["categories"], kinds),
            ("pictures", table["images"], listed),
        ):
            if len(known) < len(entries):
                raise _wrong(file, f"two {what} have one id")
        annotations = [(int(entry["image_id"]), entry) for entry in table["annotations"]]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise _wrong(file, f"an entry lacks {error}") from error
    of_image: dict[int, list[CocoOutline]] = {number: [] for number in listed}
    for place, (image, entry) in enumerate(annotations):
        where = f"annotation {entry.get('id', place)}"
        if image not in listed:
            raise _wrong(file, f"{where} is of picture {image}, which is not listed")
        try:
            of_image[image] += _outlines(entry, kinds, sizes[image])
        except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
            raise _wrong(file, f"{where}: {error}") from error
    found = _Finder(file, root)
    try:
        pictures = tuple(
            CocoPicture(
                path=found.picture(entry["file_name"]),
                width=sizes[number][0],
                height=sizes[number][1],
                item=str(entry[ITEM]) if ITEM in entry else None,
                complete=bool(entry.get(COMPLETE, True)),
                split=found.split(entry["file_name"]),
                outlines=tuple(of_image[number]),
                pose=str(entry.get(POSE, "")),
                light=str(entry.get(LIGHT, "")),
            )
            for number, entry in listed.items()
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _wrong(file, f"a picture's entry lacks {error}") from error
    names = tuple(name for name, above in kinds.values() if above not in (NOT_FAULT, UNSURE))
    return pictures, names


class _Finder:
    """Where the pictures of an annotation file lie: beside it, or in the usual folders."""

    def __init__(self, file: Path, root: Path) -> None:
        self._file, self._root = file, root
        self._places = [file.parent, root, root / "images", file.parent / "images"]
        named = [word for word in file.stem.split("_") if split_named(word)]
        self._split = split_named(named[0]) if named else split_named(file.parent.name)
        if named:
            self._places += [root / named[0], root / "images" / named[0]]

    def picture(self, name: object) -> Path:
        if not isinstance(name, str) or Path(name).is_absolute() or ".." in Path(name).parts:
            raise _wrong(self._file, f"the file name {name!r} leads outside the set")
        for place in self._places:
            if (place / name).is_file():
                return place / name
        raise _wrong(self._file, f"the picture {name} is not there")

    def split(self, name: object) -> Split | None:
        parts = Path(str(name)).parts[:-1]
        inner = next((found for part in parts if (found := split_named(part))), None)
        return inner or self._split


def _outlines(
    entry: Mapping[str, Any], kinds: Mapping[int, tuple[str, str]], size: tuple[int, int]
) -> Iterator[CocoOutline]:
    category = int(entry["category_id"])
    if category not in kinds:
        raise ValueError(f"it is of class {category}, which is not listed")
    name, above = kinds[category]
    shape = entry.get("segmentation")
    if not shape:
        x, y, width, height = (float(value) for value in entry["bbox"])
        if not (math.isfinite(x + y + width + height) and width > 0 and height > 0):
            raise ValueError("its box has no size")
        right, bottom = x + width, y + height
        corners = [x, y, right, y, right, bottom, x, bottom]
        yield CocoOutline(name, above, _within(_polygon(corners), size), box_only=True)
        return
    for part in _run_lengths(shape, size) if isinstance(shape, dict) else map(_polygon, shape):
        yield CocoOutline(name, above, _within(part, size), box_only=False)


def _within(polygon: Polygon, size: tuple[int, int]) -> Polygon:
    """The outline, which must lie on its picture but for what a hand slips over the edge."""
    across, down = size
    slack = _SLIP * max(size)
    if any(not (-slack <= x <= across + slack and -slack <= y <= down + slack) for x, y in polygon):
        raise ValueError(f"its outline lies outside its picture of {across}x{down} pixels")
    xs, ys = [x for x, _ in polygon], [y for _, y in polygon]
    if max(xs) < 0 or min(xs) > across or max(ys) < 0 or min(ys) > down:
        raise ValueError(f"its outline lies outside its picture of {across}x{down} pixels")
    return polygon


def _polygon(numbers: Sequence[float]) -> Polygon:
    values = [float(number) for number in numbers]
    if len(values) < 6 or len(values) % 2 or not all(map(math.isfinite, values)):
        raise ValueError("its outline is not x and y of at least 3 corners")
    corners = tuple((x - 0.5, y - 0.5) for x, y in zip(values[::2], values[1::2], strict=True))
    if len(set(corners)) < 3:
        raise ValueError("its outline has fewer than 3 different corners")
    return corners


def _run_lengths(shape: Mapping[str, Any], size: tuple[int, int]) -> list[Polygon]:
    """The outlines of a mask in run lengths, column by column from the upper left corner."""
    height, width = (int(side) for side in shape["size"])
    if min(height, width) <= 0 or height * width > _MOST_MASK_PIXELS:
        raise ValueError("its mask has no possible size")
    counts = shape["counts"]
    lengths = _unpacked(counts) if isinstance(counts, str) else [int(count) for count in counts]
    if min(lengths, default=-1) < 0 or sum(lengths) != height * width:
        raise ValueError("its mask's run lengths do not fill its size")
    if (width, height) != size:
        raise ValueError(f"its mask is {width}x{height}, its picture {size[0]}x{size[1]} pixels")
    flat = np.zeros(height * width, np.uint8)
    ends = list(accumulate(lengths))
    for start, end in zip(ends[::2], ends[1::2], strict=False):
        flat[start:end] = 1
    return outlines_of(np.ascontiguousarray(flat.reshape(width, height).T))


def outlines_of(mask: NDArray[np.uint8]) -> list[Polygon]:
    """The outer outlines of a mask, through the centres of its outermost pixels; of what is a
    pixel wide, along its pixels' edges."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    found = []
    for contour in contours:
        corners = cv2.approxPolyDP(contour, _TOLERANCE_PX, closed=True).reshape(-1, 2)
        if len(corners) >= 3:
            found.append(tuple((float(x), float(y)) for x, y in corners))
            continue
        # A line one pixel wide has no area between its pixels' centres.
        x, y, width, height = (float(side) for side in cv2.boundingRect(contour))
        found.append(_box(x - 0.5, y - 0.5, x + width - 0.5, y + height - 0.5))
    return found


def _box(left: float, top: float, right: float, bottom: float) -> Polygon:
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def _unpacked(text: str) -> list[int]:
    """COCO's compressed run lengths (`rleFrString` of the COCO API): 5 bits a character, signed,
    and from the third on relative to the length two before."""
    lengths: list[int] = []
    place = 0
    while place < len(text):
        value = shift = 0
        while True:
            bits = ord(text[place]) - 48
            place += 1
            if not 0 <= bits < 64:
                raise ValueError("its mask's run lengths are damaged")
            value |= (bits & 0x1F) << shift
            shift += 5
            if not bits & 0x20:
                break
        if bits & 0x10:
            value -= 1 << shift
        lengths.append(value + lengths[-2] if len(lengths) > 2 else value)
    return lengths


def _head_is_coco(file: Path) -> bool:
    """Whether the file is COCO's, damaged or not; an empty one is by its name."""
    try:
        content = file.read_bytes() if file.stat().st_size <= _MOST_BYTES else b""
    except OSError:
        return False
    if not content.strip():
        return bool(re.search("coco|annotation|instances", file.name))
    return b'"images"' in content and b'"annotations"' in content


def _load(file: Path) -> Mapping[str, Any]:
    try:
        content = file.read_bytes()
        if not content.strip():
            raise _wrong(file, "it is empty")
        table = json.loads(content)
    except OSError as error:
        raise LabelError(f"{file} cannot be read ({error.strerror}): copy it again.") from error
    except (ValueError, RecursionError) as error:
        raise _wrong(file, f"it is no JSON: {error}") from error
    if not isinstance(table, dict):
        raise _wrong(file, "it is no object")
    return table


def _wrong(file: Path, what: str) -> LabelError:
    return LabelError(f"{file} cannot be used ({what}): correct it, or export it again.")
