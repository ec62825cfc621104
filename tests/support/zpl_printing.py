"""A ZPL printer on a cable, labels for it, and its answers."""

from loopback import Cable, FakeTime, Loopback

from firmware_bridge.clients.zpl import ZplPrinter
from firmware_bridge.codecs.zpl import field_data, host_identity, zpl_decoder
from firmware_bridge.emulators.zpl import ZplImitation

IDENTITY = host_identity("IMITATED-ZPL", "V1.0.0", 8, "8192KB")
LABEL = b"^XA^CI28^FO10,10^A0N,30" + field_data("R-0001") + b"^XZ"
OTHER = LABEL.replace(b"R-0001", b"R-0002")


def frames(content: bytes) -> list[object]:
    return list(zpl_decoder().feed(content, 0.0))


def printer_on(imitation: ZplImitation) -> tuple[ZplPrinter, FakeTime, Cable]:
    now, cable = FakeTime(), Cable()
    client = ZplPrinter(lambda: Loopback(imitation, now, cable), clock=now, sleep=now.sleep)
    return client, now, cable


def until(client: ZplPrinter, kind: type, polls: int = 60) -> list[object]:
    seen: list[object] = []
    for _ in range(polls):
        seen += client.poll(0.2)
        if any(isinstance(event, kind) for event in seen):
            return seen
    raise AssertionError(f"no {kind.__name__} in {seen}")
