"""Packs in memory, for measuring alone: never stored, so there is nothing to sign."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from models.runtime.manifest import LISTED_FILES, Manifest
from models.runtime.metrics import Figure, Metrics, OverallFigures
from models.runtime.pack import Pack


def unsigned_pack(
    name: str,
    licence: str,
    model: bytes,
    classes: Sequence[str],
    picture: Mapping[str, Any],
    decode: Mapping[str, Any],
) -> Pack:
    """A pack around the ONNX bytes of `model`; `picture` and `decode` are the manifest's tables.

    Its scores are raw and its figures unknown.
    """
    manifest = Manifest.model_validate(
        {
            "schema": 1,
            "name": name,
            "version": "0",
            "licence": licence,
            "classes": list(classes),
            "input": dict(picture),
            "decode": dict(decode),
            "scores": {"meaning": "Nothing: raw scores."},
            "files": dict.fromkeys(LISTED_FILES, "0" * 64),
        }
    )
    unknown = Metrics(
        set="none", classes={}, overall=OverallFigures(mask_map50=Figure(), auroc=Figure())
    )
    return Pack(Path(name), manifest, "0" * 64, "none", model, (), unknown, "")
