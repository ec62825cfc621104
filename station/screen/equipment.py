"""What the bench has, as the device strip shows it."""

from dataclasses import dataclass, replace
from enum import StrEnum

from station.domain.faults import Fault, FaultCode
from station.screen.view import DeviceView, Text


class DeviceKind(StrEnum):
    """The devices of the strip."""

    SCANNER = "scanner"
    TAG_READER = "tag-reader"
    CAMERA = "camera"
    LIGHT = "light"
    BOARD = "board"
    PEDAL = "pedal"
    SCALE = "scale"
    PRINTER = "printer"
    EXAMINER = "examiner"
    CALIBRATION = "calibration"
    DISK = "disk"
    SOUND = "sound"
    UPSTREAM = "upstream"


class DeviceState(StrEnum):
    """How a device is; every state but WELL needs attention."""

    WELL = "well"
    STARTING = "starting"
    LOST = "lost"
    FAULTY = "faulty"
    OVERDUE = "overdue"
    NEAR_LIMIT = "near-limit"
    MISSING = "missing"
    MUTED = "muted"
    REFUSED = "refused"
    FULL = "full"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Device:
    """One device and how it is; `name` tells several of a kind apart."""

    kind: DeviceKind
    state: DeviceState = DeviceState.WELL
    name: str = ""


@dataclass(frozen=True, slots=True)
class Equipment:
    """The station's name, its devices in the order shown, and how many results wait to be sent."""

    station: str
    devices: tuple[Device, ...] = ()
    waiting: int = 0

    @property
    def named(self) -> frozenset[str]:
        """The names of those devices of which there are several."""
        return frozenset(device.name for device in self.devices if device.name)


_BY_FAULT: dict[FaultCode, Device] = {
    FaultCode.SCANNER_LOST: Device(DeviceKind.SCANNER, DeviceState.LOST),
    FaultCode.TAG_READER_LOST: Device(DeviceKind.TAG_READER, DeviceState.LOST),
    FaultCode.LIGHT_LOST: Device(DeviceKind.LIGHT, DeviceState.LOST),
    FaultCode.BOARD_LOST: Device(DeviceKind.BOARD, DeviceState.LOST),
    FaultCode.PEDAL_LOST: Device(DeviceKind.PEDAL, DeviceState.LOST),
    FaultCode.SCALE_LOST: Device(DeviceKind.SCALE, DeviceState.LOST),
    FaultCode.PRINTER_LOST: Device(DeviceKind.PRINTER, DeviceState.LOST),
    FaultCode.PRINTER_STOPPED: Device(DeviceKind.PRINTER, DeviceState.FAULTY),
    FaultCode.CAMERA_LOST: Device(DeviceKind.CAMERA, DeviceState.LOST),
    FaultCode.CAMERA_SETTINGS: Device(DeviceKind.CAMERA, DeviceState.FAULTY),
    FaultCode.CAMERA_SWAPPED: Device(DeviceKind.CAMERA, DeviceState.FAULTY),
    FaultCode.FRAME_STALE: Device(DeviceKind.CAMERA, DeviceState.FAULTY),
    FaultCode.FRAME_BLACK: Device(DeviceKind.CAMERA, DeviceState.FAULTY),
    FaultCode.FRAME_WRONG_SIZE: Device(DeviceKind.CAMERA, DeviceState.FAULTY),
    FaultCode.FRAME_TORN: Device(DeviceKind.CAMERA, DeviceState.FAULTY),
    FaultCode.NO_PICTURE: Device(DeviceKind.CAMERA, DeviceState.FAULTY),
    FaultCode.EXAMINER_DOWN: Device(DeviceKind.EXAMINER, DeviceState.LOST),
    FaultCode.PACK_REFUSED: Device(DeviceKind.EXAMINER, DeviceState.REFUSED),
    FaultCode.CALIBRATION_OVERDUE: Device(DeviceKind.CALIBRATION, DeviceState.OVERDUE),
    FaultCode.DISK_FULL: Device(DeviceKind.DISK, DeviceState.FULL),
    FaultCode.STORE_FAILED: Device(DeviceKind.DISK, DeviceState.FAILED),
    FaultCode.UPSTREAM_DOWN: Device(DeviceKind.UPSTREAM, DeviceState.LOST),
    FaultCode.UPSTREAM_REFUSED: Device(DeviceKind.UPSTREAM, DeviceState.REFUSED),
}


def device_strip(equipment: Equipment, faults: tuple[Fault, ...]) -> tuple[DeviceView, ...]:
    """The devices as equipped, each as its standing fault says; a faulty one is never left out."""
    faulty = [_faulty(fault, equipment.named) for fault in faults if fault.code in _BY_FAULT]
    troubled = {(device.kind, device.name): device for device in reversed(faulty)}
    listed = {(device.kind, device.name) for device in equipment.devices}
    devices = [troubled.get((device.kind, device.name), device) for device in equipment.devices]
    devices += [device for which, device in troubled.items() if which not in listed]
    return tuple(_shown(device, equipment.waiting) for device in devices)


def _faulty(fault: Fault, named: frozenset[str]) -> Device:
    device = _BY_FAULT[fault.code]
    one = device.kind is DeviceKind.CAMERA and fault.subject in named
    return replace(device, name=fault.subject) if one else device


def _shown(device: Device, waiting: int) -> DeviceView:
    word = Text(f"device-state.{device.state.value}")
    if device.kind is DeviceKind.UPSTREAM and waiting and device.state is not DeviceState.REFUSED:
        word = Text("device-state.queued", (("count", str(waiting)),))
    name = Text(f"device.{device.kind.value}")
    if device.name:
        name = Text("screen.device", (("kind", device.kind.value), ("name", device.name)))
    return DeviceView(name, device.state is DeviceState.WELL, word)
