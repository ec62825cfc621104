"""Reading a set that learns a detector: rendered, or pictures labelled in YOLO's or COCO's format.

A set is read whole before anything is learnt from it, and refused in one sentence. Pictures are
kept together by item: by what the set says, by their names, and where two are alike.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.labels.alike import Likeness, alike_pairs, likeness
from models.labels.coco import NOT_FAULT, UNSURE, CocoPicture, coco_files, read_coco
from models.labels.labelled import LabelError, LabelledPicture, LabelledSet, Outline
from models.labels.naming import NOT_A_FAULT, Kinds, item_named
from models.labels.rendered import rendered_pictures
from models.labels.yolo import YoloPicture, is_yolo, yolo_lines, yolo_names, yolo_pictures
from models.runtime.errors import PictureError
from models.runtime.pictures import decode_picture

Progress = Callable[[int, int], None]


class SetKind(StrEnum):
    """How a set is written down."""

    RENDERED = "rendered"
    YOLO = "yolo"
    COCO = "coco"


def set_kind(path: Path) -> SetKind:
    """What kind of set lies at `path`; LabelError where it is none."""
    if not path.is_dir():
        raise LabelError(f"{path} is no folder: name the folder of a set.")
    if (path / "set.json").is_file():
        return SetKind.RENDERED
    if coco_files(path):
        return SetKind.COCO
    if is_yolo(path):
        return SetKind.YOLO
    raise LabelError(
        f"{path} is no set: it holds neither set.json (rendered) nor a COCO annotation file nor "
        "pictures with YOLO label files."
    )


def read_labelled(
    path: Path,
    known: Sequence[str],
    *,
    renamed: Mapping[str, str] | None = None,
    resplit: bool = False,
    progress: Progress | None = None,
) -> LabelledSet:
    """The set at `path`, its classes among the `known` kinds of fault.

    `renamed` says which kind a class name of the set stands for, `-` for none. Pictures that are
    alike become one item. Where the set has splits of its own, an item in two of them is a
    LabelError, unless `resplit` forgets them. Every picture is decoded once, for `progress`.
    """
    kinds = Kinds(known, renamed or {})
    match set_kind(path):
        case SetKind.RENDERED:
            pictures = rendered_pictures(path)
            return LabelledSet(path, pictures, frozenset(known))
        case SetKind.COCO:
            draft = _read_coco_set(path, kinds, progress)
        case SetKind.YOLO:
            draft = _read_yolo_set(path, kinds, progress)
    if not draft.pictures:
        raise LabelError(f"{path} holds no labelled picture: label some first.")
    if not any(picture.faults or picture.not_faults for picture in draft.pictures):
        raise LabelError(
            f"{path} labels no fault anywhere, so it teaches none: give clean pictures as"
            " --photographs."
        )
    pictures = tuple(draft.pictures)
    if resplit:
        pictures = tuple(replace(picture, split=None) for picture in pictures)
    pictures = _grouped(pictures, draft.likenesses)
    _check_splits(path, pictures)
    notes = list(draft.notes)
    if len(draft.classes) == 1 and len(known) > 1:
        (only,) = draft.classes
        notes.append(f"{path} labels {only} only: of other faults it teaches nothing.")
    return LabelledSet(path, pictures, draft.classes, tuple(notes))


def check_apart(sets: Sequence[LabelledSet], part: Callable[[LabelledPicture], str]) -> None:
    """LabelError where the same picture lies in two sets and `part` parts it from itself."""
    places = [picture for labelled in sets for picture in labelled.pictures]
    known = [likeness(*_opened(picture.path)) for picture in places]
    for n, m in alike_pairs(known):
        if part(places[n]) != part(places[m]):
            raise LabelError(
                f"{places[n].path} ({part(places[n])}) and {places[m].path} ({part(places[m])}) "
                "are the same picture: remove one of them."
            )


@dataclass(frozen=True, slots=True)
class _Draft:
    pictures: list[LabelledPicture]
    likenesses: list[Likeness]
    classes: frozenset[str]
    notes: list[str]


def _read_yolo_set(path: Path, kinds: Kinds, progress: Progress | None) -> _Draft:
    names = yolo_names(path)
    found = yolo_pictures(path)
    labelled = [each for each in found if each.labels.is_file()]
    draft = _Draft([], [], _kinds_of(names, kinds), [])
    used: list[str] = []
    for number, each in enumerate(labelled, 1):
        picture, seen, own = _yolo_picture(each, path, names, kinds)
        draft.pictures.append(picture)
        draft.likenesses.append(seen)
        used += own
        if progress:
            progress(number, len(labelled))
    kinds.check(used, path)
    if without := len(found) - len(labelled):
        draft.notes.append(
            f"{without} pictures of {path} have no label file and are left out: one without a"
            " fault needs an empty file."
        )
    return draft


def _yolo_picture(
    each: YoloPicture, root: Path, names: Sequence[str], kinds: Kinds
) -> tuple[LabelledPicture, Likeness, list[str]]:
    content, pixels = _opened(each.picture)
    height, width = pixels.shape[:2]
    lines = yolo_lines(each.labels, width, height, len(names))
    kind = {line.class_number: kinds.of(names[line.class_number]) for line in lines}
    faults = tuple(
        Outline(of, line.polygon, line.box_only)
        for line in lines
        if (of := kind[line.class_number]) not in (None, NOT_A_FAULT) and of is not None
    )
    harmless = tuple(line.polygon for line in lines if kind[line.class_number] == NOT_A_FAULT)
    picture = LabelledPicture(
        each.picture,
        f"{root.name}/{item_named(each.picture)}",
        faults,
        not_faults=harmless,
        split=each.split,
    )
    used = [names[line.class_number] for line in lines]
    return picture, likeness(content, pixels), used


def _read_coco_set(path: Path, kinds: Kinds, progress: Progress | None) -> _Draft:
    listed: list[CocoPicture] = []
    names: list[str] = []
    for file in coco_files(path):
        pictures, own = read_coco(file, path)
        listed += pictures
        names += own
    if len({picture.path for picture in listed}) < len(listed):
        twice = next(p.path for p in listed if sum(p.path == q.path for q in listed) > 1)
        raise LabelError(f"{path} lists {twice.name} twice: merge its annotations into one entry.")
    used = [
        outline.name
        for picture in listed
        for outline in picture.outlines
        if outline.supercategory not in (NOT_FAULT, UNSURE)
    ]
    kinds.check(used, path)
    draft = _Draft([], [], _kinds_of(names, kinds), [])
    for number, each in enumerate(listed, 1):
        content, pixels = _opened(each.path)
        if pixels.shape[:2] != (each.height, each.width):
            raise LabelError(
                f"{each.path} is {pixels.shape[1]}x{pixels.shape[0]}, but its annotations were made"
                f" at {each.width}x{each.height}: give the picture they were made on."
            )
        draft.pictures.append(_coco_picture(each, path, kinds))
        draft.likenesses.append(likeness(content, pixels))
        if progress:
            progress(number, len(listed))
    return draft


def _coco_picture(each: CocoPicture, root: Path, kinds: Kinds) -> LabelledPicture:
    faults: list[Outline] = []
    harmless = []
    unsure = []
    for outline in each.outlines:
        kind = kinds.of(outline.name)
        if outline.supercategory == UNSURE:
            unsure.append(outline.polygon)
        elif outline.supercategory == NOT_FAULT or kind == NOT_A_FAULT or kind is None:
            harmless.append(outline.polygon)
        else:
            faults.append(Outline(kind, outline.polygon, outline.box_only))
    return LabelledPicture(
        each.path,
        each.item or f"{root.name}/{item_named(each.path)}",
        tuple(faults),
        each.complete,
        tuple(harmless),
        tuple(unsure),
        each.split,
        each.pose,
        each.light,
    )


def _kinds_of(names: Sequence[str], kinds: Kinds) -> frozenset[str]:
    """The kinds that a set looks for, by the classes it lists."""
    found = {kinds.of(name) for name in names}
    return frozenset(kind for kind in found if kind is not None and kind != NOT_A_FAULT)


def _opened(path: Path) -> tuple[bytes, NDArray[np.uint8]]:
    try:
        content = path.read_bytes()
        return content, decode_picture(content)
    except OSError as error:
        raise LabelError(f"{path} cannot be read ({error.strerror}): copy it again.") from error
    except PictureError as error:
        raise LabelError(f"{path}: {error}") from error


def _grouped(
    pictures: Sequence[LabelledPicture], likenesses: Sequence[Likeness]
) -> tuple[LabelledPicture, ...]:
    """The pictures with one item wherever two are alike: the item named first in the alphabet."""
    first: dict[str, str] = {picture.item: picture.item for picture in pictures}

    def root(item: str) -> str:
        while first[item] != item:
            item = first[item]
        return item

    for n, m in alike_pairs(likenesses):
        one, other = sorted((root(pictures[n].item), root(pictures[m].item)))
        first[other] = one
    return tuple(replace(picture, item=root(picture.item)) for picture in pictures)


def _check_splits(path: Path, pictures: Sequence[LabelledPicture]) -> None:
    seen: dict[str, LabelledPicture] = {}
    for picture in pictures:
        other = seen.setdefault(picture.item, picture)
        if other.split != picture.split:
            raise LabelError(
                f"{path} has the same item in two splits: {other.path.name} "
                f"({other.split or 'none'}) and {picture.path.name} ({picture.split or 'none'}); "
                "move them together, or use --resplit to split by item anew."
            )
