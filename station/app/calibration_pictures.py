"""Where calibration gets its pictures from: a folder, or the configured camera."""

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Sequence
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
from station.app.cameras import RESTING_LIGHT, camera_of
from station.app.photographs import pictures_in
from station.config import read_settings
from station.domain.faults import refuse

Picture = NDArray[np.uint8]
Say = Callable[[str], None]

STILL_PX = 1.0
"""A board is still where no corner moved further than this between two frames."""
MAX_FRAMES = 4000
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


def camera_views(
    camera: str, configuration: Path, keep: Path | None, board: Board, wanted: int, say: Say
) -> list[PictureFile]:
    """`capture_views` with a camera by its name in a station's configuration file."""
    settings = read_settings(configuration)
    named = {each.name: each for each in settings.camera}
    if camera not in named:
        raise refuse(f"{configuration} has no camera {camera!r}: name one of {', '.join(named)}")
    folder = keep or settings.state / "calibration" / camera / board.kind
    source = camera_of(named[camera])
    return capture_views(source, RESTING_LIGHT, folder, board, wanted, say)


def capture_views(
    source: FrameSource, light: str, folder: Path, board: Board, wanted: int, say: Say
) -> list[PictureFile]:
    """Picture the board with the camera until `wanted` views differ, and give all views.

    A view is kept, as the camera's own bytes, when the board is still and shown otherwise than
    in every view before. Views that are in the folder already count: a broken-off capture goes on.
    Ends early where the camera has no more pictures. StationError where it is lost.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = [PictureFile(path) for path in sorted(folder.iterdir()) if path.suffix != ".partial"]
    poses = [pose for each in kept if (pose := _shown(each.grey(), board))]
    last: Sighting | None = None
    try:
        source.open()
        for _ in range(MAX_FRAMES):
            if len(poses) >= wanted:
                break
            try:
                taken = source.grab(light)
            except TornError:
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
    except EOFError:
        say("the camera has no more pictures")
    except (OSError, PictureError) as error:
        raise refuse(str(error)) from error
    finally:
        source.close()
    return kept


def kept_picture(folder: Path, taken: Taken | TakenPixels) -> PictureFile:
    """Keep one exposure in a folder, beside those that are there."""
    folder.mkdir(parents=True, exist_ok=True)
    number = sum(path.suffix != ".partial" for path in folder.iterdir())
    return _keep(folder, f"view-{number:03d}", *_as_file(taken))


def _as_file(taken: Taken | TakenPixels) -> tuple[bytes, str]:
    """The exposure as the camera's own file, or losslessly as PNG."""
    if isinstance(taken, TakenPixels):
        return cv2.imencode(".png", taken.pixels)[1].tobytes(), "image/png"
    return taken.evidence, taken.media_type


def capture_lit(
    source: FrameSource, lights: Sequence[str], lit: Say, folder: Path, say: Say
) -> list[PictureFile]:
    """Take one picture under each of the lights in turn, named after it: `bright-2.png` is the
    second under `bright`. What is in the folder already is not taken again.

    lit: has the light switched. StationError where the camera is lost.
    """
    folder.mkdir(parents=True, exist_ok=True)
    taken: list[PictureFile] = []
    count: Counter[str] = Counter()
    now = ""
    try:
        source.open()
        for light in lights:
            count[light] += 1
            stem = f"{light}-{count[light]:02d}"
            there = sorted(folder.glob(f"{stem}.*"))
            if light != now:
                lit(light)
                now = light
            exposure = source.grab(light)
            if there:
                taken.append(PictureFile(there[0]))
            else:
                evidence, media_type = _as_file(exposure)
                taken.append(_keep(folder, stem, evidence, media_type))
            say(f"{len(taken)} of {len(lights)} pictures, {light}")
    except (OSError, EOFError) as error:
        raise refuse(str(error)) from error
    finally:
        source.close()
    return taken


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
