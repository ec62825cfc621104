"""Serial ports of this computer and the identities that survive a replug."""

import re
from dataclasses import dataclass
from pathlib import Path

from serial.tools import list_ports as pyserial_ports

from firmware_bridge.transports.transport import DisconnectedError

BY_ID = Path("/dev/serial/by-id")
USB_IDENTITY = re.compile(r"(?P<vid>[0-9A-Fa-f]{4}):(?P<pid>[0-9A-Fa-f]{4})(?::(?P<serial>.+))?")


@dataclass(frozen=True, slots=True)
class Port:
    """A serial port as the system sees it now; `identity` is what a configuration should name."""

    path: str
    identity: str
    vid: int | None
    pid: int | None
    serial_number: str | None
    manufacturer: str | None
    product: str | None


def list_ports(by_id: Path = BY_ID) -> tuple[Port, ...]:
    """Return the serial ports present, in order of their path."""
    links = {str(link.resolve()): str(link) for link in by_id.iterdir()} if by_id.is_dir() else {}
    ports = []
    for found in sorted(pyserial_ports.comports(), key=lambda port: port.device):
        usb = None if found.vid is None else f"{found.vid:04X}:{found.pid:04X}"
        if usb and found.serial_number:
            usb = f"{usb}:{found.serial_number}"
        ports.append(
            Port(
                path=found.device,
                identity=links.get(str(Path(found.device).resolve())) or usb or found.device,
                vid=found.vid,
                pid=found.pid,
                serial_number=found.serial_number,
                manufacturer=found.manufacturer,
                product=found.product,
            )
        )
    return tuple(ports)


def path_of(identity: str, ports: tuple[Port, ...] | None = None) -> str:
    """Return the present path of a port named by path or by `VID:PID[:serial]` in hex.

    `ports` are the ports to choose from, by default those present. Raises `DisconnectedError` where
    none or more than one answers to the name.
    """
    named = USB_IDENTITY.fullmatch(identity)
    if named is None:
        return identity
    vid, pid, serial_number = int(named["vid"], 16), int(named["pid"], 16), named["serial"]
    matching = [
        port.path
        for port in (list_ports() if ports is None else ports)
        if (port.vid, port.pid) == (vid, pid) and serial_number in (None, port.serial_number)
    ]
    if not matching:
        raise DisconnectedError(f"No device {identity} is plugged in: check its cable.")
    if len(matching) > 1:
        raise DisconnectedError(
            f"{identity} names {len(matching)} devices ({', '.join(matching)}): "
            "add the serial number or use the path under /dev/serial/by-id."
        )
    return matching[0]
