"""Sets of rendered returns on disk: the ground truth of each picture, and the way in and out.

A set is one directory::

    SET/set.json            what was rendered and which returns are complete
    SET/calibration.json    the exact geometry of the rendered bench
    SET/empty-LIGHT.jpg     the empty bench under each light
    SET/RETURN/truth.json   one return: its poses, pictures, faults and marks that are no fault

Coordinates are frame pixels with pixel centres at integers. Sizes are millimetres. A mask picture
is 8-bit, one channel: 0 is no fault, n is the fault with ``instance`` n.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SCHEMA = 1

Polygon = tuple[tuple[float, float], ...]


class SetError(Exception):
    """A set cannot be read or written; the message is one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """One true value of a fault, such as ``length`` 41.5 ``mm``."""

    quantity: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class FaultTruth:
    """One fault of a pose: its number in the mask, its kind, its outline and its true sizes."""

    instance: int
    defect: str
    polygon: Polygon
    truth: tuple[Quantity, ...]

    def value(self, quantity: str) -> float | None:
        """The true value of ``quantity``, or None if this kind of fault has none."""
        return next((item.value for item in self.truth if item.quantity == quantity), None)


@dataclass(frozen=True, slots=True)
class Mark:
    """Something on the item that looks unlike plain board and is no fault (print, tape, seam)."""

    kind: str
    polygon: Polygon


@dataclass(frozen=True, slots=True)
class TextTruth:
    """Printed text that a reader should find, such as a ``date``, and its place in the frame."""

    kind: str
    text: str
    polygon: Polygon


@dataclass(frozen=True, slots=True)
class ItemPlacement:
    """Where an item lies: its middle in mm from the optical axis, x right and y down the frame,
    the height of its nominal face over the bench, and its yaw from x towards y."""

    x_mm: float
    y_mm: float
    z_mm: float
    yaw_deg: float


@dataclass(frozen=True, slots=True)
class ShotPicture:
    """One picture of a pose under one light; ``file`` is relative to the return's directory.

    ``not_faults`` are marks of this light alone, such as ``glare`` and ``shadow``.
    """

    shot: str
    light: str
    file: str
    not_faults: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class PoseTruth:
    """What is true of one pose; all its shots share the outline, the mask and the faults."""

    pose: str
    outline: Polygon
    mask: str
    shots: tuple[ShotPicture, ...]
    faults: tuple[FaultTruth, ...]
    not_faults: tuple[Mark, ...]
    texts: tuple[TextTruth, ...] = ()
    placement: ItemPlacement | None = None


@dataclass(frozen=True, slots=True)
class ReturnTruth:
    """One returned item; ``size_mm`` is length, width and height as it lies on the bench."""

    return_id: str
    category: str
    gtin: str
    serial: str
    size_mm: tuple[float, float, float]
    poses: tuple[PoseTruth, ...]


@dataclass(frozen=True, slots=True)
class RenderedSet:
    """The index of a set. ``returns`` names the complete ones, in order."""

    path: Path
    generator: str
    seed: int
    width: int
    height: int
    returns: tuple[str, ...]

    def directory(self, return_id: str) -> Path:
        """Where the files of ``return_id`` lie."""
        return self.path / return_id

    def read_return(self, return_id: str) -> ReturnTruth:
        """The truth of one return; raises SetError where it is absent or damaged."""
        return read_return(self.directory(return_id))

    def read_mask(self, return_id: str, pose: PoseTruth) -> NDArray[np.uint8]:
        """The instance mask of one pose, shape (height, width), dtype uint8.

        Raises SetError where the picture is absent, unreadable or of another size.
        """
        import cv2

        path = self.directory(return_id) / pose.mask
        mask = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if mask is None:
            raise SetError(f"{path} is missing or no picture: render this set again.")
        if mask.shape != (self.height, self.width):
            raise SetError(f"{path} is not {self.width}x{self.height}: render this set again.")
        return np.asarray(mask, dtype=np.uint8)


def read_set(path: Path) -> RenderedSet:
    """The index of the set in ``path``; raises SetError where it is absent or damaged."""
    file = path / "set.json"
    entry = _load(file)
    if entry.get("schema") != SCHEMA:
        raise SetError(f"{file} has an unknown schema: read it with the version that wrote it.")
    try:
        return RenderedSet(
            path=path,
            generator=str(entry["generator"]),
            seed=int(entry["seed"]),
            width=int(entry["width"]),
            height=int(entry["height"]),
            returns=tuple(_file_name(name) for name in entry["returns"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(file, error) from error


def write_set(rendered: RenderedSet) -> None:
    """Write the index; the file is replaced in one step, so a reader never sees half of it."""
    entry = {
        "schema": SCHEMA,
        "generator": rendered.generator,
        "seed": rendered.seed,
        "returns": list(rendered.returns),
        "width": rendered.width,
        "height": rendered.height,
    }
    _store(rendered.path / "set.json", entry)


def read_return(directory: Path) -> ReturnTruth:
    """The truth in ``directory``; raises SetError where it is absent or damaged."""
    file = directory / "truth.json"
    entry = _load(file)
    try:
        length, width, height = (float(size) for size in entry["size_mm"])
        return ReturnTruth(
            return_id=str(entry["return"]),
            category=str(entry["category"]),
            gtin=str(entry["gtin"]),
            serial=str(entry["serial"]),
            size_mm=(length, width, height),
            poses=tuple(_pose(pose) for pose in entry["poses"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(file, error) from error


def write_return(directory: Path, truth: ReturnTruth) -> None:
    """Write ``truth.json`` of one return into its directory, which must exist."""
    entry = {
        "return": truth.return_id,
        "category": truth.category,
        "gtin": truth.gtin,
        "serial": truth.serial,
        "size_mm": list(truth.size_mm),
        "poses": [
            {
                "pose": pose.pose,
                "outline": _points(pose.outline),
                "mask": pose.mask,
                "shots": [_shot_entry(shot) for shot in pose.shots],
                "faults": [
                    {
                        "instance": fault.instance,
                        "defect": fault.defect,
                        "polygon": _points(fault.polygon),
                        "truth": [
                            {"quantity": item.quantity, "value": item.value, "unit": item.unit}
                            for item in fault.truth
                        ],
                    }
                    for fault in pose.faults
                ],
                "not_faults": _mark_entries(pose.not_faults),
                **_optional_entries(pose),
            }
            for pose in truth.poses
        ],
    }
    _store(directory / "truth.json", entry)


def _pose(entry: dict[str, Any]) -> PoseTruth:
    return PoseTruth(
        pose=str(entry["pose"]),
        outline=_polygon(entry["outline"]),
        mask=_file_name(entry["mask"]),
        shots=tuple(
            ShotPicture(
                str(shot["shot"]),
                str(shot["light"]),
                _file_name(shot["file"]),
                _marks(shot.get("not_faults", ())),
            )
            for shot in entry["shots"]
        ),
        faults=tuple(
            FaultTruth(
                instance=int(fault["instance"]),
                defect=str(fault["defect"]),
                polygon=_polygon(fault["polygon"]),
                truth=tuple(
                    Quantity(str(item["quantity"]), float(item["value"]), str(item["unit"]))
                    for item in fault["truth"]
                ),
            )
            for fault in entry["faults"]
        ),
        not_faults=_marks(entry["not_faults"]),
        texts=tuple(
            TextTruth(str(text["kind"]), str(text["text"]), _polygon(text["polygon"]))
            for text in entry.get("texts", ())
        ),
        placement=_placement(entry.get("placement")),
    )


def _marks(entries: Sequence[dict[str, Any]]) -> tuple[Mark, ...]:
    return tuple(Mark(str(mark["kind"]), _polygon(mark["polygon"])) for mark in entries)


def _placement(entry: dict[str, Any] | None) -> ItemPlacement | None:
    if entry is None:
        return None
    return ItemPlacement(
        float(entry["x_mm"]), float(entry["y_mm"]), float(entry["z_mm"]), float(entry["yaw_deg"])
    )


def _mark_entries(marks: Sequence[Mark]) -> list[dict[str, Any]]:
    return [{"kind": mark.kind, "polygon": _points(mark.polygon)} for mark in marks]


def _shot_entry(shot: ShotPicture) -> dict[str, Any]:
    entry: dict[str, Any] = {"shot": shot.shot, "light": shot.light, "file": shot.file}
    if shot.not_faults:
        entry["not_faults"] = _mark_entries(shot.not_faults)
    return entry


def _optional_entries(pose: PoseTruth) -> dict[str, Any]:
    """What a generator may leave out."""
    entries: dict[str, Any] = {}
    if pose.texts:
        entries["texts"] = [
            {"kind": text.kind, "text": text.text, "polygon": _points(text.polygon)}
            for text in pose.texts
        ]
    if pose.placement is not None:
        entries["placement"] = asdict(pose.placement)
    return entries


def _polygon(points: Sequence[Sequence[float]]) -> Polygon:
    polygon = tuple((float(x), float(y)) for x, y in points)
    if not all(math.isfinite(value) for point in polygon for value in point):
        raise ValueError("a polygon has a point that is no number")
    if len(polygon) < 3:
        raise ValueError("a polygon has fewer than three points")
    return polygon


def _points(polygon: Polygon) -> list[list[float]]:
    return [[x, y] for x, y in polygon]


def _file_name(name: object) -> str:
    if not isinstance(name, str) or not name or Path(name).name != name:
        raise ValueError("a file name leads outside the directory of its return")
    return name


def _load(file: Path) -> dict[str, Any]:
    try:
        entry = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SetError(f"{file} cannot be read: name the directory of a rendered set.") from error
    except (ValueError, RecursionError) as error:
        raise _damaged(file, error) from error
    if not isinstance(entry, dict):
        raise SetError(f"{file} is damaged (no object): render this set again.")
    return entry


def _store(file: Path, entry: dict[str, Any]) -> None:
    part = file.with_suffix(".part")
    part.write_text(json.dumps(entry, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    part.replace(file)


def _damaged(file: Path, error: Exception) -> SetError:
    return SetError(f"{file} is damaged ({error}): render this set again.")
