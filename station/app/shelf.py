"""The life of a bench's model packs: import, shadow, promote, roll back, and what is in use."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from models.runtime.pack import Pack
from station.adapters.clock import SystemClock
from station.adapters.shelf import ShelfFiles
from station.app.defaults import FURTHER_PACKS, LIVE_PACK
from station.app.keeping import default_state
from station.app.packs import key_lists, open_pack, pack_name, trusted
from station.app.proving import prove_pack
from station.domain.faults import StationError, refuse
from station.domain.packs import (
    SHIPPED,
    Disagreement,
    PackDeed,
    PackEntry,
    Shelf,
    disagreements,
)

BY_SHADOW = "shadow"
"""The evidence of a promotion that rests on what the pack did in shadow."""


def shelf_of(state: Path | None) -> ShelfFiles:
    """The shelf of a state directory, or of the default one."""
    return ShelfFiles(state or default_state())


def pack_path(shelf: ShelfFiles, name: str) -> Path:
    """Where a pack of the shelf, or the one that ships, lies."""
    return LIVE_PACK if name == SHIPPED else shelf.path(name)


def promoted_path(state: Path | None) -> Path | None:
    """The pack that was promoted at a bench, None where it still works with the one that ships."""
    shelf = shelf_of(state)
    live = shelf.shelf().live
    return None if live == SHIPPED else pack_path(shelf, live)


def list_packs(state: Path | None) -> list[dict[str, object]]:
    """The packs that ship and those imported: name, version, path, whether live or in shadow.

    What ships beside the live one has no name on the shelf until it is imported.

    One that is refused is listed with its `problem`. The one in shadow has `compared`, by
    category.
    """
    files = shelf_of(state)
    shelf = files.shelf()
    lists = key_lists(files)
    rows = []
    for path in (LIVE_PACK, *FURTHER_PACKS, *files.packs()):
        name = {LIVE_PACK: SHIPPED}.get(path, "" if path in FURTHER_PACKS else path.name)
        row: dict[str, object] = {"name": name, "version": "", "path": str(path)}
        row |= {
            "shelf_name": name,
            "live": name == shelf.live,
            "shadow": name == shelf.shadow,
            "problem": None,
        }
        try:
            pack = open_pack(path, lists)
        except StationError as error:
            row["problem"] = str(error)
        else:
            manifest = pack.manifest
            row |= {"name": manifest.name, "version": manifest.version, "digest": pack.digest}
            if name == shelf.shadow:
                row["compared"] = _counted(files, shelf, pack)
        rows.append(row)
    return rows


def _counted(files: ShelfFiles, shelf: Shelf, pack: Pack) -> dict[str, object]:
    """Where the one in shadow disagreed, by category; nothing beside a live one that is refused."""
    try:
        counts = shadow_counts(files, shelf, pack)
    except StationError:
        return {}
    return {each: asdict(count) for each, count in counts.items()}


def import_pack(state: Path | None, source: Path, by: str) -> dict[str, object]:
    """Verify a pack whole, prove it here, and put it on the shelf; nothing uses it yet."""
    files = shelf_of(state)
    lists = key_lists(files)
    already = {path.name for path in files.packs()}

    def prove(copy: Path, original: Path) -> None:
        prove_pack(copy, lists, original)

    pack, place = files.put(source, trusted(lists), prove)
    if place.name not in already:
        files.note(_entry(PackDeed.IMPORT, place.name, pack, by, f"signed by {pack.key_id}"))
    return _answer(place.name, pack)


def shadow(state: Path | None, name: str, by: str) -> dict[str, object]:
    """Let a pack look on: it is asked after each inspection, and its answers only counted."""
    files = shelf_of(state)
    pack = _proved(files, name)
    files.note(_entry(PackDeed.SHADOW, name, pack, by, ""))
    return _answer(name, pack)


def unshadow(state: Path | None, by: str) -> None:
    """Let no pack look on any more; what was compared stays."""
    files = shelf_of(state)
    name = files.shelf().shadow
    if name is None:
        raise refuse("No pack is in shadow: name one with `regrade models shadow NAME`")
    # Whatever has become of its files since.
    digest = next(
        each.digest
        for each in reversed(files.shelf().history)
        if (each.deed, each.pack) == (PackDeed.SHADOW, name)
    )
    files.note(PackEntry(PackDeed.UNSHADOW, name, digest, SystemClock().now(), by, ""))


def promote(state: Path | None, name: str, by: str, evidence: str) -> dict[str, object]:
    """Make a pack the live one; a running station takes it up between two items.

    `evidence` is `shadow`, for what it did there, or a file that `models evaluate --json` wrote
    for it. StationError where that evidence does not exist or is of another pack.
    """
    files = shelf_of(state)
    pack = _opened(files, name)
    told = (
        _shadow_evidence(files, pack)
        if evidence == BY_SHADOW
        else _evaluation_evidence(Path(evidence), pack)
    )
    prove_pack(pack.path, key_lists(files))
    files.note(_entry(PackDeed.PROMOTE, name, pack, by, told))
    return {**_answer(name, pack), "evidence": told}


def rollback(state: Path | None, by: str, reason: str) -> dict[str, object]:
    """Go back to the pack that was live before; a running station does so between two items."""
    files = shelf_of(state)
    earlier = files.shelf().earlier
    if not earlier:
        raise refuse("There is no earlier pack to go back to: nothing was promoted here")
    pack = _proved(files, earlier[-1])
    files.note(_entry(PackDeed.ROLLBACK, earlier[-1], pack, by, reason))
    return _answer(earlier[-1], pack)


def history(state: Path | None) -> list[dict[str, object]]:
    """Everything that was done with packs here, oldest first."""
    return [
        {**asdict(entry), "deed": entry.deed.value, "at": entry.at.isoformat()}
        for entry in shelf_of(state).shelf().history
    ]


def shadow_counts(files: ShelfFiles, shelf: Shelf, shadowed: Pack) -> dict[str, Disagreement]:
    """Where the pack in shadow and the one that is live now disagreed, by category."""
    live = open_pack(pack_path(files, shelf.live), key_lists(files))
    beside = pack_name(live)
    return disagreements(one for one in files.compared(shadowed.digest) if one.against == beside)


def _opened(files: ShelfFiles, name: str) -> Pack:
    """The pack of that name, verified."""
    path = pack_path(files, name)
    if name != SHIPPED and path not in files.packs():
        names = ", ".join(path.name for path in files.packs()) or "none yet: import one"
        raise refuse(f"There is no pack {name} on the shelf; there is {names}")
    return open_pack(path, key_lists(files))


def _proved(files: ShelfFiles, name: str) -> Pack:
    """The pack of that name, verified and proved here and now."""
    pack = _opened(files, name)
    prove_pack(pack.path, key_lists(files))
    return pack


def _shadow_evidence(files: ShelfFiles, pack: Pack) -> str:
    counts = shadow_counts(files, files.shelf(), pack)
    if not counts:
        raise refuse(
            "The pack has not looked on at any inspection beside the live one: let it with "
            "`regrade models shadow`, or name an evaluation with --evidence FILE"
        )
    return "; ".join(
        f"shadow, {category}: {count.compared} compared, {count.differ} differ "
        f"({count.stricter} stricter, {count.milder} milder, {count.doubts} doubts, "
        f"{count.settles} settled)"
        for category, count in counts.items()
    )


def _evaluation_evidence(file: Path, pack: Pack) -> str:
    try:
        content = file.read_bytes()
        figures = json.loads(content)
        name, overall = str(figures["set"]), figures["overall"]
        of = str(figures["pack"])
        accuracy, miss = (overall[key]["value"] for key in ("grade_accuracy", "miss"))
        count = overall["grade_accuracy"]["n"]
    except OSError as error:
        raise refuse(
            f"The evidence {file} cannot be read ({error.strerror}): name `shadow`, or a file that"
            " `regrade models evaluate --json` wrote"
        ) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise refuse(
            f"{file} is not what `regrade models evaluate --json` writes: evaluate the pack and"
            " keep its answer"
        ) from error
    if of != pack_name(pack):
        raise refuse(f"{file} is about another pack ({of}): evaluate this one")
    if accuracy is None or miss is None:
        raise refuse(f"{file} does not say how well it grades: evaluate it on more returns")
    digest = hashlib.sha256(content).hexdigest()
    graded = f"grade accuracy {accuracy}, miss {miss} of {count} returns"
    return f"evaluated on {name}: {graded} (sha256:{digest})"


def _entry(deed: PackDeed, name: str, pack: Pack, by: str, evidence: str) -> PackEntry:
    return PackEntry(deed, name, pack.digest, SystemClock().now(), by, evidence)


def _answer(name: str, pack: Pack) -> dict[str, object]:
    manifest = pack.manifest
    return {
        "shelf_name": name,
        "name": manifest.name,
        "version": manifest.version,
        "digest": pack.digest,
        "key": pack.key_id,
    }
