"""Typed settings of a station, read from one TOML file; an unknown key is an error."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from station.domain.faults import refuse

_SMALLEST = (160, 120)
_MOST_CAMERAS = 4
_Seconds = Annotated[float, Field(ge=0, le=600)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_Pixel = Annotated[int, Field(ge=0, le=8192)]
_Grain = Annotated[int, Field(ge=0, le=8192, multiple_of=16)]


class _Camera(_Section):
    """A camera: what recipes call it and the size of its pictures in pixels.

    `crop` is the part that shows the bench, as x, y, width and height; nothing else of a picture is
    ever kept. x and y are multiples of 16. `identity` is who the camera must say it is, as
    `regrade devices cameras` lists it: another one in its place is refused. `empty_bench` is its
    picture of the empty bench in its resting light, `empty_under` those in other lights, by light;
    `calibration` is its record. The first camera of a bench takes those of the bench.
    """

    name: Annotated[str, Field(min_length=1, max_length=40)] = "bench"
    width: Annotated[int, Field(ge=160, le=8192)] = 1280
    height: Annotated[int, Field(ge=120, le=8192)] = 720
    crop: tuple[_Grain, _Grain, _Pixel, _Pixel] | None = None
    identity: str = ""
    empty_bench: Path | None = None
    calibration: Path | None = None
    empty_under: Mapping[str, Path] = {}

    @model_validator(mode="after")
    def _crop_inside(self) -> Self:
        if self.crop is not None:
            x, y, width, height = self.crop
            if x + width > self.width or y + height > self.height:
                raise ValueError(f"its crop reaches out of {self.width}x{self.height} pixels")
            if width < _SMALLEST[0] or height < _SMALLEST[1]:
                raise ValueError("its crop is smaller than 160x120 pixels")
        return self

    @property
    def kept(self) -> tuple[int, int]:
        """Width and height of the pictures that are kept."""
        return self.crop[2:] if self.crop else (self.width, self.height)


def _none_stated(identity: str) -> str:
    if identity:
        raise ValueError("a folder or a stream never says who it is: leave identity out")
    return identity


class UvcCamera(_Camera):
    """A USB camera by a path that stays its own: a link under `/dev/v4l/by-id` or `by-path`.

    A value that is given must be taken; one that is absent stays as the camera has it. Automatic
    exposure, white balance and focus are off in any case. `gain` and `focus` are in the camera's
    own units.
    """

    kind: Literal["uvc"]
    device: str
    pixel_format: Literal["MJPG", "YUYV"] = "MJPG"
    exposure_us: Annotated[int, Field(ge=100, le=10_000_000, multiple_of=100)] | None = None
    gain: Annotated[float, Field(ge=0)] | None = None
    white_balance_k: Annotated[int, Field(ge=1000, le=20_000)] | None = None
    focus: Annotated[float, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _device_stays(self) -> Self:
        if re.fullmatch(r"/dev/video\d+", self.device):
            raise ValueError(
                f"{self.device} may be another camera after a restart:"
                " name its link under /dev/v4l/by-id or /dev/v4l/by-path"
            )
        return self


class FolderCamera(_Camera):
    """Pictures of a folder, served in the order of their names."""

    kind: Literal["folder"]
    path: Path

    @field_validator("identity")
    @classmethod
    def _states_none(cls, identity: str) -> str:
        return _none_stated(identity)


class StreamCamera(_Camera):
    """A network camera's stream, or a film file that is played at its own rate.

    `latency_seconds` is the longest time from exposure to delivery that this camera has shown; a
    picture waits that long, since a stream does not say when a frame was exposed.
    """

    kind: Literal["stream"]
    url: Annotated[str, Field(min_length=1)]
    latency_seconds: Annotated[float, Field(ge=0, le=2)] = 0.5

    @field_validator("identity")
    @classmethod
    def _states_none(cls, identity: str) -> str:
        return _none_stated(identity)

    @model_validator(mode="after")
    def _scheme_fits(self) -> Self:
        if "://" in self.url and not re.match(r"(rtsps?|https?)://", self.url):
            raise ValueError("a stream is rtsp://, rtsps://, http:// or https://, or a film file")
        if "://" not in self.url:
            return self
        if "@" in self.url and "@" not in re.split(r"[/?#]", self.url.split("://")[1])[0]:
            raise ValueError("in a name or password of a stream write # as %23, / as %2F, ? as %3F")
        try:
            _ = urlsplit(self.url).port
        except ValueError as error:
            raise ValueError("a stream's address is rtsp://HOST:PORT/PATH or alike") from error
        return self


_Balance = Mapping[Literal["red", "green", "blue"], Annotated[float, Field(gt=0, le=16)]]
"""Gains of white balance by colour."""


class BaslerCamera(_Camera):
    """A Basler camera by its serial number; `gain` is in its own units."""

    kind: Literal["basler"]
    serial: Annotated[str, Field(min_length=1)]
    pixel_format: str = "BGR8"
    exposure_us: Annotated[float, Field(ge=1, le=10_000_000)] | None = None
    gain: float | None = None
    balance: _Balance = {}


class GigeCamera(_Camera):
    """A GigE Vision or USB3 Vision camera by the id that Aravis lists, or its address.

    `packet_size` in bytes is for a network that takes jumbo frames; GigE only.
    """

    kind: Literal["gige"]
    id: Annotated[str, Field(min_length=1)]
    pixel_format: Literal[
        "Mono8", "RGB8", "BGR8", "BayerRG8", "BayerBG8", "BayerGR8", "BayerGB8"
    ] = "RGB8"
    exposure_us: Annotated[float, Field(ge=1, le=10_000_000)] | None = None
    gain: float | None = None
    balance: _Balance = {}
    packet_size: Annotated[int, Field(ge=576, le=16_000)] | None = None


Camera = Annotated[
    UvcCamera | StreamCamera | BaslerCamera | GigeCamera | FolderCamera,
    Field(discriminator="kind"),
]


class _Device(_Section):
    """A device on a wire. `port` is a path (best a link under `/dev/serial/by-id`),
    `VID:PID[:SERIAL]`, `tcp://host:port`, or `file:///dev/usb/lp0` for a printer."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    port: Annotated[str, Field(min_length=1)]
    baud: Annotated[int, Field(ge=300, le=4_000_000)] | None = None


class Scanner(_Device):
    """A barcode scanner. `gs_substitutes` stand for the group separator in what it sends,
    `settings` are menu commands that a Honeywell is told at every start."""

    kind: Literal["plain", "honeywell"]
    settings: tuple[str, ...] = ()
    suffix: Literal["cr", "lf", "crlf", "tab"] = "cr"
    prefix: str = ""
    require_identifier: bool = False
    gs_substitutes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _settings_fit(self) -> Self:
        if self.settings and self.kind != "honeywell":
            raise ValueError("settings are for Honeywell scanners")
        return self


class SsiScanner(_Device):
    """A barcode scanner that speaks Zebra SSI packets."""

    kind: Literal["ssi"]
    gs_substitutes: tuple[str, ...] = ()


class TagReader(_Device):
    """A UHF RFID reader; power and region stay as the reader has them if not given.

    Of the field, only tags at or above `floor_dbm` can belong to the item on this bench. An LLRP
    reader takes `power_index`, a line of its own power table, in place of power and region.
    """

    kind: Literal["m100", "uhfreader18", "cf", "r2000", "thingmagic", "llrp"]
    power_dbm: Annotated[float, Field(ge=0, le=33)] | None = None
    region: str | None = None
    power_index: Annotated[int, Field(ge=0, le=65_535)] | None = None
    antennas: tuple[Annotated[int, Field(ge=1, le=16)], ...] = (1,)
    floor_dbm: Annotated[float, Field(ge=-100, le=0)] = -60.0

    @model_validator(mode="after")
    def _power_fits(self) -> Self:
        if self.kind == "llrp" and (self.power_dbm is not None or self.region is not None):
            raise ValueError("an LLRP reader takes power_index, not power_dbm or region")
        if self.kind != "llrp" and self.power_index is not None:
            raise ValueError("power_index is for LLRP readers: set power_dbm")
        return self


class LightController(_Device):
    """A light controller with text commands. `dialect` changes what differs from its kind's usual
    one, as `firmware_bridge/protocols/lights.md` lists."""

    kind: Literal["light-s", "light-opt", "light-ccs", "light-gardasoft"]
    dialect: Mapping[str, str | int | bool | tuple[str, ...] | Mapping[str, str]] = {}


class Board(_Device):
    """The bench board; `serial` refuses any other one."""

    kind: Literal["board"]
    serial: str | None = None


class Scale(_Device):
    """A scale. `dialect` tells the lines of a `scale-generic` one, as
    `firmware_bridge/protocols/scales.md` lists; without it the scale is a Radwag."""

    kind: Literal["sics", "aandd", "scale-generic"]
    dialect: Mapping[str, str | int | tuple[str, ...]] = {}


class Printer(_Device):
    """A label printer. `prints` when an item is closed; `labels` are this site's template files,
    in the place of the shipped ones of their kinds."""

    kind: Literal["zpl", "zpl-status"]
    prints: tuple[Literal["plate", "result"], ...] = ("result",)
    labels: tuple[Path, ...] = ()


class ContactPedal(_Device):
    """A foot switch between the modem lines of a serial port."""

    kind: Literal["contact"]
    line: Literal["cts", "dsr"] = "cts"
    inverted: bool = False


Device = Annotated[
    Scanner | SsiScanner | TagReader | LightController | Board | Scale | Printer | ContactPedal,
    Field(discriminator="kind"),
]

_Level = Annotated[float, Field(ge=0, le=1)]
Lights = Mapping[str, Mapping[str, Mapping[str, _Level]]]
"""Levels from 0 to 1 by light (as recipes name it), device and channel; absent channels are off."""


class OrderSource(_Section):
    """A server of return orders (station/ORDERS.md), asked instead of the imported ones."""

    url: Annotated[str, Field(pattern=r"^https?://")]
    patience_seconds: Annotated[float, Field(gt=0, le=8)] = 3


class Upstream(_Section):
    """Where results are posted, and how long an undo can still hold them back."""

    url: Annotated[str, Field(pattern=r"^https?://")]
    undo_seconds: _Seconds = 20


class Settings(_Section):
    """One station. Paths are relative to the file."""

    name: str = "1"
    locale: Literal["en", "zh-CN"] = "en"
    state: Path
    orders: Path | None = None
    order_source: OrderSource | None = None
    parcel_patterns: tuple[Annotated[str, Field(min_length=6, max_length=40)], ...] = ()
    calibration: Path | None = None
    pack: Path | None = None
    policies: tuple[Path, ...] = ()
    recipes: tuple[Path, ...] = ()
    empty_bench: Path | None = None
    settle_seconds: _Seconds = 0.1
    fullscreen: bool = True
    left_handed: bool = False
    camera: Annotated[tuple[Camera, ...], Field(min_length=1, max_length=_MOST_CAMERAS)]
    device: tuple[Device, ...]
    lights: Lights = {}
    upstream: Upstream

    @field_validator("camera", mode="before")
    @classmethod
    def _one_or_more(cls, cameras: object) -> object:
        """`[camera]` is a bench with one, `[[camera]]` one of several."""
        return [cameras] if isinstance(cameras, Mapping) else cameras

    @model_validator(mode="after")
    def _cameras_fit(self) -> Self:
        names = [camera.name for camera in self.camera]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"two cameras have the name {twice[0]}")
        if self.camera[0].calibration is not None:
            raise ValueError("the first camera's calibration is the bench's: name it at the top")
        return self

    @model_validator(mode="after")
    def _devices_fit(self) -> Self:
        names = [device.name for device in self.device]
        if len(set(names)) < len(names):
            raise ValueError("two devices have the same name")
        ports = [device.port for device in self.device]
        if twice := [port for port in ports if ports.count(port) > 1]:
            raise ValueError(f"two devices have the port {twice[0]}")
        if not any(isinstance(d, Scanner | SsiScanner) for d in self.device):
            raise ValueError("a bench needs a barcode scanner")
        if sum(isinstance(d, Printer) for d in self.device) > 1:
            raise ValueError("a bench has one label printer")
        switched = {d.name for d in self.device if isinstance(d, LightController | Board)}
        for light, devices in self.lights.items():
            if unknown := sorted(set(devices) - switched):
                raise ValueError(f"the light {light} names {unknown[0]}, which is no light device")
        return self


def read_settings(path: Path) -> Settings:
    """The settings of a file, its paths made absolute. StationError names the first wrong key."""
    table: dict[str, object] = {}
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        settings = Settings.model_validate(table)
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise refuse(f"{path} cannot be read ({reason}): name a configuration file") from error
    except ValidationError as error:
        problem = error.errors()[0]
        parts = (path.name, _place(problem["loc"], table), _complaint(problem))
        said = ": ".join(part for part in parts if part)
        raise refuse(f"{said}; correct it and start again") from error
    except (ValueError, RecursionError) as error:
        raise refuse(f"{path.name} is not valid TOML ({error}): correct it") from error
    return _absolute(settings, path.resolve().parent)


def _place(location: tuple[int | str, ...], table: Mapping[str, object]) -> str:
    """The key as the file has it, a device by its name; without the kinds that pydantic adds."""
    match location:
        case ("device", int(index), *rest):
            devices = table.get("device")
            device = devices[index] if isinstance(devices, list) else None
            name = device.get("name") if isinstance(device, dict) else None
            return ".".join(map(str, (f"device {name or index + 1}", *rest[1:])))
        case ("camera", int(index), _, *rest):
            cameras = table.get("camera")
            camera = cameras[index] if isinstance(cameras, list) else {}
            name = camera.get("name") if isinstance(camera, dict) else None
            return ".".join(map(str, (f"camera {name}" if name else "camera", *rest)))
        case ("camera", int(), *rest):
            return ".".join(map(str, ("camera", *rest)))
        case _:
            return ".".join(map(str, location))


def _complaint(problem: ErrorDetails) -> str:
    """What is wrong with a key, in words for who wrote the file."""
    context = problem.get("ctx", {})
    match problem["type"]:
        case "extra_forbidden":
            return "there is no such key"
        case "missing":
            return "it is missing"
        case "value_error":
            return str(context["error"])
        case "union_tag_invalid":
            kinds = str(context["expected_tags"]).replace("'", "")
            return f"kind {context['tag']} is none of {kinds}"
        case "union_tag_not_found":
            return "its kind is missing"
        case "path_type":
            return "it should be a path"
        case "string_pattern_mismatch":
            return "it should begin with http:// or https://"
        case _:
            words = problem["msg"]
            return f"it {words.removeprefix('Input ').removeprefix('String ')}"


def _absolute(settings: Settings, base: Path) -> Settings:
    def placed(path: Path | None) -> Path | None:
        return None if path is None else (base / path).resolve()

    def labelled(device: Device) -> Device:
        if not isinstance(device, Printer):
            return device
        return device.model_copy(update={"labels": tuple(base / path for path in device.labels)})

    def pictured(camera: Camera) -> Camera:
        update: dict[str, object] = {
            "empty_bench": placed(camera.empty_bench),
            "calibration": placed(camera.calibration),
            "empty_under": {light: placed(path) for light, path in camera.empty_under.items()},
        }
        if isinstance(camera, FolderCamera):
            update["path"] = base / camera.path
        if isinstance(camera, StreamCamera) and "://" not in camera.url:
            update["url"] = str(base / camera.url)
        return camera.model_copy(update=update)

    return settings.model_copy(
        update={
            "camera": tuple(pictured(camera) for camera in settings.camera),
            "device": tuple(labelled(device) for device in settings.device),
            "state": (base / settings.state).resolve(),
            "orders": placed(settings.orders),
            "calibration": placed(settings.calibration),
            "pack": placed(settings.pack),
            "empty_bench": placed(settings.empty_bench),
            "policies": tuple(base / path for path in settings.policies),
            "recipes": tuple(base / path for path in settings.recipes),
        }
    )
