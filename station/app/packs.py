"""Model packs as the command line sees them."""

from pathlib import Path

from models.runtime.detector import Detector
from models.runtime.errors import PackError
from models.runtime.keys import read_trusted_keys
from models.runtime.pack import Pack, read_pack
from station.app.defaults import LIVE_PACK, PACKS, TRUSTED_KEYS
from station.domain.faults import Fault, FaultCode, StationError


def open_pack(path: Path = LIVE_PACK) -> Pack:
    """A verified pack. StationError (PACK_REFUSED) says why it cannot be trusted."""
    try:
        return read_pack(path, read_trusted_keys(TRUSTED_KEYS))
    except PackError as error:
        raise refused(path, error) from error


def open_detector(path: Path = LIVE_PACK, threads: int = 2) -> tuple[Pack, Detector]:
    """A verified pack and its detector, golden outputs compared and warm."""
    pack = open_pack(path)
    try:
        return pack, Detector(pack, threads)
    except PackError as error:
        raise refused(path, error) from error


def refused(path: Path, error: PackError) -> StationError:
    """The fault of a pack that cannot be trusted."""
    detail = f"The model pack {path} is refused: {error} Import the pack again."
    return StationError(Fault(FaultCode.PACK_REFUSED, "examiner", detail, blocks=True))


def pack_name(pack: Pack) -> str:
    """How records name a pack: name, version and the digest that covers every byte of it."""
    return f"{pack.manifest.name} {pack.manifest.version} sha256:{pack.digest}"


def list_packs() -> list[dict[str, object]]:
    """The packs that ship: name, version, path, whether live, and whether in shadow."""
    packs: list[dict[str, object]] = []
    for path in sorted(p.parent for p in PACKS.glob("*/manifest.toml")):
        pack = open_pack(path)
        packs.append(
            {
                "name": pack.manifest.name,
                "version": pack.manifest.version,
                "path": str(path),
                "live": path == LIVE_PACK,
                "shadow": False,
            }
        )
    return packs


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
