"""The packs of a bench on disk, and what was done with them.

`directory/packs/NAME-VERSION/` are imported packs, `shelf.json` says which of them works and which
looks on, `compared/DIGEST.jsonl` what the pack of that digest would have graded,
`outlines/DIGEST.toml` how far its outlines are off. `shelf.json` is
replaced in one step, so that a running station reads the old state or the new one.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from models.runtime.errors import PackError
from models.runtime.keys import TrustedKey
from models.runtime.pack import Pack, read_pack
from station.domain.faults import Fault, FaultCode, StationError, refuse
from station.domain.packs import Compared, PackEntry, Shelf, ShelfError, noted

_SHELF: TypeAdapter[Shelf] = TypeAdapter(Shelf)
_COMPARED: TypeAdapter[Compared] = TypeAdapter(Compared)


class ShelfFiles:
    """The shelf in one state directory. Reading makes nothing; any process may read."""

    def __init__(self, directory: Path) -> None:
        self._root = directory / "packs"
        self._state = self._root / "shelf.json"

    @property
    def own_keys(self) -> Path:
        """The list of keys that this site trusts beside those that ship; it may be absent."""
        return self._root / "trusted_keys.toml"

    @property
    def outlines(self) -> Path:
        """Where it is kept, by pack, how far the outlines of packs are off."""
        return self._root / "outlines"

    def shelf(self) -> Shelf:
        """What is in use; an empty shelf where nothing was ever imported."""
        try:
            return _SHELF.validate_json(self._state.read_bytes())
        except FileNotFoundError:
            return Shelf()
        except (OSError, ValidationError) as error:
            raise refuse(
                f"{self._state} cannot be read: put it back from a backup, or remove it to go on"
                " with the pack that ships"
            ) from error

    def stamp(self) -> int:
        """A number that changes with every change of the shelf."""
        try:
            return self._state.stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def path(self, name: str) -> Path:
        """Where the pack of that name lies, or would."""
        return self._root / name

    def packs(self) -> tuple[Path, ...]:
        """The directories of all imported packs."""
        return tuple(sorted(found.parent for found in self._root.glob("[!.]*/manifest.toml")))

    def put(
        self, source: Path, keys: tuple[TrustedKey, ...], prove: Callable[[Path, Path], None]
    ) -> tuple[Pack, Path]:
        """Copy a pack onto the shelf; it appears there once the copy was verified and proved.

        `prove(copy, source)` raises StationError where the copy does not do here what the pack did
        where it was made.
        StationError for a pack that is refused, or whose name and version are another pack's.
        """
        original = _verified(source, keys)
        place = self.path(f"{original.manifest.name}-{original.manifest.version}")
        if place.exists():
            if _verified(place, keys).digest != original.digest:
                raise refuse(
                    f"The shelf holds another pack {place.name}: give this one another version"
                )
            prove(place, source)
            return original, place
        with self._changing():
            draft = Path(tempfile.mkdtemp(prefix=".import-", dir=self._root))
            try:
                for name in original.files:
                    _copy(source / name, draft / name)
                copied = _verified(draft, keys)
                if copied.digest != original.digest:
                    raise refuse(f"{source} changed while it was copied: import it again")
                prove(draft, source)
                draft.chmod(0o755)
                draft.rename(place)
                _sync(self._root)
            except OSError as error:
                raise self._unwritable(error) from error
            finally:
                shutil.rmtree(draft, ignore_errors=True)
        return copied, place

    def note(self, entry: PackEntry) -> Shelf:
        """Do a deed durably; StationError where the shelf does not allow it."""
        with self._changing():
            try:
                shelf = noted(self.shelf(), entry)
            except ShelfError as error:
                raise refuse(str(error).rstrip(".")) from error
            try:
                descriptor, name = tempfile.mkstemp(prefix=".shelf-", dir=self._root)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(_SHELF.dump_json(shelf, indent=1) + b"\n")
                    file.flush()
                    os.fsync(file.fileno())
                Path(name).replace(self._state)
                _sync(self._root)
            except OSError as error:
                raise self._unwritable(error) from error
            return shelf

    def compare(self, digest: str, compared: Compared) -> None:
        """Keep what the pack of that digest would have made of an inspection."""
        file = self._root / "compared" / f"{digest}.jsonl"
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("ab") as out:
                # The line before may have been cut off.
                out.write(b"\n" + _COMPARED.dump_json(compared))
        except OSError as error:
            raise self._unwritable(error) from error

    def compared(self, digest: str) -> Iterator[Compared]:
        """Everything that was compared with the pack of that digest, in order.

        The last line may be cut off by a power cut; it is passed over.
        """
        file = self._root / "compared" / f"{digest}.jsonl"
        lines: Iterable[bytes] = file.read_bytes().splitlines() if file.is_file() else ()
        for line in lines:
            try:
                yield _COMPARED.validate_json(line)
            except ValidationError:
                continue

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """One change at a time, whoever makes it."""
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            lock = os.open(self._root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _unwritable(self, error: OSError) -> StationError:
        return refuse(
            f"{self._root} cannot be written ({error.strerror}): make room, or give the station's"
            " user the right to"
        )


def _verified(path: Path, keys: tuple[TrustedKey, ...]) -> Pack:
    try:
        return read_pack(path, keys)
    except PackError as error:
        raise refused_pack(path, error) from error


def refused_pack(path: Path, error: PackError) -> StationError:
    """The fault of a pack that cannot be trusted."""
    detail = f"The model pack {path} is refused: {error}"
    return StationError(Fault(FaultCode.PACK_REFUSED, "examiner", detail, blocks=True))


def _copy(source: Path, place: Path) -> None:
    with source.open("rb") as from_, place.open("xb") as to:
        shutil.copyfileobj(from_, to)
        to.flush()
        os.fsync(to.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
