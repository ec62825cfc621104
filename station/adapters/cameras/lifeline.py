"""The life of the camera's child process: when it counts as lost, started again, or back."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from station.adapters.cameras.ports import Child, Children, Clock, Emit
from station.domain.events import FaultCleared, FaultRaised
from station.domain.faults import Fault, FaultCode

_SHORTEST_BACK_OFF_S = 0.2
_LONGEST_BACK_OFF_S = 5.0
_REMEDIES = {
    FaultCode.CAMERA_SETTINGS: "correct the configuration",
    FaultCode.CAMERA_SWAPPED: "plug the cameras back as they were",
}


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds a camera's child may say nothing, by what it is at.

    `process_s` is until its process runs at all: on a busy computer that takes long, and to kill it
    and start another takes longer. `open_s` is until the camera is open, `first_s` from then to its
    first picture, and `silent_s` between two signs of life of a camera that runs.
    """

    process_s: float = 60.0
    open_s: float = 15.0
    first_s: float = 6.0
    silent_s: float = 2.5


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
        patience: Patience,
    ) -> None:
        """`post` takes the child's messages, with the number of its life, to the rig's thread."""
        self._camera = camera
        self._children = children
        self._post = post
        self._emit = emit
        self._clock = clock
        self._patience = patience
        self._child: Child | None = None
        self._overdue_s = float("inf")
        self._awaited = ""
        self._restart_at_s = float("inf")
        self._back_off_s = 0.0
        self._fault: Fault | None = None
        self._runs = False
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

    @property
    def first_s(self) -> float:
        """How long its first picture may take; 0 once it came."""
        return 0.0 if self._runs else self._patience.first_s

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

    def begun(self) -> None:
        """The child's process runs, and opens the camera."""
        self._await(self._patience.open_s, "The camera does not open.")

    def opened(self) -> None:
        """The camera is open; its first picture is still to come."""
        self.up = True
        self._await(self._patience.first_s, "The camera is open and sends no picture.")

    def heard(self) -> None:
        """The child of a camera that runs gave a sign of life."""
        self._await(self._patience.silent_s, "The camera has fallen silent.")

    def well(self) -> None:
        """The child delivered from the camera, so it runs: whatever was wrong is over."""
        self.heard()
        self._runs = True
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

    def overdue(self) -> str:
        """What the child has not done in time, in a sentence; empty while it is in time."""
        late = self._child is not None and self._clock.monotonic() >= self._overdue_s
        return self._awaited if late else ""

    def restart_if_due(self) -> None:
        """Start the next child when its time has come."""
        if self._child is None and self._clock.monotonic() >= self._restart_at_s:
            self._start()

    def due_s(self) -> float:
        """When to look after it next."""
        return self._restart_at_s if self._child is None else self._overdue_s

    def _start(self) -> None:
        self.life += 1
        life = self.life
        self._child = self._children.start(lambda message: self._post(life, message))
        busy = "The camera's process does not start: too much else runs on this computer."
        self._await(self._patience.process_s, busy)

    def _await(self, within_s: float, otherwise: str) -> None:
        self._overdue_s, self._awaited = self._clock.monotonic() + within_s, otherwise

    def _drop(self) -> bool:
        child, self._child = self._child, None
        self.up = self._runs = False
        self.life += 1
        return child is None or child.kill()

    def _raise(self, fault: Fault) -> None:
        """Say what is new: the loss once, another kind of it, and once that it blocks.

        What blocks does so until the camera delivers again, whatever else is wrong meanwhile.
        """
        known = self._fault
        if known is not None and known.blocks:
            fault = replace(fault, blocks=True)
        if known is None or fault.code is not known.code or fault.blocks is not known.blocks:
            self._fault = fault
            self._emit(FaultRaised(self._clock.now(), fault))

    def _lost(self, detail: str, code: FaultCode = FaultCode.CAMERA_LOST, *, blocks: bool) -> Fault:
        return Fault(code, self._camera, detail, blocks)
