"""`models export-labels`: what people corrected, as a set that `models train --from` takes."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from models.labels.coco_writing import PictureToWrite, write_coco
from models.labels.labelled import LabelError, Outline
from models.runtime.errors import PictureError
from models.runtime.pictures import decode_picture
from station.adapters.frames import FrameFiles
from station.adapters.store.opening import OpenStore
from station.app.defaults import load_policies, load_recipes
from station.app.keeping import default_state, kept
from station.domain.defect import Defect
from station.domain.faults import StationError, refuse
from station.workflow.labels import TaughtFrame, flawless, taught
from station.workflow.stages import Setup

_SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png"}

_LOOKED_THROUGH = 20
"""How many times as many of the latest inspections are looked through for flawless ones."""

Say = Callable[[str], None]


def export_labels(state: Path | None, out: Path, clean: int, say: Say) -> dict[str, object]:
    """Write every corrected inspection, and up to `clean` of the newest ones without a flaw.

    StationError where there is nothing to write, or it cannot be written; then nothing was.
    Pictures whose evidence is gone are left out, and said.
    """
    with kept(state) as store:
        files = FrameFiles(state or default_state())
        recipes = load_recipes()
        setup = Setup(recipes, load_policies(recipes), timedelta())
        frames = [*_corrected(store, setup), *_flawless(store, setup, clean)]
        counts = {
            "faults": sum(len(frame.faults) for frame in frames),
            "not_damage": sum(len(frame.not_damage) for frame in frames),
            "unsure": sum(len(frame.unsure) for frame in frames),
        }
        try:
            written = write_coco(out, _pictures(frames, files, say), [d.value for d in Defect])
        except LabelError as error:
            raise refuse(str(error).rstrip(".")) from error
    items = len({frame.item for frame in frames})
    return {"path": str(out), "pictures": written, "items": items, **counts}


def _corrected(store: OpenStore, setup: Setup) -> Iterator[TaughtFrame]:
    """Frames of the inspections that were corrected; of those on the same frames the last."""
    last: dict[tuple[str, ...], str] = {}
    for inspection_id in store.corrections.inspections():
        inspection = store.inspections.inspection(inspection_id)
        if inspection is not None:
            frames = inspection.judged.examined.frames
            last[tuple(frame.digest for frame in frames)] = inspection_id
    for inspection_id in last.values():
        inspection = store.inspections.inspection(inspection_id)
        if inspection is not None:
            yield from taught(setup, inspection, store.corrections.of(inspection_id))


def _flawless(store: OpenStore, setup: Setup, most: int) -> Iterator[TaughtFrame]:
    """Frames of the newest inspections without a finding that a person closed as resellable."""
    if not most:
        return
    corrected = set(store.corrections.inspections())
    chosen = 0
    for inspection in store.inspections.latest(most * _LOOKED_THROUGH):
        superseded = store.inspections.superseded_by(inspection.id) is not None
        frames = () if superseded or inspection.id in corrected else flawless(setup, inspection)
        if frames and chosen < most:
            chosen += 1
            yield from frames


def _pictures(frames: list[TaughtFrame], files: FrameFiles, say: Say) -> Iterator[PictureToWrite]:
    for number, each in enumerate(frames, 1):
        frame = each.frame
        try:
            content = files.evidence(frame.digest)
            height, width = decode_picture(content).shape[:2]
        except (StationError, PictureError) as error:
            say(f"{frame.shot} of {each.pose} is left out: {error}")
            continue
        inspection, _, _ = each.pose.partition("/")
        name = f"{inspection}-{frame.shot}{_SUFFIXES[frame.media_type]}"
        yield PictureToWrite(
            name=name,
            content=content,
            width=width,
            height=height,
            item=each.item,
            pose=each.pose,
            light=frame.light,
            faults=tuple(Outline(defect.value, outline) for defect, outline in each.faults),
            not_faults=each.not_damage,
            unsure=each.unsure,
            complete=each.complete,
        )
        if number % 50 == 0:
            say(f"{number} of {len(frames)} pictures")
