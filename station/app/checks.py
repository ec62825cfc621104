"""`doctor`: each thing a station needs, whether it is well, and what to do if not."""

import os
import shutil
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from calibration.record import Calibration
from calibration.sections.provenance import Result
from calibration.verification.log import Standing, log_of, read_log, trust
from firmware_bridge.families.index import family
from firmware_bridge.transports.ports import list_ports
from station.adapters.cameras import jpeg
from station.adapters.clock import SystemClock, SystemIdentifiers
from station.adapters.speaker import Speaker
from station.app.camera_sources import camera_of, is_live
from station.app.cameras import RESTING_LIGHT, empty_picture
from station.app.clients import wire_of
from station.app.defaults import PICTURES, load_policies, load_recipes
from station.app.equipping import Devices
from station.app.keeping import default_state
from station.app.ordering import ask_server, check_file, orders_in
from station.app.packs import open_detector, pack_name
from station.app.shelf import pack_path, shelf_of
from station.app.wiring import check_recipes, lights_of
from station.config import Camera, Device, Settings, read_settings
from station.domain.faults import StationError
from station.domain.packs import SHIPPED

LEAST_FREE_BYTES = 2 * 1024**3
UPSTREAM_S = 2.0
_BUILT = datetime(2026, 1, 1, tzinfo=UTC)


def run_checks(config: Path | None) -> list[dict[str, object]]:
    """Run every check; without a configuration those that the virtual bench rests on."""
    settings = read_settings(config) if config else None
    checks: list[tuple[str, Callable[[], str]]] = [
        ("policies", lambda: _policies(settings)),
        ("model pack", lambda: _pack(settings)),
        ("calibration", lambda: _calibration(_record_path(settings))),
        *(
            (f"calibration of {camera.name}", partial(_calibration, camera.calibration))
            for camera in (settings.camera[1:] if settings else ())
            if camera.calibration
        ),
        ("disk", lambda: _disk(settings)),
        ("clock", _clock),
        ("sound", _sound),
        ("pictures", _pictures),
    ]
    if settings is None:
        checks.append(("serial ports", _ports))
    else:
        checks += [
            ("orders", lambda: _orders(settings)),
            ("settings", lambda: _settings(settings)),
            *((device.name, partial(_device, device)) for device in settings.device),
            *((f"camera {c.name}", partial(_camera, c)) for c in settings.camera),
            ("empty bench", lambda: _empty_bench(settings)),
            ("upstream", lambda: _upstream(settings)),
        ]
    return [_run(name, check) for name, check in checks]


def _run(name: str, check: Callable[[], str]) -> dict[str, object]:
    try:
        return {"name": name, "good": True, "said": check()}
    except (StationError, _WrongError) as error:
        return {"name": name, "good": False, "said": str(error)}


class _WrongError(Exception):
    """A check failed; the text is one sentence that says what to do."""


def _policies(settings: Settings | None) -> str:
    recipes = load_recipes(settings.recipes if settings else ())
    policies = load_policies(recipes, settings.policies if settings else ())
    if settings:
        check_recipes(settings, recipes)
    return f"policies: {len(policies)}, recipes: {len(recipes)}"


def _pack(settings: Settings | None) -> str:
    files = shelf_of(settings.state if settings else None)
    shelf = files.shelf()
    promoted = pack_path(files, shelf.live)
    pinned = settings.pack if settings else None
    pack, _ = open_detector(pinned or promoted)
    if pinned and shelf.live != SHIPPED and pinned != promoted:
        raise _WrongError(
            f"The configuration names the pack {pinned.name}, so that {shelf.live}, which was"
            " promoted, does not work: remove `pack` from it."
        )
    return f"{pack_name(pack)[:40]}… repeats its golden outputs here"


def _record_path(settings: Settings | None) -> Path | None:
    return PICTURES / "calibration.json" if settings is None else settings.calibration


def _calibration(path: Path | None) -> str:
    if path is None:
        raise _WrongError("No calibration is configured: sizes stay in pixels until there is one.")
    try:
        record = Calibration.read(path)
    except ValueError as error:
        raise _WrongError(str(error)) from error
    try:
        stands = trust(record, read_log(log_of(path)), SystemClock().now())
    except ValueError as error:
        raise _WrongError(str(error)) from error
    match stands.standing:
        case Standing.OVERDUE:
            raise _WrongError(f"It was valid until {record.valid_until:%Y-%m-%d}: calibrate again.")
        case Standing.REJECTED:
            raise _WrongError("Its lens or plane failed: do what 'calibrate report' says.")
        case Standing.CHECK_OVERDUE:
            raise _WrongError("The daily check is due: run 'regrade calibrate verify'.")
        case Standing.CHECK_FAILED:
            raise _WrongError("The last daily check failed: do what it said, and verify again.")
    said = [f"{record.id}, valid until {record.valid_until:%Y-%m-%d}"]
    return "; ".join([*said, *map(_near_limit, stands.warnings)])


def _near_limit(result: Result) -> str:
    """What the daily check warned of; nothing is withdrawn yet."""
    unit = "" if result.unit == "1" else f" {result.unit}"
    return (
        f"{result.quantity} is near its limit ({result.value:.2g} of {result.marginal_limit:g}"
        f"{unit}): {result.remedy}"
    )


def _disk(settings: Settings | None) -> str:
    place = settings.state if settings else default_state()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if free < LEAST_FREE_BYTES:
        raise _WrongError(f"Only {free // 2**20} MiB are free on {place}: make room for evidence.")
    if not os.access(place, os.W_OK):
        raise _WrongError(f"{place} cannot be written: give the station's user the right to.")
    return f"{free // 2**30} GiB free on {place}"


def _clock() -> str:
    now = SystemClock().now()
    if now < _BUILT:
        raise _WrongError(f"The clock says {now:%Y-%m-%d}: set it, or results carry a wrong date.")
    return f"{now:%Y-%m-%d %H:%M} UTC"


def _sound() -> str:
    speaker = Speaker()
    try:
        return "mute: no player or sound device for tones" if speaker.muted else "audible"
    finally:
        speaker.close()


def _pictures() -> str:
    if jpeg.at_hand():
        return "libjpeg-turbo checks every JPEG, and cuts it without loss"
    return "cut JPEGs are kept as PNG, and damage can go unnoticed: apt install libturbojpeg0"


def _ports() -> str:
    count = len(list_ports())
    return f"{count} found (the virtual bench brings its own scanner)"


def _orders(settings: Settings) -> str:
    source = settings.order_source
    if source is not None:
        ask_server(source.url, source.patience_seconds)
        return f"{source.url} answers, and is asked at each scan"
    if settings.orders is None:
        return f"{orders_in(settings.state, None).count().orders} orders imported"
    return f"{settings.orders} reads well: {check_file(settings.orders).orders} orders"


def _settings(settings: Settings) -> str:
    """Make every device's client without opening its wire, as the start does."""
    needed = lights_of(load_recipes(settings.recipes)) | {RESTING_LIGHT}
    devices = Devices(
        settings.device,
        settings.lights,
        needed,
        emit=lambda _: None,
        clock=SystemClock(),
        identifiers=SystemIdentifiers(),
    )
    count = len(settings.device)
    lit = f"lights {', '.join(sorted(needed))}" if settings.lights else "no light is switched"
    return f"{count} devices take their settings; {lit}" if devices.kinds else "no device"


def _device(device: Device) -> str:
    """Open the device's wire, and ask who is there where its protocol has a question."""
    known = None if device.port.startswith("file://") else family(device.kind)
    try:
        wire = wire_of(device)()
    except OSError as error:
        raise _WrongError(str(error)) from error
    try:
        said = known.identify(wire) if known and known.identify else None
    except OSError as error:
        raise _WrongError(str(error)) from error
    finally:
        wire.close()
    if known and known.identify and said is None:
        raise _WrongError(
            f"Nobody at {device.port} answers as {known.title}: check power, speed and kind."
        )
    return said or f"{device.port} can be opened"


def _camera(camera: Camera) -> str:
    """Open the camera, read its settings back, and ask who it is."""
    source = camera_of(camera)
    try:
        properties = source.open()
        identity = source.identity()
    except (OSError, ValueError) as error:
        raise _WrongError(str(error)) from error
    finally:
        source.close()
    if camera.identity and identity != camera.identity:
        raise _WrongError(
            f"It is {identity or 'one that does not say who it is'}, not {camera.identity}:"
            " plug the cameras back as they were."
        )
    said = [f"{name} {value:g}" for name, value in properties.items()]
    return ", ".join((*([identity] if identity else []), *said))


def _empty_bench(settings: Settings) -> str:
    """Each camera's pictures of it, as the start of the station reads them."""
    said: dict[str, None] = {}
    for camera in settings.camera:
        place = camera.empty_bench or settings.empty_bench
        if place is None or not place.is_file():
            raise _WrongError(
                f"No picture of the empty bench from camera {camera.name}:"
                " `regrade capture empty` takes one, name it in empty_bench."
            )
        for path in (place, *camera.empty_under.values()):
            empty_picture(path, camera.kept)
            said[str(path)] = None
        if settings.lights and is_live(camera) and not camera.empty_under:
            said[f"{camera.name} cannot tell a print from an item without empty_under"] = None
    return ", ".join(said)


def _upstream(settings: Settings) -> str:
    url = settings.upstream.url
    address = urlsplit(url)
    try:
        port = address.port or (443 if address.scheme == "https" else 80)
        socket.create_connection((address.hostname or "", port), UPSTREAM_S).close()
    except (OSError, ValueError) as error:
        raise _WrongError(
            f"Nobody answers at {url}: check address and network; results wait until then."
        ) from error
    return f"{url} can be reached"
