"""Signatures over a pack's manifest, and the public keys they are believed under."""

import base64
import binascii
import datetime
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.runtime.errors import PackError

SIGNATURE = "manifest.sig"


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """An Ed25519 public key; a revoked one is kept so that its packs are refused by name."""

    id: str
    public_key: bytes
    added: datetime.date
    revoked: datetime.date | None = None


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: Annotated[str, Field(min_length=1, max_length=64)]
    public_key: str
    added: datetime.date
    revoked: datetime.date | None = None


class _KeyList(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    keys: list[_Entry]


def read_trusted_keys(path: Path) -> tuple[TrustedKey, ...]:
    """The keys of a TOML list (`[[keys]]` with id, public_key in base64, added, revoked).

    PackError where the list cannot be read or one key id or one key stands there twice.
    """
    try:
        entries = _KeyList.model_validate(tomllib.loads(path.read_text("utf-8"))).keys
        keys = tuple(
            TrustedKey(entry.id, _decoded(entry.public_key, 32), entry.added, entry.revoked)
            for entry in entries
        )
    except OSError as error:
        raise PackError(
            f"The trusted keys {path} cannot be read: {error.strerror or error}."
        ) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise PackError(f"{path.name}, {place}: {first['msg']}.") from error
    except ValueError as error:
        raise PackError(f"{path.name} is not a list of trusted keys: {error}.") from error
    if len({key.id for key in keys}) < len(keys) or len({key.public_key for key in keys}) < len(
        keys
    ):
        raise PackError(f"{path.name} lists a key twice.")
    return keys


def sign(content: bytes, private_key: Path) -> bytes:
    """The text of `manifest.sig` for a manifest, by the Ed25519 key in an unencrypted PEM file."""
    return base64.b64encode(read_private_key(private_key).sign(content)) + b"\n"


def read_private_key(path: Path) -> Ed25519PrivateKey:
    """The private key of a PEM file, or PackError."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise PackError(f"The private key {path} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError) as error:
        raise PackError(f"{path.name} is not an unencrypted PEM private key.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise PackError(f"{path.name} is not an Ed25519 private key.")
    return key


def signer_of(content: bytes, signature: bytes, keys: tuple[TrustedKey, ...]) -> TrustedKey:
    """The trusted key under which `signature`, the text of `manifest.sig`, signs `content`.

    PackError if there is none, or if that key has been revoked. Only the one canonical base64
    text of a signature is accepted, so that no byte of the file can change unnoticed.
    """
    if not signature.endswith(b"\n"):
        raise PackError(f"{SIGNATURE} is damaged: it does not end in a line feed.")
    try:
        raw = _decoded(signature[:-1].decode("ascii"), 64)
    except ValueError as error:
        raise PackError(f"{SIGNATURE} is damaged: {error}.") from error
    for key in keys:
        try:
            Ed25519PublicKey.from_public_bytes(key.public_key).verify(raw, content)
        except InvalidSignature:
            continue
        if key.revoked is not None:
            raise PackError(
                f"{SIGNATURE} is by key {key.id}, revoked on {key.revoked}: sign the pack anew."
            )
        return key
    raise PackError(
        f"manifest.toml and {SIGNATURE} do not belong together under any trusted key:"
        " one of them was changed, or the signer is unknown."
    )


def _decoded(text: str, length: int) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("it is not base64") from error
    if len(raw) != length or base64.b64encode(raw).decode() != text:
        raise ValueError(f"it is not the base64 of {length} bytes")
    return raw
