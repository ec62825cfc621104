"""From the address in a configuration to a way to open the wire."""

from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from firmware_bridge.transports.device_file import DeviceFile
from firmware_bridge.transports.ports import USB_IDENTITY
from firmware_bridge.transports.serial_port import ByteFormat, SerialPort
from firmware_bridge.transports.tcp import TcpWire
from firmware_bridge.transports.transport import Transport

FORMS = "a path, VID:PID[:SERIAL], tcp://host:port or file:///dev/usb/lp0"
FASTEST = 4_000_000


def opener(
    address: str, *, baud: int = 9600, byte_format: ByteFormat = "8N1"
) -> Callable[[], Transport]:
    """What opens the wire at an address; it raises `DisconnectedError` where that fails.

    An address is `tcp://host:port`, `file:///dev/usb/lp0`, or a serial port: its path or
    `VID:PID[:SERIAL]` in hex. `baud` and `byte_format` are for serial ports. ValueError with a
    sentence for anything else.
    """
    if not address or not address.isprintable():
        raise ValueError(f"{address!r} is no address of a device: write {FORMS}.")
    if address.startswith("tcp://"):
        return partial(TcpWire, *_host_and_port(address))
    if address.startswith("file://"):
        return partial(DeviceFile, _device_path(address))
    if "://" in address or (":" in address and not _names_a_serial_port(address)):
        raise ValueError(f"{address} is no address of a device: write {FORMS}.")
    if not 0 < baud <= FASTEST:
        raise ValueError(f"{baud} is no speed of a serial port: write one such as 9600.")
    return partial(SerialPort, address, baud, byte_format)


def _names_a_serial_port(address: str) -> bool:
    return "/" in address or USB_IDENTITY.fullmatch(address) is not None


def _host_and_port(address: str) -> tuple[str, int]:
    wrong = ValueError(f"{address} names no host and port: write tcp://host:port.")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
        (host or "").encode("idna")  # what no name server could be asked for
    except ValueError as error:
        raise wrong from error
    rest = (parts.path.strip("/"), parts.query, parts.fragment, parts.username)
    if not host or not port or any(rest):
        raise wrong
    return host, port


def _device_path(address: str) -> str:
    path = address.removeprefix("file://")
    if not path.startswith("/") or path.endswith("/"):
        raise ValueError(f"{address} names no device file: write file:///dev/usb/lp0.")
    return path
