"""One running station for each state directory."""

import fcntl
import os
from pathlib import Path

from station.domain.faults import Fault, FaultCode, StationError


class InstanceLock:
    """Held from construction until `release` or the end of the process.

    A process that forks without exec hands the lock to its child.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.release()
            raise StationError(
                Fault(
                    FaultCode.ALREADY_RUNNING,
                    "station",
                    f"A station is already running on {path.parent}: "
                    "use that one, or stop it and start again.",
                    blocks=True,
                )
            ) from error

    def release(self) -> None:
        """Let another station have the directory; doing it twice is harmless."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
