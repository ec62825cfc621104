"""Model packs as the command line sees them."""

from pathlib import Path

from models.runtime.detector import Detector
from models.runtime.errors import PackError
from models.runtime.keys import TrustedKey, read_trusted_keys
from models.runtime.pack import Pack, read_pack
from station.adapters.shelf import ShelfFiles, refused_pack
from station.app.defaults import LIVE_PACK, TRUSTED_KEYS
from station.app.keeping import default_state
from station.domain.faults import StationError, refuse


def key_lists(shelf: ShelfFiles | None = None) -> tuple[Path, ...]:
    """The lists of keys that a bench trusts: the one that ships, and the site's own if it has one.

    Without a shelf it is that of the default state directory.
    """
    own = (shelf or ShelfFiles(default_state())).own_keys
    return (TRUSTED_KEYS, own) if own.is_file() else (TRUSTED_KEYS,)


def trusted(lists: tuple[Path, ...]) -> tuple[TrustedKey, ...]:
    """The keys of the lists; StationError where one cannot be read."""
    try:
        return tuple(key for path in lists for key in read_trusted_keys(path))
    except PackError as error:
        raise refuse(str(error)) from error


def open_pack(path: Path = LIVE_PACK, lists: tuple[Path, ...] = ()) -> Pack:
    """A verified pack. StationError (PACK_REFUSED) says why it cannot be trusted."""
    try:
        return read_pack(path, trusted(lists or key_lists()))
    except PackError as error:
        raise refused_pack(path, error) from error


def open_detector(
    path: Path = LIVE_PACK, threads: int | None = None, lists: tuple[Path, ...] = ()
) -> tuple[Pack, Detector]:
    """A verified pack and its detector, golden outputs compared and warm."""
    pack = open_pack(path, lists)
    try:
        return pack, Detector(pack, threads)
    except PackError as error:
        raise refused_pack(path, error) from error


def pack_name(pack: Pack) -> str:
    """How records name a pack: name, version and the digest that covers every byte of it."""
    return f"{pack.manifest.name} {pack.manifest.version} sha256:{pack.digest}"


def check_pack(path: Path) -> tuple[str | None, dict[str, object]]:
    """What is wrong with a pack, none if it is good; and what it is."""
    try:
        pack, _ = open_detector(path)
    except StationError as error:
        return str(error), {}
    manifest = pack.manifest
    return None, {
        "name": manifest.name,
        "version": manifest.version,
        "digest": pack.digest,
        "key": pack.key_id,
        "classes": list(manifest.classes),
        "goldens": len(pack.golden),
    }
