"""The memories of confirmed-good examples on disk: a file for each product, pose and lamp.

`directory/DIGEST/GTIN/POSE-LIGHT.npz` holds the examples as the pack of that digest saw them: what
another pack sees cannot be compared with it.
"""

import hashlib
import io
import os
import re
import tempfile
import zipfile
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.runtime.features import FeatureMap
from models.runtime.reference import Memory, Places, places_of
from models.runtime.region import Region

_MOST_BYTES = 16 * 2**20
_MOST_HELD = 64 * 2**20
"""Bytes of examples that stay in memory; an example is held there twice, once to be searched."""


class References:
    """The memories of one pack at one bench. Only the examiner's process writes them."""

    def __init__(self, directory: Path, pack_digest: str) -> None:
        self._root = directory / pack_digest[:16]
        self._held: OrderedDict[Path, tuple[Memory, str]] = OrderedDict()

    def unlikeness(
        self, gtin: str, pose: str, features: Sequence[FeatureMap], region: Region
    ) -> tuple[float | None, str | None]:
        """How unlike the good ones the pose looks at the most, as `Memory.unlikeness` says; and
        the SHA-256 over the digests of the memories asked. None where they say nothing.
        """
        asked: list[str] = []
        most: float | None = None
        for seen in features:
            memory, digest = self._memory(self._file(gtin, pose, seen.light))
            ratio = memory.unlikeness(places_of(seen, region))
            if ratio is not None:
                asked.append(digest)
                most = ratio if most is None else max(most, ratio)
        if most is None:
            return None, None
        return most, hashlib.sha256("".join(sorted(asked)).encode()).hexdigest()

    def forget(self) -> None:
        """Let go of what is held in memory; all of it is on disk."""
        self._held.clear()

    def learn(self, gtin: str, pose: str, features: Sequence[FeatureMap], region: Region) -> None:
        """Add a confirmed-good example; OSError where it cannot be written."""
        for seen in features:
            places = places_of(seen, region)
            if len(places):
                self._add(self._file(gtin, pose, seen.light), places)

    def _add(self, file: Path, places: Places) -> None:
        memory, _ = self._memory(file)
        try:
            grown = memory.with_example(places)
        except ValueError:
            # A file from elsewhere: begin anew.
            grown = Memory().with_example(places)
        packed = io.BytesIO()
        np.savez(packed, *(each.astype(np.float16) for each in grown.examples))
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".memory-", dir=file.parent)
        try:
            with os.fdopen(descriptor, "wb") as out:
                out.write(packed.getvalue())
                out.flush()
                os.fsync(out.fileno())
            Path(name).replace(file)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        # As it will be read: rounded. Its bound is looked up now, while nobody waits.
        learnt, _ = self._hold(file)
        learnt.warm()

    def _memory(self, file: Path) -> tuple[Memory, str]:
        """The memory in a file and its digest; an empty one where there is none that can be read.

        A damaged file says nothing: a memory may raise doubt, and losing it clears nobody.
        """
        if file not in self._held:
            return self._hold(file)
        self._held.move_to_end(file)
        return self._held[file]

    def _hold(self, file: Path) -> tuple[Memory, str]:
        """Read a file's memory anew; those not asked for longest give way to it."""
        self._held.pop(file, None)
        read = self._held[file] = _read(file)
        held = [2 * sum(e.nbytes for e in memory.examples) for memory, _ in self._held.values()]
        spare = sum(held) - _MOST_HELD
        for size in held[:-1]:
            if spare <= 0:
                break
            self._held.popitem(last=False)
            spare -= size
        return read

    def _file(self, gtin: str, pose: str, light: str) -> Path:
        return self._root / _plain(gtin) / f"{_plain(pose)}-{_plain(light) or 'all'}.npz"


def _plain(name: str) -> str:
    """A name fit for a file; other characters are written as their codes."""
    return re.sub(r"[^A-Za-z0-9_]", lambda found: f"%{ord(found[0]):x}", name)[:80]


def _read(file: Path) -> tuple[Memory, str]:
    try:
        content = file.read_bytes() if file.stat().st_size <= _MOST_BYTES else b""
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            examples = tuple(np.asarray(arrays[name], np.float32) for name in arrays.files)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, KeyError):
        return Memory(), ""
    shapes = {each.shape[1:] for each in examples}
    sound = all(each.ndim == 2 and len(each) and np.isfinite(each).all() for each in examples)
    if not sound or len(shapes) != 1:
        return Memory(), ""
    return Memory(examples), hashlib.sha256(content).hexdigest()
