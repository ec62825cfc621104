"""Real signed packs of tiny models for a bench, and every way to spoil one."""

import base64
import hashlib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from models.runtime.golden import Golden, record_golden
from models.runtime.keys import SIGNATURE, sign
from models.runtime.manifest import MANIFEST, MODEL
from models.runtime.support import Support
from models.runtime.writing import write_pack
from tests.models.runtime.conftest import Signer, dense_answer, dense_golden, metrics, tables
from tests.models.runtime.tiny_onnx import (
    dense_model,
    endless_model,
    greedy_model,
    integer,
    nested,
    poisonous_model,
)

TINY = "tiny-1"


def tiny_pack(
    path: Path,
    signer: Signer,
    version: str = "1",
    *,
    gain: float = 20.0,
    stride: int = 2,
    model: bytes | None = None,
    golden: Sequence[Golden] = (),
    support: Support | None = None,
) -> Path:
    """A good pack that finds what is bright in a colour channel, or one with another model."""
    if not golden:
        picture = dense_golden(stride).picture
        golden = [record_golden(picture, [dense_answer(picture, stride, gain)])]
    write_pack(
        path,
        {**tables(stride, {}, {}), "version": version},
        model=dense_model(3, stride, gain=gain) if model is None else model,
        golden=golden,
        metrics=metrics(),
        card="A tiny model for tests.\n",
        private_key=signer.private,
        support=support,
    )
    return path


def trust(list_file: Path, *signers: Signer) -> Path:
    """A list of trusted keys with those of the signers."""
    entries = [
        f'[[keys]]\nid = "{signer.trusted.id}"\nadded = {signer.trusted.added}\n'
        f'public_key = "{base64.b64encode(signer.trusted.public_key).decode()}"\n'
        for signer in signers
    ]
    list_file.parent.mkdir(parents=True, exist_ok=True)
    list_file.write_text("\n".join(entries))
    return list_file


def put_model(path: Path, signer: Signer, model: bytes) -> None:
    """Another model in a pack, signed as if it were good."""
    (path / MODEL).write_bytes(model)
    manifest = (path / MANIFEST).read_text()
    digest = hashlib.sha256(model).hexdigest()
    manifest = re.sub(r'("model\.onnx" = )"[0-9a-f]{64}"', rf'\g<1>"{digest}"', manifest)
    (path / MANIFEST).write_text(manifest)
    (path / SIGNATURE).write_bytes(sign(manifest.encode(), signer.private))


def _external(path: Path, signer: Signer) -> None:
    where = nested(13, nested(1, "location") + nested(2, "weights.bin")) + integer(14, 1)
    put_model(path, signer, dense_model(3, 2, tensor_extra=where))


def _external_linked(path: Path, signer: Signer) -> None:
    _external(path, signer)
    (path.parent / "elsewhere.bin").write_bytes(bytes(64))
    os.link(path.parent / "elsewhere.bin", path / "weights.bin")


def _custom_operator(path: Path, signer: Signer) -> None:
    put_model(path, signer, dense_model(3, 2, domains=("", "com.example")))


def _linked(path: Path, _signer: Signer) -> None:
    (path / MODEL).rename(path.parent / "moved.onnx")
    (path / MODEL).symlink_to(path.parent / "moved.onnx")


def _hard_linked(path: Path, _signer: Signer) -> None:
    os.link(path / MODEL, path.parent / "second-name.onnx")


def _wrong_digest(path: Path, _signer: Signer) -> None:
    (path / MODEL).write_bytes(dense_model(3, 2, gain=21.0))


def _wrong_shape(path: Path, signer: Signer) -> None:
    put_model(path, signer, dense_model(4, 2))


def _untrusted(path: Path, _signer: Signer) -> None:
    stranger = Signer(path.parent / "strange", "stranger")
    (path / SIGNATURE).write_bytes(sign((path / MANIFEST).read_bytes(), stranger.private))


def _enormous(path: Path, _signer: Signer) -> None:
    os.truncate(path / MODEL, 10 * 2**30)


def _golden_not_repeated(path: Path, signer: Signer) -> None:
    put_model(path, signer, dense_model(3, 2, gain=19.0))


def _poisonous(path: Path, signer: Signer) -> None:
    put_model(path, signer, poisonous_model())


def _greedy(path: Path, signer: Signer) -> None:
    put_model(path, signer, greedy_model())


def _endless(path: Path, signer: Signer) -> None:
    put_model(path, signer, endless_model())


SPOILT: Mapping[str, tuple[Callable[[Path, Signer], None], str]] = {
    "external data": (_external, "keeps tensors in external data"),
    "external data, hard-linked": (_external_linked, "'weights.bin' does not belong"),
    "custom operator": (_custom_operator, "operators of the domain com.example"),
    "symbolic link": (_linked, "model.onnx is not a plain file"),
    "hard link": (_hard_linked, "model.onnx is hard-linked"),
    "wrong digest": (_wrong_digest, "model.onnx is not the file the manifest was signed for"),
    "wrong shape": (_wrong_shape, "does not give the float32 outputs"),
    "untrusted key": (_untrusted, "under any trusted key"),
    "ten gigabytes": (_enormous, "model.onnx is larger than a pack's may be"),
    "golden not repeated": (_golden_not_repeated, "does not repeat the outputs of input_0"),
    "not a number": (_poisonous, "values that are not numbers"),
    "too much memory": (_greedy, "more memory than it may take"),
    "no end": (_endless, "take longer than"),
}
"""Each kind of bad pack: how a good one is spoilt, and what the refusal says."""
