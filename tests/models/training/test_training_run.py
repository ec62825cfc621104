"""Short runs from crops to a signed pack; skipped where the train extra is not installed."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from models.runtime.detector import Detector
from models.runtime.keys import TrustedKey
from models.runtime.manifest import DenseDecode
from models.runtime.pack import read_pack
from models.training.errors import TrainingError
from tests.support.drawn_returns import CLASSES

pytest.importorskip("torch", reason="the train extra is not installed")
pytest.importorskip("onnx", reason="the train extra is not installed")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture
def signing(tmp_path: Path) -> tuple[Path, tuple[TrustedKey, ...]]:
    """A private key file and the list that trusts it."""
    from datetime import date

    private = Ed25519PrivateKey.generate()
    file = tmp_path / "key.pem"
    file.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return file, (TrustedKey("test", public, date(2026, 1, 1)),)


def short_recipe():
    from models.training.recipe import Recipe

    return Recipe(
        crop=64,
        coarse_crop=64,
        batch=4,
        fresh=2,
        kept=16,
        threads=1,
        validation_crops=4,
        validation_steps=1,
    )


def trained(sets: list[Path], out: Path, steps: int, **options):
    from models.training.loop import train

    return train(sets, out, steps=steps, recipe=short_recipe(), **{"classes": CLASSES, **options})


def imprint(key: Path):
    from models.training.pack import Imprint

    return Imprint("test", "1", "Apache-2.0", key)


def test_two_steps_give_a_pack_that_the_bench_accepts(
    drawn_set: Path,
    photograph_folder: Path,
    tmp_path: Path,
    signing: tuple[Path, tuple[TrustedKey, ...]],
) -> None:
    from models.training.pack import make_pack

    key, trusted = signing
    run = trained([drawn_set], tmp_path / "run", 2, photographs=[photograph_folder])
    made = make_pack(
        tmp_path / "run",
        tmp_path / "pack",
        imprint(key),
        sets=[drawn_set],
        photographs=[photograph_folder],
    )
    pack = read_pack(made.path, trusted)
    decode = pack.manifest.decode
    picture = np.full((100, 140, 3), 128, np.uint8)

    assert run.steps == 2
    assert tuple(pack.manifest.classes) == CLASSES
    assert isinstance(decode, DenseDecode)
    assert (decode.delimit, decode.score) == ("any", "any")
    assert (tmp_path / "pack" / "golden.npz").stat().st_size < 150_000
    assert all(found.defect in CLASSES for found in Detector(pack).candidates(picture))


def test_a_stopped_run_goes_on_and_tells_how_far_it_is(drawn_set: Path, tmp_path: Path) -> None:
    from models.training.checkpoint import read_checkpoint
    from models.training.loop import Progress, train

    told: list[Progress] = []
    trained([drawn_set], tmp_path / "run", 3)
    kept = read_checkpoint(tmp_path / "run")
    train(
        [drawn_set],
        tmp_path / "run",
        classes=CLASSES,
        steps=20,
        recipe=short_recipe(),
        progress=told.append,
    )
    after = read_checkpoint(tmp_path / "run")

    assert kept is not None
    assert after is not None
    assert (kept.step, after.step) == (3, 20)
    assert after.seconds > kept.seconds
    assert told[-1].step == 20
    assert set(told[-1].dice) == {*CLASSES, "any"}


def test_a_finished_run_does_not_claim_what_it_never_saw(drawn_set: Path, tmp_path: Path) -> None:
    from models.training.errors import TrainingError

    trained([drawn_set], tmp_path / "run", 2)
    other = Path(shutil.copytree(drawn_set, tmp_path / "other"))
    table = json.loads((other / "set.json").read_text("utf-8"))
    (other / "set.json").write_text(json.dumps({**table, "seed": table["seed"] + 1}), "utf-8")

    with pytest.raises(TrainingError, match="has not learnt from the rendered set"):
        trained([drawn_set, other], tmp_path / "run", 2)
    assert trained([drawn_set], tmp_path / "run", 2).steps == 2
    assert trained([drawn_set, other], tmp_path / "run", 3).steps == 3
    with pytest.raises(TrainingError, match="cannot be read"):
        trained([drawn_set], tmp_path / "run", 4, start_from=tmp_path / "nothing")


def test_training_starts_from_a_pack_without_losing_what_it_knows(
    drawn_set: Path, tmp_path: Path, signing: tuple[Path, tuple[TrustedKey, ...]]
) -> None:
    import torch

    from models.training.checkpoint import read_checkpoint
    from models.training.pack import make_pack
    from models.training.pretrained import network_of_pack

    key, _ = signing
    trained([drawn_set], tmp_path / "run", 6)
    make_pack(tmp_path / "run", tmp_path / "pack", imprint(key), sets=[drawn_set])
    torch.manual_seed(1)
    crops = torch.rand(4, 5, 64, 64)
    checkpoint = read_checkpoint(tmp_path / "run")
    again = network_of_pack(tmp_path / "pack", CLASSES, crops)
    assert checkpoint is not None
    with torch.no_grad():
        before, after = checkpoint.network()(crops), again.eval()(crops)
        learning = again.train()(crops)

    assert torch.allclose(before, after, atol=1e-3)
    assert torch.allclose(before, learning, atol=0.3)


def test_a_sites_own_labels_are_learnt_from_a_pack(
    drawn_set: Path, tmp_path: Path, signing: tuple[Path, tuple[TrustedKey, ...]]
) -> None:
    from models.labels.labelled import LabelledPicture, LabelledSet, Outline
    from models.training.pack import make_pack

    key, trusted = signing
    trained([drawn_set], tmp_path / "run", 3)
    make_pack(tmp_path / "run", tmp_path / "pack", imprint(key), sets=[drawn_set])
    pictures = sorted(drawn_set.glob("*/top-bright.png"))
    corner = ((5.0, 5.0), (25.0, 5.0), (25.0, 25.0), (5.0, 25.0))
    own = LabelledSet(
        drawn_set,
        tuple(
            LabelledPicture(
                path,
                path.parent.name,
                (Outline("dent", corner),) if number % 2 else (),
                split="validation" if number > 10 else "train",
            )
            for number, path in enumerate(pictures)
        ),
        frozenset({"dent"}),
    )
    trained([], tmp_path / "tuned", 2, labelled=[own], start_from=tmp_path / "pack")
    made = make_pack(
        tmp_path / "tuned",
        tmp_path / "pack-2",
        imprint(key),
        labelled=[own],
        start_from=tmp_path / "pack",
    )

    assert tuple(read_pack(made.path, trusted).manifest.classes) == CLASSES
    assert made.choices["dent"].faults > 0
    assert made.choices["stain"].faults == 0


def test_a_pack_for_other_classes_is_no_start(
    drawn_set: Path, tmp_path: Path, signing: tuple[Path, tuple[TrustedKey, ...]]
) -> None:
    from models.training.pack import make_pack

    key, _ = signing
    trained([drawn_set], tmp_path / "run", 1)
    make_pack(tmp_path / "run", tmp_path / "pack", imprint(key), sets=[drawn_set])

    with pytest.raises(TrainingError, match="same classes"):
        trained(
            [drawn_set], tmp_path / "other", 1, classes=("stain",), start_from=tmp_path / "pack"
        )


def test_a_damaged_checkpoint_is_named(drawn_set: Path, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "checkpoint.pt").write_bytes(b"damaged")

    with pytest.raises(TrainingError, match=r"checkpoint\.pt is damaged"):
        trained([drawn_set], tmp_path / "run", 1)


def test_a_run_needs_a_length_and_examples(drawn_set: Path, tmp_path: Path) -> None:
    from models.training.loop import train

    with pytest.raises(TrainingError, match="either how many minutes or how many steps"):
        train([drawn_set], tmp_path / "run", classes=CLASSES)
    with pytest.raises(TrainingError, match="Nothing to learn from"):
        train([], tmp_path / "run", steps=1)


def test_a_model_in_integers_is_one_the_bench_takes() -> None:
    import torch

    from models.runtime.onnx_file import check_onnx
    from models.training.export import onnx_bytes
    from models.training.network import Segmenter
    from models.training.planes import PLANES
    from models.training.quantise import golden_of, quantised

    torch.manual_seed(3)
    plain = onnx_bytes(Segmenter(3).eval())
    planes = np.random.default_rng(3).integers(0, 256, (64, 96, PLANES), np.uint8)

    small = quantised(plain, [planes, planes[::-1].copy()])

    check_onnx(small)
    assert len(small) < 0.7 * len(plain)
    floats, integers = (golden_of(model, planes).outputs[0] for model in (plain, small))
    assert np.array_equal(floats.index, integers.index)
    assert np.allclose(floats.value, integers.value, atol=0.05)
