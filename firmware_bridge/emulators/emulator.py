"""Runs an imitated device on an emulated port, with the faults of real wires."""

import queue
import random
import threading
import time
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from firmware_bridge.emulators.faults import Fault
from firmware_bridge.emulators.imitation import Imitation
from firmware_bridge.emulators.ports import EmulatedPort

WAIT_S = 0.01
PIECE_PAUSE_S = 0.004
BYTE_PAUSE_S = 0.001
GLUE_S = 0.05
AWAY_S = 1.0
FATAL_FRAME = 3
FLOOD_BYTES = 8192
PATIENCE_S = 1.0


class Emulator:
    """A device on its port, alive inside a `with` block.

    The public methods may be called from any thread and act in order; RuntimeError if it is dead.
    """

    def __init__(
        self,
        imitation: Imitation,
        port: EmulatedPort,
        *,
        faults: Iterable[Fault] = (),
        seed: int = 0,
    ) -> None:
        self.port = port
        self._imitation = imitation
        self._faults = frozenset(faults)
        self._random = random.Random(seed)  # noqa: S311  noise is no secret
        self._deeds: queue.SimpleQueue[tuple[str, str, queue.SimpleQueue[str | None]]] = (
            queue.SimpleQueue()
        )
        self._thread = threading.Thread(target=self._run, name="emulator", daemon=True)
        self._ending = threading.Event()
        self._visits = 0
        self._frames = 0
        self._held: list[bytes] = []
        self._held_at = 0.0
        self._back_at: float | None = None
        self._cut_after: int | None = None

    def __enter__(self) -> Self:
        self.port.replug()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ending.set()
        self._thread.join()
        self.port.unplug()

    def act(self, line: str) -> None:
        """Do something to the device, as `Imitation.act` says; ValueError if it knows no such."""
        self._do("act", line)

    def unplug(self) -> None:
        """Pull the cable."""
        self._do("unplug")

    def replug(self) -> None:
        """Plug the cable in again, as another port behind the same address."""
        self._do("replug")

    def wait_read(self) -> None:
        """Wait until the computer has read what was sent, at most a second."""
        self._do("wait")

    def _do(self, deed: str, line: str = "") -> None:
        answer: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._deeds.put((deed, line, answer))
        problem = self._answered(answer)
        if problem is not None:
            raise ValueError(problem)

    def _answered(self, answer: queue.SimpleQueue[str | None]) -> str | None:
        while True:
            try:
                return answer.get(timeout=PATIENCE_S)
            except queue.Empty:
                if not self._thread.is_alive():
                    raise RuntimeError("the emulator has ended and does nothing more") from None

    def _run(self) -> None:
        while not self._ending.is_set():
            content = self.port.receive(WAIT_S if self._deeds.empty() else 0.0)
            now = time.monotonic()
            if self._back_at is not None and now >= self._back_at:
                self._back_at = None
                self.port.replug()
            if self.port.visits != self._visits:
                self._visits = self.port.visits
                self._say(self._imitation.plugged(now))
            if content:
                if Fault.ECHO in self._faults:
                    self._out(content)
                self._say(self._imitation.hear(content, now))
            self._say(self._imitation.tick(now))
            self._serve(now)
            if self._held and now - self._held_at >= GLUE_S:
                self._release()

    def _serve(self, now: float) -> None:
        try:
            deed, line, answer = self._deeds.get_nowait()
        except queue.Empty:
            return
        problem = None
        match deed:
            case "act":
                try:
                    self._say(self._imitation.act(line, now))
                except ValueError as error:
                    problem = str(error)
            case "unplug":
                self.port.unplug()
            case "replug":
                self.port.replug()
            case "wait":
                self.port.wait_read()
        answer.put(problem)

    def _say(self, frames: list[bytes]) -> None:
        if Fault.SILENCE in self._faults:
            return
        for frame in frames:
            spoiled = Fault.WRONG_CHECKSUM in self._faults
            self._wrap(self._imitation.spoil(frame) if spoiled else frame)

    def _wrap(self, frame: bytes) -> None:
        """Send one frame with what its faults put around it."""
        if Fault.NOISE in self._faults:
            self._out(self._random.randbytes(self._random.randint(1, 12)))
        if Fault.FLOOD in self._faults:
            self._out(self._random.randbytes(FLOOD_BYTES))
        self._frames += 1
        fatal = self._frames == FATAL_FRAME
        if fatal and Fault.UNPLUG_MID_FRAME in self._faults:
            self._cut_after = len(frame) // 2
            self._back_at = time.monotonic() + AWAY_S
        if Fault.GLUE in self._faults:
            self._held_at = self._held_at if self._held else time.monotonic()
            self._held.append(frame)
            return
        self._pieces(frame)
        if fatal and self._faults & {Fault.UNPLUG, Fault.REPLUG}:
            self.port.wait_read()
            self.port.unplug()
            if Fault.REPLUG in self._faults:
                self._back_at = time.monotonic() + AWAY_S

    def _release(self) -> None:
        joined = b"".join(self._held)
        self._held.clear()
        self._pieces(joined)

    def _pieces(self, content: bytes) -> None:
        if Fault.SLOW in self._faults:
            for byte in content:
                self._out(bytes([byte]))
                time.sleep(BYTE_PAUSE_S)
        elif Fault.SPLIT in self._faults and len(content) > 1:
            middle = self._random.randint(1, len(content) - 1)
            self._out(content[:middle])
            time.sleep(PIECE_PAUSE_S)
            self._out(content[middle:])
        else:
            self._out(content)

    def _out(self, content: bytes) -> None:
        """Put bytes on the wire, up to the place where it is cut."""
        left = self._cut_after
        if left is None:
            self.port.send(content)
            return
        self.port.send(content[:left])
        if len(content) < left:
            self._cut_after = left - len(content)
            return
        self._cut_after = None
        self.port.wait_read()
        self.port.unplug()
