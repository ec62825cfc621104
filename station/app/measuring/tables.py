"""The tables that measuring rests on, read from a file or as they ship."""

from pathlib import Path

from calibration.edges import EdgeTable, shipped_edges
from calibration.pod import PodModel, shipped_pod
from calibration.region import MeasurementError
from station.adapters.shelf import ShelfFiles
from station.app.defaults import OUTLINES
from station.app.measuring.finding import ByDetector
from station.app.measuring.outlines import Detected, Drawn, Outliner
from station.app.packs import key_lists, open_detector, open_pack, pack_name
from station.domain.faults import refuse


def edge_table(path: Path | None) -> EdgeTable:
    """The table of edges in a file, or the one that ships; StationError where it is none."""
    if path is None:
        return shipped_edges()
    try:
        return EdgeTable.parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise refuse(f"{path} cannot be read ({error}): name a table of edges") from error
    except MeasurementError as error:
        raise refuse(f"{path}: {error}") from error


def pod_model(path: Path | None) -> PodModel:
    """The model of detection in a file, or the one that ships; StationError where it is none."""
    if path is None:
        return shipped_pod()
    try:
        return PodModel.parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise refuse(f"{path} cannot be read ({error}): name a model of detection") from error
    except MeasurementError as error:
        raise refuse(f"{path}: {error}") from error


def detector_of(pack: Path) -> tuple[ByDetector, str]:
    """A pack as one who finds, and its name; StationError if the pack is refused."""
    opened, detector = open_detector(pack)
    return ByDetector(detector, LIGHTS), pack_name(opened)


def outliner_of(pack: Path | None, state: Path | None = None) -> Outliner:
    """Who proposes outlines: a pack, or drawn ones without. StationError for a refused pack.

    With the `state` of a bench its own keys are trusted as well.
    """
    if pack is None:
        return Drawn()
    lists = key_lists(ShelfFiles(state)) if state else ()
    opened, detector = open_detector(pack, lists=lists)
    return Detected(detector, LIGHTS, pack_name(opened))


def keep_outlines(state: Path, pack: Path, table: EdgeTable) -> Path:
    """Keep what was measured of a pack's outlines at the bench, which reads it with that pack from
    its next start on. StationError where the pack is refused or it cannot be kept."""
    place = outlines_in(state, open_pack(pack, key_lists(ShelfFiles(state))).digest)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        partial = place.with_suffix(".partial")
        partial.write_text(table.text(), encoding="utf-8")
        partial.replace(place)
    except OSError as error:
        raise refuse(f"{place} cannot be written ({error.strerror}): free its place") from error
    return place


def outlines_in(state: Path, digest: str) -> Path:
    """Where a bench keeps what was measured of the outlines of the pack of that digest."""
    return ShelfFiles(state).outlines / f"{digest}.toml"


def pack_edges(state: Path | None, pack: Path) -> EdgeTable:
    """The table of edges that is measured by with a pack: the pack's own, as the bench of that
    state measured it or as it ships, over the one for all. StationError for a damaged one."""
    keys = key_lists(ShelfFiles(state)) if state else ()
    name = f"{open_pack(pack, keys).digest}.toml"
    folders = (ShelfFiles(state).outlines, OUTLINES) if state else (OUTLINES,)
    place = next((each / name for each in folders if (each / name).exists()), None)
    return edge_table(place).over(shipped_edges()) if place else shipped_edges()


LIGHTS = ("bright", "raking", "raking-back")
"""The lamps of a rendered bench, in the order of its pictures."""
