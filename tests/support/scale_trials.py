"""What every scale's client must stand: cut wires at each byte, and the faults of real ones."""

import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from loopback import Cable, FakeTime, Loopback

from firmware_bridge.clients.settling import ScaleState, Settling
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.frames import Decoder
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.faults import Fault
from firmware_bridge.emulators.imitation import Imitation
from firmware_bridge.emulators.ports import PtyPort
from firmware_bridge.readings import Back, Lost, Weight
from firmware_bridge.transports.serial_port import SerialPort

LOADS = ("123.45", "7.5", "2000.01")
PATIENCE_S = 8.0


class Scale(Protocol):
    def poll(self, timeout_s: float) -> tuple[Weight | ScaleState | Lost | Back, ...]: ...

    def close(self) -> None: ...


def weigh_all(
    client: Scale, imitation: Imitation, time_: FakeTime, cable: Cable
) -> tuple[list[Any], list[tuple[str, Weight]]]:
    """Lay each load on the pan until it is told; a pulled cable is plugged in again.

    Returns every event, and each weight with the load that lay there.
    """
    events: list[Any] = []
    weights: list[tuple[str, Weight]] = []
    for load in LOADS:
        imitation.act("unstable", time_.now)
        _until(client, events, weights, load, cable, lambda e: e == ScaleState("unstable"))
        imitation.act(f"weight {load} g", time_.now)
        _until(client, events, weights, load, cable, lambda e: isinstance(e, Weight))
    return events, weights


def _until(
    client: Scale,
    events: list[Any],
    weights: list[tuple[str, Weight]],
    load: str,
    cable: Cable,
    done: Callable[[object], bool],
) -> None:
    for _ in range(400):
        news = client.poll(0.1)
        events += news
        weights += [(load, event) for event in news if isinstance(event, Weight)]
        if not cable.plugged and any(isinstance(event, Lost) for event in events):
            cable.plugged = True
        if any(done(event) for event in news):
            return
    raise AssertionError(f"the scale never told {load}: {events}")


def cut_at_every_byte(
    make_client: Callable[..., Scale], make_imitation: Callable[[], Imitation]
) -> int:
    """Pull the cable after each byte of a conversation and plug it in again; how many there were.

    Asserts that each weight told is the one that lay there, and that loss and return are said once.
    """
    count = 0
    while True:
        now, cable, imitation = FakeTime(), Cable(), make_imitation()
        cable.left = count or None
        client = make_client(
            lambda: Loopback(imitation, now, cable),  # noqa: B023  used up within this round
            clock=now,
            sleep=now.sleep,
        )
        events, weights = weigh_all(client, imitation, now, cable)
        over = count > 0 and cable.left is not None
        while not cable.plugged or (events[-1:] and isinstance(events[-1], Lost)):
            cable.plugged = cable.plugged or any(isinstance(event, Lost) for event in events)
            events += client.poll(0.1)
        client.close()
        if over:
            return count
        told = [weight.grams for _, weight in weights]
        assert all(weight.grams == Decimal(load) for load, weight in weights), (count, weights)
        assert set(told) == {Decimal(load) for load in LOADS}
        lost = [event for event in events if isinstance(event, Lost)]
        backs = [event for event in events if isinstance(event, Back)]
        # A cut before the first greeting is over is a loss of what was never back.
        assert len(lost) == (1 if count else 0), (count, events)
        assert len(backs) in ((1, 2) if count else (1,)), (count, events)
        first_up = next(i for i, event in enumerate(events) if isinstance(event, Lost | Back))
        if count and isinstance(events[first_up], Back):
            assert len(backs) == 2
        count += 1


def meet_fault(
    make_client: Callable[..., Scale],
    make_imitation: Callable[[], Imitation],
    fault: Fault,
    link: Path,
    baud: int = 9600,
) -> list[Any]:
    """What a client tells of a scale with a fault on a real pty, while 123.45 g lie on it.

    Ends when the weight is told after whatever the fault does, or when the client has given up.
    """
    imitation = make_imitation()
    imitation.act("weight 123.45 g", 0.0)
    once = fault in (Fault.UNPLUG_MID_FRAME, Fault.REPLUG)
    events: list[Any] = []
    with Emulator(imitation, PtyPort(link), faults=[fault]):
        client = make_client(lambda: SerialPort(str(link), baud))
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            events += client.poll(0.1)
            lost = any(isinstance(event, Lost) for event in events)
            back = sum(isinstance(event, Back) for event in events)
            weighed = bool(events) and isinstance(events[-1], Weight)
            if weighed and fault is not Fault.UNPLUG and (not once or (lost and back >= 1)):
                break
            if lost and fault in (Fault.SILENCE, Fault.UNPLUG, Fault.NOISE, Fault.FLOOD):
                break
        client.close()
    return events


class SettledFrames:
    """A decoder whose frames are the weights that have settled: what the station would believe."""

    def __init__(self, decoder: Decoder[Any], settling: Settling) -> None:
        self._decoder = decoder
        self._settling = settling

    @property
    def idle_gap_s(self) -> float:
        return self._decoder.idle_gap_s

    @property
    def pending(self) -> bool:
        return self._decoder.pending

    @property
    def _buffer(self) -> bytes:
        return bytes(getattr(self._decoder, "_buffer", b""))

    def feed(self, content: bytes, now: float) -> tuple[Any, ...]:
        return self._settled(self._decoder.feed(content, now))

    def flush(self, now: float) -> tuple[Any, ...]:
        return self._settled(self._decoder.flush(now))

    def reset(self, now: float) -> None:
        self._decoder.reset(now)
        self._settling.forget()

    def _settled(self, events: tuple[Any, ...]) -> tuple[Any, ...]:
        found: list[Any] = []
        for event in events:
            if isinstance(event, Damage):
                found.append(event)
            elif getattr(event, "reading", None) is not None:
                news = self._settling.take(event.reading)
                found += [told for told in news if isinstance(told, Weight)]
        return tuple(found)
