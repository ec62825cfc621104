"""Where calibration gets its pictures from: a folder, or the configured camera."""

import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.boards.board import Board
from calibration.boards.finding import Sighting, find_board
from calibration.lens.coverage import DISTINCT, Pose, pose_of
from calibration.sections.provenance import PictureDigest
from models.runtime.errors import PictureError
from models.runtime.opencv import cv2
from models.runtime.pictures import decode_picture, read_picture
from station.adapters.cameras.sources.source import FrameSource, Taken, TakenPixels, TornError
from station.app.calibration_lamps import Lamps
from station.app.photographs import pictures_in
from station.domain.faults import refuse

Picture = NDArray[np.uint8]
Say = Callable[[str], None]

STILL_PX = 1.0
"""A board is still where no corner moved further than this between two frames."""
MAX_FRAMES = 4000
_WARM_UP_FRAMES = 5
_TRIES = 3
_PATIENCE_S = 10.0
"""How long a camera may give only frames that are torn or were exposed too early."""
_SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png"}


@dataclass(frozen=True, slots=True)
class PictureFile:
    """One picture on disk."""

    path: Path

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    def rgb(self) -> Picture | None:
        """The picture, H x W x 3; None where it cannot be read."""
        try:
            return read_picture(self.path)
        except PictureError:
            return None

    def grey(self) -> Picture | None:
        """The picture, H x W; None where it cannot be read."""
        picture = self.rgb()
        return None if picture is None else _grey(picture)


def picture_files(paths: Sequence[Path]) -> list[PictureFile]:
    """The pictures named, and those in the folders named, in the order of their names.

    StationError where a folder holds none or a path does not exist.
    """
    for path in paths:
        if not path.exists():
            raise refuse(f"{path} does not exist: name a picture or a folder of pictures")
    return [PictureFile(path) for path in pictures_in(paths)]


def digests(step: str, pictures: Sequence[PictureFile]) -> tuple[PictureDigest, ...]:
    """The SHA-256 of every picture, for the record."""
    return tuple(
        PictureDigest(step, each.name, hashlib.sha256(each.path.read_bytes()).hexdigest())
        for each in pictures
    )


def capture_views(
    open_source: Callable[[], FrameSource],
    lamps: Lamps,
    light: str,
    folder: Path,
    board: Board,
    wanted: int,
    say: Say,
) -> list[PictureFile]:
    """Picture the board with the camera until `wanted` views differ, and give all views.

    A view is kept, as the camera's own bytes, when the board is still and shown otherwise than
    in every view before. Views that are in the folder already count: a broken-off capture goes on,
    and `open_source` is not called where none is wanted any more. Ends early where the camera has
    no more pictures. StationError where camera or lamp is lost.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = [PictureFile(path) for path in sorted(folder.iterdir()) if path.suffix != ".partial"]
    poses = [pose for each in kept if (pose := _shown(each.grey(), board))]
    if len(poses) >= wanted:
        return kept
    last: Sighting | None = None
    with _opened(open_source()) as source:
        since_s = lamps.lit(light)
        for _ in range(MAX_FRAMES):
            if len(poses) >= wanted:
                break
            try:
                taken = source.grab(light)
            except TornError:
                continue
            except EOFError:
                say("the camera has no more pictures")
                break
            if taken.monotonic_s < since_s:
                continue
            evidence, media_type = _as_file(taken)
            grey = _grey(decode_picture(evidence))
            seen = find_board(grey, board)
            if seen and _still(last, seen):
                pose = pose_of(seen, board, (grey.shape[1], grey.shape[0]))
                if all(pose.distance(other) > DISTINCT for other in poses):
                    poses.append(pose)
                    kept.append(_keep(folder, f"view-{len(kept):03d}", evidence, media_type))
                    say(f"{len(poses)} of {wanted} views; show the board somewhere else")
            last = seen
    return kept


def capture_one(
    open_source: Callable[[], FrameSource], lamps: Lamps, light: str, folder: Path
) -> PictureFile:
    """Take one picture now under a light and keep it in the folder, beside those that are there.

    StationError where camera or lamp is lost.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _opened(open_source()) as source:
        _warmed_up(source, light)
        taken = _taken_under(source, lamps, light)
    number = sum(path.suffix != ".partial" for path in folder.iterdir())
    return _keep(folder, f"view-{number:03d}", *_as_file(taken))


def _as_file(taken: Taken | TakenPixels) -> tuple[bytes, str]:
    """The exposure as the camera's own file, or losslessly as PNG."""
    if isinstance(taken, TakenPixels):
        return cv2.imencode(".png", taken.pixels)[1].tobytes(), "image/png"
    return taken.evidence, taken.media_type


def capture_lit(
    open_source: Callable[[], FrameSource],
    lamps: Lamps,
    lights: Sequence[str],
    folder: Path,
    say: Say,
    *,
    first: int = 1,
) -> list[PictureFile]:
    """Take one picture under each of the lights in turn, named after it: `bright-02.png` is the
    second under `bright`, or the first of a capture whose `first` is 2.

    What is in the folder already is not taken again, and `open_source` is not called where nothing
    is missing. StationError where camera or lamp is lost; what was taken before stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    count: Counter[str] = Counter()
    stems = []
    for light in lights:
        stems.append(f"{light}-{first + count[light]:02d}")
        count[light] += 1
    there = {path.stem: path for path in folder.iterdir() if path.suffix != ".partial"}
    missing = [
        (stem, light) for stem, light in zip(stems, lights, strict=True) if stem not in there
    ]
    if missing:
        with _opened(open_source()) as source:
            _warmed_up(source, missing[0][1])
            for number, (stem, light) in enumerate(missing, len(lights) - len(missing) + 1):
                taken = _taken_under(source, lamps, light)
                there[stem] = _keep(folder, stem, *_as_file(taken)).path
                say(f"{number} of {len(lights)} pictures, {light}")
    return [PictureFile(there[stem]) for stem in stems]


@contextmanager
def _opened(source: FrameSource) -> Iterator[FrameSource]:
    """The camera open, and what it cannot do as a StationError."""
    try:
        source.open()
        yield source
    except (OSError, LookupError, EOFError, PictureError) as error:
        raise refuse(str(error)) from error
    finally:
        source.close()


def _warmed_up(source: FrameSource, light: str) -> None:
    """A live camera may still settle during its first frames."""
    if source.look() is not None:
        for _ in range(_WARM_UP_FRAMES):
            source.grab(light)


def _taken_under(source: FrameSource, lamps: Lamps, light: str) -> Taken | TakenPixels:
    """A picture that was exposed wholly under the light. StationError where none is had."""
    for _ in range(_TRIES):
        since_s = lamps.lit(light)
        lit_s = time.monotonic()
        taken = _exposed_since(source, light, since_s)
        if lamps.steady_since(lit_s):
            return taken
    raise refuse(
        f"The light changed {_TRIES} times while a picture was taken under {light}: check its "
        "controller's power"
    )


def _exposed_since(source: FrameSource, light: str, since_s: float) -> Taken | TakenPixels:
    """The next whole frame that was exposed after a moment; what waited in buffers is older."""
    time.sleep(max(0.0, since_s - time.monotonic()))
    until_s = since_s + _PATIENCE_S
    while True:
        try:
            taken = source.grab(light)
        except TornError as error:
            if time.monotonic() >= until_s:
                raise refuse(str(error)) from error
            continue
        if taken.monotonic_s >= since_s:
            return taken
        if time.monotonic() >= until_s:
            raise refuse(
                f"The camera gives no picture that is newer than the light {light}: unplug it and "
                "plug it in again"
            )


def _shown(grey: Picture | None, board: Board) -> Pose | None:
    seen = None if grey is None else find_board(grey, board)
    if grey is None or seen is None:
        return None
    return pose_of(seen, board, (grey.shape[1], grey.shape[0]))


def _still(last: Sighting | None, seen: Sighting) -> bool:
    if last is None:
        return False
    both, here, there = np.intersect1d(seen.numbers, last.numbers, return_indices=True)
    if not len(both):
        return False
    return bool(np.abs(seen.pixels[here] - last.pixels[there]).max() < STILL_PX)


def _keep(folder: Path, stem: str, evidence: bytes, media_type: str) -> PictureFile:
    path = folder / f"{stem}{_SUFFIXES.get(media_type, '.png')}"
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as file:
        file.write(evidence)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    return PictureFile(path)


def _grey(picture: Picture) -> Picture:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
