"""A switch that bounces, sampled: only what lasts is a change."""

from firmware_bridge.readings import Pedal

CLOSED, OPEN = b"\x01", b"\x00"


class Debounce:
    """A `Decoder` whose bytes are samples of a contact, `CLOSED` or `OPEN`, in their order.

    A state counts once every sample of `debounce_s` has shown it. The first state after a reset is
    where the switch stands and no reading: a pedal that was held down while its cable was plugged
    in has not been pressed.
    """

    def __init__(self, debounce_s: float) -> None:
        self.idle_gap_s = debounce_s
        self._stable: bool | None = None
        self._seen: bool | None = None
        self._since = 0.0

    @property
    def pending(self) -> bool:
        """Say whether the last sample differs from the state that counts."""
        return self._seen != self._stable

    def feed(self, content: bytes, now: float) -> tuple[Pedal, ...]:
        """Take samples read at the monotonic time `now` (s) and return the change they make."""
        for sample in content:
            closed = sample == CLOSED[0]
            if closed != self._seen:
                self._seen, self._since = closed, now
        return self.flush(now)

    def flush(self, now: float) -> tuple[Pedal, ...]:
        """The change that has lasted long enough by now."""
        if self._seen is None or not self.pending or now - self._since < self.idle_gap_s:
            return ()
        first, self._stable = self._stable is None, self._seen
        return () if first else (Pedal(self._seen),)

    def reset(self, now: float) -> None:
        """Forget where the switch stood because the port was opened anew at `now`."""
        self._stable = self._seen = None
        self._since = now
