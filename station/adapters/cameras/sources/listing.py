"""Which cameras are plugged in here, by the names that a configuration needs."""

from dataclasses import dataclass
from pathlib import Path

from station.adapters.cameras.sources.basler import BASLER_REMEDY
from station.adapters.cameras.sources.extras import extra
from station.adapters.cameras.sources.gige import aravis_bindings
from station.adapters.cameras.sources.usb import SYSFS, usb_identity

_LINKS = Path("/dev/v4l")


@dataclass(frozen=True, slots=True)
class ListedCamera:
    """A camera: its kind, what its configuration names it by, and who it says it is."""

    kind: str
    address: str
    identity: str


def usb_cameras(links: Path = _LINKS, sysfs: Path = SYSFS) -> tuple[ListedCamera, ...]:
    """USB cameras by links that stay their own; by socket those that have no serial number."""
    found: dict[Path, ListedCamera] = {}
    for folder in ("by-id", "by-path"):
        for link in sorted((links / folder).glob("*-video-index0")):
            identity = usb_identity(str(link), sysfs)
            # A link by name may be that of a twin if there is no serial number in it.
            if folder == "by-path" or "@" not in identity:
                found.setdefault(link.resolve(), ListedCamera("uvc", str(link), identity))
    return tuple(found.values())


def basler_cameras() -> tuple[ListedCamera, ...]:
    """Basler cameras; OSError without pypylon."""
    pylon = extra("pypylon.pylon", BASLER_REMEDY)
    devices = pylon.TlFactory.GetInstance().EnumerateDevices()
    return tuple(
        ListedCamera(
            "basler",
            device.GetSerialNumber(),
            f"{device.GetModelName()}:{device.GetSerialNumber()}",
        )
        for device in devices
    )


def gige_cameras() -> tuple[ListedCamera, ...]:
    """GigE Vision and USB3 Vision cameras; OSError without Aravis."""
    aravis, _ = aravis_bindings()
    aravis.update_device_list()
    return tuple(
        ListedCamera(
            "gige",
            aravis.get_device_id(n),
            "-".join(
                (
                    aravis.get_device_vendor(n),
                    aravis.get_device_model(n),
                    aravis.get_device_serial_nbr(n),
                )
            ),
        )
        for n in range(aravis.get_n_devices())
    )
