"""Typed settings of a station, read from one TOML file; an unknown key is an error."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from station.domain.faults import refuse

_Seconds = Annotated[float, Field(ge=0, le=600)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class UvcCamera(_Section):
    """A USB camera by its stable device path (`/dev/v4l/by-id/…`)."""

    kind: Literal["uvc"]
    device: str
    width: int = 1280
    height: int = 720


class FolderCamera(_Section):
    """Pictures of a folder, served in the order of their names."""

    kind: Literal["folder"]
    path: Path
    width: int = 1280
    height: int = 720


class Scanner(_Section):
    """A plain serial scanner: a path, a `/dev/serial/by-id` link, or `VID:PID[:SERIAL]`."""

    port: str
    baud: int = 9600


class Upstream(_Section):
    """Where results are posted, and how long an undo can still hold them back."""

    url: Annotated[str, Field(pattern=r"^https?://")]
    undo_seconds: _Seconds = 20


class Settings(_Section):
    """One station. Paths are relative to the file."""

    name: str = "Bench 1"
    locale: Literal["en", "zh-CN"] = "en"
    state: Path
    orders: Path
    calibration: Path | None = None
    pack: Path | None = None
    policies: tuple[Path, ...] = ()
    recipes: tuple[Path, ...] = ()
    empty_bench: Path | None = None
    settle_seconds: _Seconds = 0.1
    fullscreen: bool = True
    left_handed: bool = False
    camera: Annotated[UvcCamera | FolderCamera, Field(discriminator="kind")]
    scanner: Scanner
    upstream: Upstream


def read_settings(path: Path) -> Settings:
    """The settings of a file, its paths made absolute. StationError names the first wrong key."""
    try:
        settings = Settings.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise refuse(f"{path} cannot be read ({reason}): name a configuration file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise refuse(f"{path.name} is not valid TOML: {error}") from error
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise refuse(
            f"{path.name}: {place}: {problem['msg']}; correct it and start again"
        ) from error
    return _absolute(settings, path.resolve().parent)


def _absolute(settings: Settings, base: Path) -> Settings:
    def placed(path: Path | None) -> Path | None:
        return None if path is None else base / path

    camera = settings.camera
    if isinstance(camera, FolderCamera):
        camera = camera.model_copy(update={"path": base / camera.path})
    return settings.model_copy(
        update={
            "camera": camera,
            "state": base / settings.state,
            "orders": base / settings.orders,
            "calibration": placed(settings.calibration),
            "pack": placed(settings.pack),
            "empty_bench": placed(settings.empty_bench),
            "policies": tuple(base / path for path in settings.policies),
            "recipes": tuple(base / path for path in settings.recipes),
        }
    )
