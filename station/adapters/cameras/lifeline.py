"""The life of the camera's child process: when it counts as lost, started again, or back."""

from collections.abc import Callable

from station.adapters.cameras.ports import Child, Children, Clock, Emit
from station.domain.events import FaultCleared, FaultRaised
from station.domain.faults import Fault, FaultCode

_SHORTEST_BACK_OFF_S = 0.2
_LONGEST_BACK_OFF_S = 5.0
_REMEDIES = {
    FaultCode.CAMERA_SETTINGS: "correct the configuration",
    FaultCode.CAMERA_SWAPPED: "plug the cameras back as they were",
}


class Lifeline:
    """Keeps one child running. Lives are numbered, so what an earlier child said is told apart.

    FaultRaised when the camera is lost, once more when it blocks because starting it again has not
    helped, and FaultCleared once it delivers again.
    """

    def __init__(
        self,
        camera: str,
        children: Children,
        post: Callable[[int, object | None], None],
        emit: Emit,
        clock: Clock,
        silence_s: float = 2.5,
        start_s: float = 15.0,
    ) -> None:
        """`post` takes the child's messages, with the number of its life, to the rig's thread.

        A child that is up may be silent for `silence_s`, one that starts for `start_s`.
        """
        self._camera = camera
        self._children = children
        self._post = post
        self._emit = emit
        self._clock = clock
        self._silence_s = silence_s
        self._start_s = start_s
        self._child: Child | None = None
        self._patience_until_s = float("inf")
        self._restart_at_s = float("inf")
        self._back_off_s = 0.0
        self._fault: Fault | None = None
        self.life = 0
        self.up = False

    @property
    def blocked(self) -> bool:
        """Whether starting the camera again has not helped."""
        return self._fault is not None and self._fault.blocks

    @property
    def fault(self) -> Fault:
        """The fault the camera is in; only meaningful while it is lost."""
        return self._fault or self._lost("", blocks=False)

    def begin(self) -> None:
        """Start the first child."""
        self._start()

    def end(self) -> None:
        """End the child for good."""
        self._restart_at_s = float("inf")
        self._drop()

    def send(self, message: object) -> None:
        """Send to the child; OSError if it is gone."""
        if self._child is None:
            raise OSError("no camera process runs")
        self._child.send(message)

    def heard(self) -> None:
        """The child gave a sign of life."""
        self.up = True
        self._patience_until_s = self._clock.monotonic() + self._silence_s

    def well(self) -> None:
        """The child delivered from the camera: whatever was wrong is over."""
        self.heard()
        self._back_off_s = 0.0
        if self._fault:
            self._fault = None
            self._emit(FaultCleared(self._clock.now(), self._camera))

    def lose(self, detail: str, code: FaultCode = FaultCode.CAMERA_LOST) -> bool:
        """Kill the child and plan the next; False if it may still be running."""
        dead = self._drop()
        now = self._clock.monotonic()
        wait_s = self._children.wait_s()
        if wait_s > 0:
            self._restart_at_s = now + wait_s
            remedy = _REMEDIES.get(code, "check its cable and power")
            words = f"{detail} Starting it again did not help: {remedy}."
            self._raise(self._lost(words, code, blocks=True))
        else:
            self._restart_at_s = now + self._back_off_s
            self._back_off_s = min(
                max(2 * self._back_off_s, _SHORTEST_BACK_OFF_S), _LONGEST_BACK_OFF_S
            )
            self._raise(self._lost(detail, code, blocks=False))
        return dead

    def overdue(self) -> bool:
        """Whether a running child has been silent for too long."""
        return self._child is not None and self._clock.monotonic() >= self._patience_until_s

    def restart_if_due(self) -> None:
        """Start the next child when its time has come."""
        if self._child is None and self._clock.monotonic() >= self._restart_at_s:
            self._start()

    def due_s(self) -> float:
        """When to look after it next."""
        return self._restart_at_s if self._child is None else self._patience_until_s

    def _start(self) -> None:
        self.life += 1
        life = self.life
        self._child = self._children.start(lambda message: self._post(life, message))
        self._patience_until_s = self._clock.monotonic() + self._start_s

    def _drop(self) -> bool:
        child, self._child = self._child, None
        self.up = False
        self.life += 1
        return child is None or child.kill()

    def _raise(self, fault: Fault) -> None:
        """Say what is new: the loss once, another kind of it, and once that it blocks."""
        known = self._fault
        if known is None or (not known.blocks and (fault.blocks or fault.code is not known.code)):
            self._fault = fault
            self._emit(FaultRaised(self._clock.now(), fault))

    def _lost(self, detail: str, code: FaultCode = FaultCode.CAMERA_LOST, *, blocks: bool) -> Fault:
        return Fault(code, self._camera, detail, blocks)
