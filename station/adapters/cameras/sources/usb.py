"""Who a USB camera is, and what else hangs on its bus, as Linux tells it under /sys."""

from pathlib import Path

SYSFS = Path("/sys")


def usb_identity(device: str, sysfs: Path = SYSFS) -> str:
    """`VID:PID:SERIAL` of a V4L2 device; without a serial number `VID:PID@` and the socket's path.

    Empty if it is no USB device. A camera without a serial number cannot be told from a twin in the
    same socket.
    """
    usb = _usb_device(device, sysfs)
    if usb is None:
        return ""
    vendor, product = _read(usb / "idVendor"), _read(usb / "idProduct")
    serial = _read(usb / "serial")
    return f"{vendor}:{product}:{serial}" if serial else f"{vendor}:{product}@{usb.name}"


def on_the_same_bus(device: str, sysfs: Path = SYSFS) -> tuple[str, ...]:
    """The other V4L2 cameras on a camera's USB bus, by name; they share its bandwidth."""
    mine = _usb_device(device, sysfs)
    if mine is None:
        return ()
    others = {}
    for node in sorted((sysfs / "class" / "video4linux").glob("video*")):
        usb = _usb_device(node.name, sysfs)
        if usb and usb != mine and _read(usb / "busnum") == _read(mine / "busnum"):
            others[usb] = _read(node / "name") or node.name
    return tuple(others.values())


def _usb_device(device: str, sysfs: Path) -> Path | None:
    """The USB device behind a V4L2 path or link: the folder above its interface."""
    name = Path(device).resolve().name if "/" in device else device
    node = sysfs / "class" / "video4linux" / name / "device"
    if not node.exists():
        return None
    folder = node.resolve()
    return next((f for f in (folder, *folder.parents) if (f / "idVendor").exists()), None)


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace").strip()
    except OSError:
        return ""
