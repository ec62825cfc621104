"""USB cameras as Linux tells of them under /sys, in a folder."""

from pathlib import Path


def plug(sysfs: Path, node: str, socket: str, serial: str = "", bus: int = 1) -> None:
    """A camera with this V4L2 node in a USB socket."""
    usb = sysfs / "devices" / f"usb{bus}" / socket
    interface = usb / f"{socket}:1.0"
    interface.mkdir(parents=True, exist_ok=True)
    for name, text in (("idVendor", "046d"), ("idProduct", "0825"), ("busnum", str(bus))):
        (usb / name).write_text(f"{text}\n")
    if serial:
        (usb / "serial").write_text(f"{serial}\n")
    video = sysfs / "class" / "video4linux" / node
    video.mkdir(parents=True)
    (video / "name").write_text(f"Camera {node}\n")
    (video / "device").symlink_to(interface)
