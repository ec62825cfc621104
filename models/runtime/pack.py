"""Reading a model pack: nothing of it is used before every byte has been verified."""

import hashlib
import os
import stat
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from models.runtime.errors import PackError
from models.runtime.golden import Golden, read_golden
from models.runtime.keys import SIGNATURE, TrustedKey, signer_of
from models.runtime.manifest import (
    CARD,
    GOLDEN,
    LISTED_FILES,
    MANIFEST,
    METRICS,
    MODEL,
    OPTIONAL_FILES,
    SUPPORT,
    Manifest,
    read_manifest,
)
from models.runtime.metrics import Metrics, read_metrics
from models.runtime.onnx_file import check_onnx
from models.runtime.support import Support, read_support

_MAX_BYTES = {
    MANIFEST: 64 * 2**10,
    SIGNATURE: 2**10,
    MODEL: 128 * 2**20,
    GOLDEN: 32 * 2**20,
    METRICS: 2**20,
    CARD: 2**20,
    SUPPORT: 8 * 2**20,
}


@dataclass(frozen=True, slots=True)
class Pack:
    """A verified model pack; `model` is the very content that was verified.

    `digest` is the SHA-256 of the manifest in lower-case hex: it names every byte of the pack.
    The golden outputs are still to be compared, which takes a session (`models.runtime.session`).
    """

    path: Path
    manifest: Manifest
    digest: str
    key_id: str
    model: bytes
    golden: tuple[Golden, ...]
    metrics: Metrics
    card: str
    support: Support | None = None

    @property
    def files(self) -> tuple[str, ...]:
        """The names of all its files."""
        return (MANIFEST, SIGNATURE, *self.manifest.files)


def read_pack(path: Path, keys: tuple[TrustedKey, ...]) -> Pack:
    """The pack in directory `path`, signed by one of `keys`.

    PackError, naming the file, where anything is missing, additional, a link, too large, changed,
    unsigned, or an ONNX model that could load more than its own bytes.
    """
    directory = _opened(path)
    try:
        manifest_bytes = _read_file(directory, MANIFEST)
        key = signer_of(manifest_bytes, _read_file(directory, SIGNATURE), keys)
        manifest = read_manifest(manifest_bytes)
        # One after another, each against the signed digest: a stranger's gigabytes are never read.
        _check_present(directory, {MANIFEST, SIGNATURE, *manifest.files})
        contents = {name: _read_listed(directory, name, manifest) for name in manifest.files}
    finally:
        os.close(directory)
    check_onnx(contents[MODEL])
    return Pack(
        path=path,
        manifest=manifest,
        digest=hashlib.sha256(manifest_bytes).hexdigest(),
        key_id=key.id,
        model=contents[MODEL],
        golden=read_golden(contents[GOLDEN]),
        metrics=read_metrics(contents[METRICS]),
        card=_text(contents[CARD]),
        support=read_support(contents[SUPPORT]) if SUPPORT in contents else None,
    )


def _opened(path: Path) -> int:
    """The descriptor of a directory that holds the files of every pack, and none that none has."""
    try:
        directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        raise PackError(f"{path} is not a pack directory: {error.strerror}.") from error
    try:
        _check_present(directory, {MANIFEST, SIGNATURE, *LISTED_FILES}, set(OPTIONAL_FILES))
    except PackError:
        os.close(directory)
        raise
    return directory


def _check_present(
    directory: int, needed: set[str], allowed: Collection[str] = frozenset()
) -> None:
    """PackError unless the directory holds all files that are needed and none but those allowed."""
    with os.scandir(directory) as entries:
        present = {entry.name for entry in entries}
    strange = present - needed - set(allowed)
    wrong = [f"{name!r} does not belong into a pack: remove it." for name in strange]
    wrong += [f"{name} is missing from the pack." for name in needed - present]
    if wrong:
        raise PackError(min(wrong))


def _read_listed(directory: int, name: str, manifest: Manifest) -> bytes:
    content = _read_file(directory, name)
    if hashlib.sha256(content).hexdigest() != manifest.files[name]:
        raise PackError(f"{name} is not the file the manifest was signed for.")
    return content


def _read_file(directory: int, name: str) -> bytes:
    limit = _MAX_BYTES[name]
    # Non-blocking, so that opening a pipe in the place of a file cannot hang.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(name, flags, dir_fd=directory)
    except OSError as error:
        raise PackError(f"{name} is not a plain file: {error.strerror}.") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise PackError(f"{name} is not a plain file.")
        if status.st_nlink != 1:
            raise PackError(f"{name} is hard-linked elsewhere: copy the pack instead.")
        if status.st_size > limit:
            raise PackError(f"{name} is larger than a pack's may be ({limit} bytes).")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(limit)
    finally:
        os.close(descriptor)
    return content


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PackError(f"{CARD} is not UTF-8 text.") from error
