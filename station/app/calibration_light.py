"""Calibrating colour, light and focus: pictures in, figures out, and into the record."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.acceptance import overall
from calibration.characterisation import Characterisation, characterise
from calibration.chart.finding import Chart, find_chart
from calibration.chart.reading import Patches, evened, read_patches
from calibration.chart.reference import Batch
from calibration.colour_acceptance import colour_results, exposure_results
from calibration.errors import CalibrationError
from calibration.focus import Focus, focus_of
from calibration.light.flat_field import FlatField, Flattening, flat_field_of
from calibration.light.lamps import LampResponse, lamp_response, lamp_results
from calibration.light.noise import (
    noise_of,
    noise_results,
    repeatability_of,
    repeatability_results,
)
from calibration.record import Calibration
from calibration.sections.photometry import Noise, Repeatability
from calibration.sections.provenance import Result, Target
from calibration.sections.values import VerdictWord
from station.app.calibration_lamps import DARK
from station.app.calibration_pictures import PictureFile, digests
from station.app.calibration_record import SeenCamera, begun, with_step

Picture = NDArray[np.uint8]

_NAMED = re.compile(r"(?P<lamp>[^@]+?)(@(?P<percent>\d+))?(-\d+)?$")


@dataclass(frozen=True, slots=True)
class ColourStep:
    """What one picture of a chart gave."""

    picture: PictureFile
    size: tuple[int, int]
    chart: Chart
    patches: Patches
    made: Characterisation
    evened: bool
    results: tuple[Result, ...]

    @property
    def verdict(self) -> VerdictWord:
        """The gravest of the results."""
        return overall(self.results)


@dataclass(frozen=True, slots=True)
class LightStep:
    """What the pictures of the lamps gave; each part is absent where its pictures are."""

    size: tuple[int, int]
    lamps: tuple[LampResponse, ...]
    fields: dict[str, Flattening]
    noise: Noise | None
    repeatability: Repeatability | None
    results: tuple[Result, ...]

    @property
    def verdict(self) -> VerdictWord:
        """The gravest of the results."""
        return overall(self.results)


def colour_step(
    picture: PictureFile, batch: Batch | None, record: Calibration | None, lamp: str
) -> ColourStep:
    """Find the chart in a picture and learn the correction from it, through the lamp's flat field
    where the record has one. `CalibrationError` where nothing can be computed."""
    rgb = read(picture)
    size = (rgb.shape[1], rgb.shape[0])
    chart = find_chart(rgb)
    patches = read_patches(rgb, chart)
    field = field_of(record, lamp)
    if field is not None:
        patches = evened(patches, field, size)
    made = characterise(patches, batch)
    results = (*exposure_results(patches, made), *colour_results(made))
    return ColourStep(picture, size, chart, patches, made, field is not None, results)


def focus_step(picture: PictureFile) -> tuple[Focus, tuple[int, int]]:
    """The sharpness over the field, and the picture's size. `CalibrationError` where none shows."""
    rgb = read(picture)
    return focus_of(rgb), (rgb.shape[1], rgb.shape[0])


def light_step(
    pictures: Sequence[PictureFile],
    still: Sequence[PictureFile],
    *,
    blank: bool,
    say: Callable[[str], None],
) -> LightStep:
    """Lamps from pictures named `LAMP[@PERCENT][-N]` and `off[-N]`; noise and repeatability from
    those of an untouched bench. With `blank` the bench carries a blank card, turned from picture
    to picture, and each lamp's flat field is found too."""
    groups = lamp_pictures(pictures)
    dark = [read(each) for each in groups.pop(DARK, {}).get(1.0, [])]
    if not groups:
        raise CalibrationError(
            "No picture is named after a lamp: name them 'bright-1.png', 'bright@50-1.png' for half"
            " its level, and 'off-1.png' with all lamps off."
        )
    lamps: list[LampResponse] = []
    fields: dict[str, Flattening] = {}
    results: list[Result] = []
    size = (0, 0)
    for name, files in groups.items():
        say(f"lamp {name}: {sum(map(len, files.values()))} pictures")
        levels = {level: [read(each) for each in some] for level, some in files.items()}
        size = _one_size([*dark, *(picture for some in levels.values() for picture in some)])
        lamps.append(lamp_response(name, levels, dark))
        results += lamp_results(lamps[-1])
        if blank:
            fields[name] = flat_field_of(levels[1.0])
            results += [
                replace(each, step=f"lamp {name}", quantity=f"flat field {each.quantity}")
                for each in fields[name].results
            ]
    noise, repeated = None, None
    if still:
        say(f"untouched bench: {len(still)} pictures")
        shots = [read(each) for each in still]
        noise, repeated = noise_of(shots), repeatability_of(shots)
        results += [*noise_results(noise), *repeatability_results(repeated)]
    return LightStep(size, tuple(lamps), fields, noise, repeated, tuple(results))


def lamp_pictures(
    pictures: Sequence[PictureFile],
) -> dict[str, dict[float, list[PictureFile]]]:
    """Pictures by lamp and level (0 to 1), as their names say."""
    groups: dict[str, dict[float, list[PictureFile]]] = {}
    for picture in pictures:
        named = _NAMED.match(picture.path.stem)
        if named is None:
            continue
        level = int(named["percent"] or 100) / 100
        groups.setdefault(named["lamp"], {}).setdefault(level, []).append(picture)
    return groups


def field_of(record: Calibration | None, lamp: str) -> FlatField | None:
    """The flat field of a lamp in a record; None where it has none."""
    if record is None:
        return None
    for each in record.lamps:
        if each.name == lamp and each.flat_field:
            return FlatField(np.array(each.flat_field))
    return None


def write_colour(
    path: Path,
    step: ColourStep,
    camera: SeenCamera | None,
    lamp: str,
    by: str | None,
    chart: str,
) -> None:
    """Write the correction into the record at `path`."""
    record = begun(path, camera, step.size, by)
    record = replace(record, colour=step.made.section(lamp))
    target = Target(f"24-patch chart, {step.chart.kind}, {step.made.batch}", chart)
    for name in ("exposure", "colour"):
        found = tuple(each for each in step.results if each.step == name)
        shown = digests(name, [step.picture]) if name == "colour" else ()
        record = with_step(record, name, found, shown, (target,))
    record.write(path)


def write_focus(
    path: Path,
    focus: Focus,
    size: tuple[int, int],
    camera: SeenCamera | None,
    by: str | None,
    picture: PictureFile,
) -> None:
    """Write the sharpness into the record at `path`; what the bench found at an older one goes."""
    record = replace(begun(path, camera, size, by), sharpness=focus.sharpness, detection=())
    with_step(record, "focus", focus.results, digests("focus", [picture])).write(path)


def write_light(
    path: Path,
    step: LightStep,
    camera: SeenCamera | None,
    by: str | None,
    pictures: Sequence[PictureFile],
) -> None:
    """Write lamps, noise and repeatability into the record at `path`; other lamps stay.

    What rests on older ones goes: colours that were learnt through a lamp's older flat field, and
    what the bench found with an older noise.
    """
    record = begun(path, camera, step.size, by)
    names = {lamp.name for lamp in step.lamps}
    old = {lamp.name: lamp for lamp in record.lamps}
    lamps = [lamp for lamp in record.lamps if lamp.name not in names]
    for lamp in step.lamps:
        section = lamp.section(step.fields.get(lamp.name))
        if not section.flat_field and lamp.name in old:
            known = old[lamp.name]
            section = replace(
                section, flat_field=known.flat_field, residual_percent=known.residual_percent
            )
        lamps.append(section)
    if record.colour is not None and record.colour.lamp in step.fields:
        record = replace(record, colour=None)
        for name in ("exposure", "colour"):
            record = with_step(record, name, (), ())
    if step.noise is not None:
        record = replace(record, detection=())
    record = replace(
        record,
        lamps=tuple(lamps),
        noise=step.noise or record.noise,
        repeatability=step.repeatability or record.repeatability,
    )
    for name in dict.fromkeys(each.step for each in step.results):
        found = tuple(each for each in step.results if each.step == name)
        record = with_step(record, name, found, ())
    with_step(record, "light", (), digests("light", pictures)).write(path)


def read(picture: PictureFile) -> Picture:
    """The picture, RGB; `CalibrationError` where it cannot be read."""
    rgb = picture.rgb()
    if rgb is None:
        raise CalibrationError(f"{picture.path} cannot be read as a picture: name another file.")
    return rgb


def _one_size(pictures: Sequence[Picture]) -> tuple[int, int]:
    sizes = {(picture.shape[1], picture.shape[0]) for picture in pictures}
    if len(sizes) > 1:
        raise CalibrationError(
            "The pictures differ in size: take them all with one setting of the camera."
        )
    return sizes.pop()
