"""Real packs of tiny models, signed with a key made for the test."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from models.runtime.golden import Golden, record_golden
from models.runtime.keys import TrustedKey
from models.runtime.metrics import ClassFigures, Figure, Metrics, OverallFigures
from models.runtime.pack import Pack, read_pack
from models.runtime.support import Support
from models.runtime.writing import write_pack
from tests.models.runtime.tiny_onnx import dense_model

CLASSES = ("scratch", "dent", "stain")
Build = Callable[..., Path]
Read = Callable[..., Pack]


class Signer:
    """A key pair on disk and the list that trusts it."""

    def __init__(self, directory: Path, name: str = "test-key") -> None:
        directory.mkdir(parents=True, exist_ok=True)
        key = Ed25519PrivateKey.generate()
        self.private = directory / f"{name}.pem"
        self.private.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.trusted = TrustedKey(name, public, datetime.date(2026, 1, 1))


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer(tmp_path / "keys")


@pytest.fixture
def build(tmp_path: Path, signer: Signer) -> Build:
    """Write a pack; keywords replace parts of the manifest's tables or whole files."""

    def build_pack(
        name: str = "pack",
        *,
        stride: int = 2,
        model: bytes | None = None,
        golden: list[Golden] | None = None,
        input: dict[str, Any] | None = None,  # noqa: A002 - the manifest's own word
        decode: dict[str, Any] | None = None,
        support: Support | None = None,
    ) -> Path:
        path = tmp_path / name
        write_pack(
            path,
            tables(stride, input or {}, decode or {}),
            model=dense_model(len(CLASSES), stride) if model is None else model,
            golden=[dense_golden(stride)] if golden is None else golden,
            metrics=metrics(),
            card="A tiny model for tests.\n",
            private_key=signer.private,
            support=support,
        )
        return path

    return build_pack


@pytest.fixture
def pack(build: Build, signer: Signer) -> Read:
    """Write a pack as `build` does and read it back."""

    def written(name: str = "pack", **parts: Any) -> Pack:
        return read_pack(build(name, **parts), (signer.trusted,))

    return written


def tables(stride: int, rule: dict[str, Any], decode: dict[str, Any]) -> dict[str, Any]:
    thresholds = {name: {"low": 0.4, "high": 0.6} for name in CLASSES}
    return {
        "schema": 1,
        "name": "tiny",
        "version": "1",
        "licence": "Apache-2.0",
        "classes": list(CLASSES),
        "input": {"width": 0, "height": 0, **rule},
        "decode": {
            "kind": "dense",
            "stride": stride,
            "thresholds": thresholds,
            "min_area_px": 4,
            **decode,
        },
        "scores": {"meaning": "How bright a colour channel is."},
    }


def dense_golden(stride: int) -> Golden:
    picture = np.random.default_rng(7).integers(0, 256, (32, 64, 3), dtype=np.uint8)
    return record_golden(picture, [dense_answer(picture, stride)])


def dense_answer(picture: np.ndarray, stride: int, gain: float = 20.0) -> np.ndarray:
    """What `dense_model` gives, computed here by its definition."""
    height, width = picture.shape[:2]
    cells = picture.reshape(height // stride, stride, width // stride, stride, 3).mean((1, 3))
    values = 1 / (1 + np.exp(-gain * (cells / 255 - 0.5)))
    return values.transpose(2, 0, 1)[None].astype(np.float32)


def metrics() -> Metrics:
    figure = Figure(value=0.5, low=0.4, high=0.6, n=10)
    one = ClassFigures(ap50=figure, ap50_95=figure, recall=figure, n=10)
    return Metrics(
        set="none",
        classes=dict.fromkeys(CLASSES, one),
        overall=OverallFigures(mask_map50=figure, auroc=figure),
    )
