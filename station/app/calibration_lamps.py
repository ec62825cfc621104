"""The lamps of a bench that is calibrated: driven over its controllers, or switched by a person."""

import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from station.adapters.clock import SystemClock, SystemIdentifiers
from station.app.equipping import Devices
from station.config import Board, Device, LightController, Lights
from station.domain.events import Event, FaultCleared, FaultRaised
from station.domain.faults import FaultCode, StationError, refuse
from station.domain.light_proof import Mix

DARK = "off"
PATIENCE_S = 8.0
"""How long a controller may take to be found, greeted and told: a board greets for 2.5 s at most,
a network one is called anew every 2 s."""
_RETRY_S = 0.1


class Ask(Protocol):
    """Tells a person what to do, and waits until it is done."""

    def __call__(self, message: str, /, **about: str) -> None:
        """`message` is an id of the message catalogue, `about` fills its places."""
        ...


class Lamps(Protocol):
    """What has one lamp of the bench shine."""

    @property
    def names(self) -> tuple[str, ...]:
        """The lights of the bench, as recipes name them."""
        ...

    @property
    def levels(self) -> tuple[int, ...]:
        """The levels below full, in percent, that each lamp is pictured at."""
        ...

    def lit(self, light: str) -> float:
        """Have this light on and no other: a lamp, a lamp at a level as `bright@50`, or `off`.

        Gives the monotonic time from which on pictures show it. StationError where a lamp does
        not answer.
        """
        ...

    def steady_since(self, monotonic_s: float) -> bool:
        """Whether nothing changed the light since then; asks the controllers once more."""
        ...


class DrivenLamps:
    """The lamps on the configured light controllers and boards, alive inside a `with` block.

    All are dark at its beginning; StationError there where a controller does not answer, before a
    person has laid anything down.
    """

    def __init__(
        self,
        devices: Sequence[Device],
        lights: Lights,
        settle_s: float,
        needed: Sequence[str] = (),
    ) -> None:
        """`lights` are the levels of each light, `needed` the lights that will be asked for.

        StationError where one of those has no levels, or a device does not take its settings.
        """
        self._clock = SystemClock()
        self._settle_s = settle_s
        self._lost: dict[str, str] = {}
        self._lock = threading.Lock()
        switched = [each for each in devices if isinstance(each, LightController | Board)]
        self._devices = Devices(
            switched,
            lights,
            needed,
            emit=self._hear,
            clock=self._clock,
            identifiers=SystemIdentifiers(),
        )
        self.names = tuple(lights)
        self.levels = (25, 50, 75)
        self._mix: Mix | None = None
        self._lit_s = self._settled_s = 0.0

    def __enter__(self) -> Self:
        self._devices.start()
        try:
            self.lit(DARK)
        except StationError:
            self._devices.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._devices.stop()

    def lit(self, light: str) -> float:
        """Set every channel of every controller, and wait for one that is still being greeted."""
        lamp, _, percent = light.partition("@")
        dark = lamp == DARK
        mix = Mix(((self.names[0] if dark else lamp, 0.0 if dark else _share(percent)),))
        settle_s = self._applied(mix, light)
        now_s = self._clock.monotonic()
        if mix != self._mix or not self._devices.light.steady_since(self._lit_s):
            self._mix, self._lit_s = mix, now_s
            self._settled_s = now_s + max(settle_s, self._settle_s)
        return self._settled_s

    def steady_since(self, monotonic_s: float) -> bool:
        """Have the light confirmed again, and ask whether a controller was away meanwhile."""
        if self._mix is not None:
            self._applied(self._mix, "asked for")
        return self._devices.light.steady_since(monotonic_s)

    def _applied(self, mix: Mix, light: str) -> float:
        until_s = self._clock.monotonic() + PATIENCE_S
        while True:
            try:
                return self._devices.light.apply(mix)
            except ValueError as error:
                raise refuse(f"The light {light} cannot be set: {error}.", "lights") from error
            except StationError as error:
                fault = error.fault
                if fault.code is FaultCode.BAD_INPUT:
                    raise
                if self._clock.monotonic() >= until_s:
                    with self._lock:
                        why = self._lost.get(fault.subject, fault.detail)
                    detail = f"The light {light} cannot be set by {fault.subject}: {why}"
                    raise refuse(detail, fault.subject) from error
            threading.Event().wait(_RETRY_S)

    def _hear(self, event: Event) -> None:
        """Remember why a controller is away; on its thread."""
        with self._lock:
            match event:
                case FaultRaised(fault=fault):
                    self._lost[fault.subject] = fault.detail
                case FaultCleared(subject=subject):
                    self._lost.pop(subject, None)


class AskedLamps:
    """A person at the switches, who is told which lamp to light."""

    names = ("bright", "raking")
    levels = (50,)

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._clock = SystemClock()
        self._now = ""

    def lit(self, light: str) -> float:
        """Ask for a light that is not on yet."""
        if light != self._now:
            lamp, _, percent = light.partition("@")
            if lamp == DARK:
                self._ask("calibrate.ask.dark")
            else:
                self._ask("calibrate.ask.lit", lamp=lamp, percent=percent or "100")
            self._now = light
        return self._clock.monotonic()

    def steady_since(self, monotonic_s: float) -> bool:  # noqa: ARG002  nothing can be asked
        """A person keeps the light as it is."""
        return True


def _share(percent: str) -> float:
    return float(percent or 100) / 100
