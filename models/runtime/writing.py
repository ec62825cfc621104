"""Writing a model pack: the counterpart of reading, used where packs are made."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from models.runtime.errors import PackError
from models.runtime.golden import Golden, golden_bytes
from models.runtime.keys import SIGNATURE, sign
from models.runtime.manifest import (
    CARD,
    GOLDEN,
    MANIFEST,
    METRICS,
    MODEL,
    SUPPORT,
    manifest_from,
    manifest_text,
)
from models.runtime.metrics import Metrics, metrics_text
from models.runtime.onnx_file import check_onnx
from models.runtime.support import Support, support_bytes


def write_pack(
    path: Path,
    tables: Mapping[str, Any],
    *,
    model: bytes,
    golden: Sequence[Golden],
    metrics: Metrics,
    card: str,
    private_key: Path,
    support: Support | None = None,
) -> None:
    """Write and sign the pack at `path`, which must not exist yet.

    `tables` are the manifest's entries without `files`, which is filled in here. PackError where
    the manifest or the model would be refused on reading. The directory appears complete or not
    at all.
    """
    check_onnx(model)
    contents = {
        MODEL: model,
        GOLDEN: golden_bytes(golden),
        METRICS: metrics_text(metrics).encode(),
        CARD: card.encode(),
        **({SUPPORT: support_bytes(support)} if support else {}),
    }
    manifest = manifest_from({**tables, "files": files_table(contents)})
    contents[MANIFEST] = manifest_text(manifest).encode()
    contents[SIGNATURE] = sign(contents[MANIFEST], private_key)
    if path.exists():
        raise PackError(f"{path} exists already: choose another directory.")
    try:
        _put(path, contents)
    except OSError as error:
        raise PackError(
            f"{path} cannot be written ({error.strerror}): make room or choose another directory."
        ) from error


def _put(path: Path, contents: Mapping[str, bytes]) -> None:
    """The files of a pack, all of them or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        for name, content in contents.items():
            _write(draft / name, content)
        draft.chmod(0o755)
        draft.rename(path)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def files_table(contents: Mapping[str, bytes]) -> dict[str, str]:
    """The manifest's `[files]`: SHA-256 of each content in lower-case hex."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
