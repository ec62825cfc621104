"""A pack is used whole and unchanged, or refused with the file that is wrong."""

import dataclasses
import datetime
import os
from pathlib import Path

import numpy as np
import pytest

from models.runtime.errors import PackError
from models.runtime.keys import SIGNATURE, read_trusted_keys, sign
from models.runtime.manifest import LISTED_FILES, MANIFEST, SUPPORT, read_manifest
from models.runtime.pack import read_pack
from models.runtime.support import Support, learn_support
from tests.models.runtime.conftest import Build, Signer, metrics
from tests.models.runtime.tiny_onnx import dense_model

EVERY_FILE = (MANIFEST, SIGNATURE, *LISTED_FILES)


def test_a_pack_is_read_back_as_it_was_written(build: Build, signer: Signer) -> None:
    path = build()

    pack = read_pack(path, (signer.trusted,))

    assert pack.model == dense_model(3, 2)
    assert pack.metrics == metrics()
    assert pack.card == "A tiny model for tests.\n"
    assert pack.manifest.classes == ["scratch", "dent", "stain"]
    assert pack.key_id == "test-key"
    assert len(pack.golden) == 1


def test_packs_of_the_same_content_have_the_same_digest(build: Build, signer: Signer) -> None:
    one, two, other = build("one"), build("two"), build("other", stride=4)

    digests = [read_pack(path, (signer.trusted,)).digest for path in (one, two, other)]

    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("name", EVERY_FILE)
def test_one_changed_bit_anywhere_is_refused_by_file(
    build: Build, signer: Signer, name: str
) -> None:
    path = build()
    content = (path / name).read_bytes()
    generator = np.random.default_rng(1)
    places = {0, len(content) - 2, len(content) - 1}
    places |= {int(place) for place in generator.integers(0, len(content), 40)}
    if name == SIGNATURE:
        places = set(range(len(content)))
    for place in sorted(places):
        for bit in range(8):
            changed = bytearray(content)
            changed[place] ^= 1 << bit
            (path / name).write_bytes(changed)

            with pytest.raises(PackError) as refusal:
                read_pack(path, (signer.trusted,))

            assert name in str(refusal.value)


@pytest.mark.parametrize("name", EVERY_FILE)
@pytest.mark.parametrize("cut", [1, 7])
def test_a_file_cut_short_or_grown_is_refused(
    build: Build, signer: Signer, name: str, cut: int
) -> None:
    path = build()
    content = (path / name).read_bytes()
    for changed in (content[:-cut], content + b"\n" * cut, b""):
        (path / name).write_bytes(changed)

        with pytest.raises(PackError, match=name):
            read_pack(path, (signer.trusted,))


@pytest.mark.parametrize("name", EVERY_FILE)
def test_a_missing_file_is_named(build: Build, signer: Signer, name: str) -> None:
    path = build()
    (path / name).unlink()

    with pytest.raises(PackError, match=f"{name} is missing"):
        read_pack(path, (signer.trusted,))


@pytest.mark.parametrize("extra", ["weights.bin", ".hidden", "model.onnx.data"])
def test_a_file_that_does_not_belong_is_refused(build: Build, signer: Signer, extra: str) -> None:
    path = build()
    (path / extra).write_bytes(b"")

    with pytest.raises(PackError, match=extra):
        read_pack(path, (signer.trusted,))


@pytest.mark.parametrize("name", EVERY_FILE)
def test_a_symbolic_link_is_refused(
    build: Build, signer: Signer, tmp_path: Path, name: str
) -> None:
    path = build()
    (path / name).rename(tmp_path / name)
    (path / name).symlink_to(tmp_path / name)

    with pytest.raises(PackError, match=f"{name} is not a plain file"):
        read_pack(path, (signer.trusted,))


@pytest.mark.parametrize("name", EVERY_FILE)
def test_a_hard_link_is_refused(build: Build, signer: Signer, tmp_path: Path, name: str) -> None:
    path = build()
    os.link(path / name, tmp_path / name)

    with pytest.raises(PackError, match=f"{name} is hard-linked"):
        read_pack(path, (signer.trusted,))


def test_a_pipe_or_directory_in_the_place_of_a_file_is_refused(
    build: Build, signer: Signer
) -> None:
    path = build()
    (path / "CARD.md").unlink()
    os.mkfifo(path / "CARD.md")

    with pytest.raises(PackError, match=r"CARD.md is not a plain file"):
        read_pack(path, (signer.trusted,))

    (path / "CARD.md").unlink()
    (path / "CARD.md").mkdir()

    with pytest.raises(PackError, match=r"CARD.md is not a plain file"):
        read_pack(path, (signer.trusted,))


def test_a_file_of_ten_gigabytes_is_refused_unread(build: Build, signer: Signer) -> None:
    path = build()
    os.truncate(path / "model.onnx", 10 * 2**30)

    with pytest.raises(PackError, match=r"model.onnx is larger"):
        read_pack(path, (signer.trusted,))


def test_a_linked_or_absent_directory_is_refused(
    build: Build, signer: Signer, tmp_path: Path
) -> None:
    build()
    (tmp_path / "link").symlink_to(tmp_path / "pack")

    for name in ("link", "nowhere", "keys/test-key.pem"):
        with pytest.raises(PackError, match="is not a pack directory"):
            read_pack(tmp_path / name, (signer.trusted,))


def test_a_manifest_may_not_name_a_file_elsewhere(build: Build, signer: Signer) -> None:
    path = build()
    content = (path / MANIFEST).read_bytes()
    for name in (b"../model.onnx", b"/etc/passwd", b"sub/model.onnx"):
        forged = content.replace(b'"model.onnx"', b'"' + name + b'"')
        (path / MANIFEST).write_bytes(forged)
        (path / SIGNATURE).write_bytes(sign(forged, signer.private))

        with pytest.raises(PackError, match=r"manifest.toml: files must list exactly"):
            read_pack(path, (signer.trusted,))


def test_a_pack_of_an_unknown_signer_is_refused(
    build: Build, signer: Signer, tmp_path: Path
) -> None:
    path = build()
    stranger = Signer(tmp_path / "strange", "stranger")

    for keys in ((), (stranger.trusted,)):
        with pytest.raises(PackError, match="do not belong together under any trusted key"):
            read_pack(path, keys)

    assert read_pack(path, (stranger.trusted, signer.trusted)).key_id == "test-key"


def test_a_pack_of_a_revoked_key_is_refused_by_its_name(build: Build, signer: Signer) -> None:
    path = build()
    revoked = dataclasses.replace(signer.trusted, revoked=datetime.date(2026, 5, 1))

    with pytest.raises(PackError, match="key test-key, revoked on 2026-05-01"):
        read_pack(path, (revoked,))


def test_a_pack_is_not_written_over_another(build: Build, tmp_path: Path) -> None:
    path = build()
    before = {file.name: file.read_bytes() for file in path.iterdir()}

    with pytest.raises(PackError, match="exists already"):
        build()

    assert {file.name: file.read_bytes() for file in path.iterdir()} == before
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["keys", "pack"]


def test_a_pack_that_would_be_refused_is_not_written(build: Build, tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"decode.thresholds must name exactly the classes"):
        build(decode={"thresholds": {}})
    with pytest.raises(PackError, match=r"domain com\.microsoft"):
        build(model=dense_model(domains=("", "com.microsoft")))

    assert [entry.name for entry in tmp_path.iterdir()] == ["keys"]


def test_the_written_manifest_lists_the_digest_of_every_file(build: Build) -> None:
    path = build()

    manifest = read_manifest((path / MANIFEST).read_bytes())

    assert set(manifest.files) == {file.name for file in path.iterdir()} - {MANIFEST, SIGNATURE}


def test_trusted_keys_are_read_from_their_list(tmp_path: Path) -> None:
    keys = tmp_path / "trusted_keys.toml"
    keys.write_text(
        '[[keys]]\nid = "a"\npublic_key = "%s="\nadded = 2026-01-01\nrevoked = 2026-02-01\n'
        % ("A" * 43)
    )

    (key,) = read_trusted_keys(keys)

    assert key.public_key == bytes(32)
    assert key.revoked == datetime.date(2026, 2, 1)


@pytest.mark.parametrize(
    "text",
    [
        "keys = 3",
        "not toml",
        '[[keys]]\nid = "a"\npublic_key = "AAAA"\nadded = 2026-01-01',
        '[[keys]]\nid = "a"\npublic_key = "%s="\nadded = "yesterday"' % ("A" * 43),
        ('[[keys]]\nid = "a"\npublic_key = "%s="\nadded = 2026-01-01\n' % ("A" * 43)) * 2,
    ],
)
def test_a_damaged_list_of_keys_is_refused_in_one_sentence(tmp_path: Path, text: str) -> None:
    keys = tmp_path / "trusted_keys.toml"
    keys.write_text(text)

    with pytest.raises(PackError, match=r"trusted_keys.toml.*\.$"):
        read_trusted_keys(keys)


def test_a_private_key_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("no key")

    with pytest.raises(PackError, match=r"key.pem is not an unencrypted PEM private key"):
        sign(b"", tmp_path / "key.pem")
    with pytest.raises(PackError, match="cannot be read"):
        sign(b"", tmp_path / "absent.pem")


@pytest.fixture
def support() -> Support:
    rng = np.random.default_rng(1)
    draw = rng.normal(0, 1, (60, 6)).astype(np.float32)
    return learn_support(draw[:40], draw[40:])


def test_a_pack_may_tell_what_it_learnt(build: Build, signer: Signer, support: Support) -> None:
    path = build(support=support)
    read = read_pack(path, (signer.trusted,))
    place = np.zeros(6, np.float32)

    assert read.support is not None
    assert read.support.strangeness(place) == pytest.approx(support.strangeness(place), rel=0.02)
    assert set(read.files) == {file.name for file in path.iterdir()}
    assert read_pack(build("plain"), (signer.trusted,)).support is None


def test_a_file_that_may_be_there_must_be_there_once_it_is_listed_and_only_then(
    build: Build, signer: Signer, support: Support
) -> None:
    listed, unlisted = build("listed", support=support), build("unlisted")
    (listed / SUPPORT).rename(unlisted / SUPPORT)

    with pytest.raises(PackError, match=f"{SUPPORT} is missing"):
        read_pack(listed, (signer.trusted,))
    with pytest.raises(PackError, match="does not belong"):
        read_pack(unlisted, (signer.trusted,))
