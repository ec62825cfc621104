"""The tables that measuring rests on, read from a file or as they ship."""

from pathlib import Path

from calibration.edges import EdgeTable, shipped_edges
from calibration.pod import PodModel, shipped_pod
from calibration.region import MeasurementError
from station.app.measuring.finding import ByDetector
from station.app.packs import open_detector, pack_name
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


LIGHTS = ("bright", "raking", "raking-back")
"""The lamps of a rendered bench, in the order of its pictures."""
