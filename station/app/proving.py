"""Trying a model out in a process of its own, which may fail in any way without harm."""

import queue
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from models.runtime.errors import PackError
from models.runtime.keys import read_trusted_keys
from models.runtime.pack import read_pack
from station.adapters.clock import SystemClock
from station.adapters.examiner.child import check_classes
from station.adapters.processes import Children, limit_memory
from station.adapters.shelf import refused_pack

START_S = 60.0
PATIENCE_S = 30.0
"""How long the golden pictures may take once everything is loaded."""
MEMORY_BYTES = 160 * 2**20
"""How much more memory the trial may take than it has once its libraries are loaded."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    """The libraries are there and the trial begins."""


def prove_pack(path: Path, keys: tuple[Path, ...], source: Path | None = None) -> None:
    """Load the pack's model and compare its golden outputs, with memory and time bounded.

    A refusal names the `source` that it is a copy of, if it is one.
    StationError (PACK_REFUSED) where it does not repeat them, fails, hangs, or wants too much.
    """
    answers: queue.SimpleQueue[object | None] = queue.SimpleQueue()
    trial = Children(
        _try, (path, keys), name="pack trial", monotonic=SystemClock().monotonic
    ).start(answers.put)
    try:
        answer = answers.get(timeout=START_S)
        if isinstance(answer, _Loaded):
            answer = answers.get(timeout=PATIENCE_S)
    except queue.Empty:
        answer = f"Its golden pictures take longer than {PATIENCE_S:g} s here: use another build."
    finally:
        trial.kill()
    if answer == "":
        return
    ended = "Its model ends the process that runs it: use another build."
    raise refused_pack(source or path, PackError(answer if isinstance(answer, str) else ended))


def _try(connection: "Connection[Any, Any]", path: Path, keys: tuple[Path, ...]) -> None:
    """Say "" where the pack is good, else why not."""
    from models.runtime.detector import Detector

    limit_memory(MEMORY_BYTES)
    connection.send(_Loaded())
    try:
        pack = read_pack(path, tuple(key for each in keys for key in read_trusted_keys(each)))
        check_classes(pack.manifest)
        Detector(pack, threads=1)
    except PackError as error:
        connection.send(str(error))
    except MemoryError:
        limit = MEMORY_BYTES // 2**20
        connection.send(f"Its golden pictures need more than {limit} MiB: record smaller ones.")
    else:
        connection.send("")
