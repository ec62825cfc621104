"""Picturing the empty bench under each of its lights: what pictures of items are held against."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from station.app.calibration_lamps import Ask, AskedLamps, DrivenLamps, Lamps
from station.app.calibration_pictures import capture_lit
from station.app.camera_sources import camera_of, is_live
from station.app.cameras import RESTING_LIGHT, empty_picture
from station.config import Camera, Settings, read_settings
from station.domain.faults import refuse

_DARK = 8.0
"""A mean level of 8 bits below which nothing was lit."""


@dataclass(frozen=True, slots=True)
class EmptyPicture:
    """One picture of the empty bench; `named` is whether the configuration names it already."""

    camera: str
    light: str
    path: Path
    named: bool


def picture_empty_bench(
    configuration: Path, name: str | None, ask: Ask, say: Callable[[str], None], *, replace: bool
) -> list[EmptyPicture]:
    """Picture the empty bench with the camera of that name, or with every live one, under each
    configured light; without any under the light that is there.

    A picture goes where the configuration names it, else beside the configuration. All of a
    camera's are put there once all are taken. StationError where one is there already and `replace`
    is not given, where camera or lamp do not answer, and where a picture is dark.
    """
    settings = read_settings(configuration)
    cameras = [each for each in settings.camera if is_live(each) and name in (None, each.name)]
    if not cameras:
        known = ", ".join(each.name for each in settings.camera if is_live(each)) or "none"
        raise refuse(f"{configuration} has no such live camera: its live cameras are {known}")
    lights = (RESTING_LIGHT, *(each for each in settings.lights if each != RESTING_LIGHT))
    named = {camera.name: _named(settings, camera) for camera in cameras}
    beside = configuration.resolve().parent
    wanted = {
        camera.name: {
            light: named[camera.name].get(light, beside / f"empty-{camera.name}-{light}.png")
            for light in lights
        }
        for camera in cameras
    }
    there = [path for places in wanted.values() for path in places.values() if path.is_file()]
    if there and not replace:
        raise refuse(f"{there[0]} is there already: give --replace to take it again")
    taken: list[EmptyPicture] = []
    ask("calibrate.ask.empty")
    with _lamps(settings, lights, ask) as lamps, tempfile.TemporaryDirectory() as scratch:
        for camera in cameras:
            places = wanted[camera.name]
            folder = Path(scratch) / camera.name
            shown = capture_lit(partial(camera_of, camera), lamps, lights, folder, say)
            for light, picture in zip(lights, shown, strict=True):
                if float(empty_picture(picture.path, camera.kept).mean()) < _DARK:
                    raise refuse(f"{camera.name} sees nothing under {light}: check that lamp")
            for light, picture in zip(lights, shown, strict=True):
                _put(picture.path.read_bytes(), places[light])
                told = light in named[camera.name]
                taken.append(EmptyPicture(camera.name, light, places[light], told))
    return taken


def _named(settings: Settings, camera: Camera) -> Mapping[str, Path]:
    """Where the configuration says that a camera's pictures of the empty bench are."""
    of_bench = settings.empty_bench if camera == settings.camera[0] else None
    resting = camera.empty_bench or of_bench
    return {**({RESTING_LIGHT: resting} if resting else {}), **camera.empty_under}


@contextmanager
def _lamps(settings: Settings, lights: Sequence[str], ask: Ask) -> Iterator[Lamps]:
    if not settings.lights:
        yield AskedLamps(ask)
        return
    with DrivenLamps(settings.device, settings.lights, settings.settle_seconds, lights) as lamps:
        yield lamps


def _put(content: bytes, place: Path) -> None:
    """Write a file in one step, so that a stop leaves the old one or the new."""
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f"{place.name}.partial")
    part.write_bytes(content)
    part.replace(place)
