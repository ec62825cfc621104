"""The bench remembers good examples per product, pose and pack; what is damaged says nothing."""

import time
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.runtime.features import FeatureMap
from models.runtime.golden import record_golden
from models.runtime.region import Box, Region
from models.runtime.support import Support
from station.adapters.examiner import references
from station.adapters.examiner.child import ExaminerSetup, load_equipment
from station.adapters.examiner.references import References
from station.domain.events import PoseAnswered
from tests.models.runtime.conftest import Signer, dense_answer
from tests.models.runtime.tiny_onnx import seeing_model
from tests.station.adapters.examiner.test_examiner_process import (
    ITEM,
    TOP,
    Desk,
    desk,
    pictures,
)
from tests.support.packs import tiny_pack, trust
from tests.support.tiny_set import box

__all__ = ["desk", "pictures"]

WHOLE = Region.of_box(Box(0, 0, 256, 256))


def seen(seed: int, light: str = "bright", oddity: float = 0.0) -> FeatureMap:
    values = np.random.default_rng(seed).normal(0, 0.1, (4, 32, 32)).astype(np.float32)
    values[:, 10:20, 10:20] += oddity
    return FeatureMap(values, Box(0, 0, 256, 256), 8, light)


def taught(directory: Path, pack: str = "a" * 64, gtin: str = "1") -> References:
    memories = References(directory, pack)
    for seed in range(5):
        memories.learn(gtin, "top", [seen(seed)], WHOLE)
    return memories


def test_what_was_learnt_is_there_after_a_restart_for_these_goods_pose_lamp_and_pack(
    tmp_path: Path,
) -> None:
    taught(tmp_path)
    odd = [seen(9, oddity=3.0)]
    again = References(tmp_path, "a" * 64)

    unlike, digest = again.unlikeness("1", "top", odd, WHOLE)
    like, same = again.unlikeness("1", "top", [seen(9)], WHOLE)

    assert unlike is not None
    assert like is not None
    assert unlike > 1 > like
    assert digest == same
    assert len(digest or "") == 64
    nothing = (None, None)
    assert again.unlikeness("2", "top", odd, WHOLE) == nothing
    assert again.unlikeness("1", "bottom", odd, WHOLE) == nothing
    assert again.unlikeness("1", "top", [seen(9, "raking", 3.0)], WHOLE) == nothing
    assert References(tmp_path, "b" * 64).unlikeness("1", "top", odd, WHOLE) == nothing


def test_one_more_example_changes_the_digest(tmp_path: Path) -> None:
    references = taught(tmp_path)
    _, before = references.unlikeness("1", "top", [seen(9)], WHOLE)

    references.learn("1", "top", [seen(6)], WHOLE)

    assert references.unlikeness("1", "top", [seen(9)], WHOLE)[1] not in (before, None)


@pytest.mark.parametrize("content", [b"", b"noise" * 40, "cut"])
def test_a_damaged_memory_says_nothing_and_is_begun_anew(
    tmp_path: Path, content: bytes | str
) -> None:
    taught(tmp_path)
    (file,) = tmp_path.rglob("*.npz")
    file.write_bytes(file.read_bytes()[:-40] if isinstance(content, str) else content)
    references = References(tmp_path, "a" * 64)

    assert references.unlikeness("1", "top", [seen(9, oddity=3.0)], WHOLE) == (None, None)
    references.learn("1", "top", [seen(1)], WHOLE)
    assert [path.name for path in tmp_path.rglob("*.npz")] == [file.name]


def test_memories_that_are_not_asked_for_give_way_and_are_still_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = sum(each.nbytes for each in read_examples(taught(tmp_path)))
    monkeypatch.setattr(references, "_MOST_HELD", 5 * one)
    held = References(tmp_path, "a" * 64)
    for gtin in map(str, range(9)):
        for seed in range(5):
            held.learn(gtin, "top", [seen(seed)], WHOLE)

    assert sum(each.nbytes for each in read_examples(held)) * 2 <= 5 * one
    assert held.unlikeness("1", "top", [seen(9, oddity=3.0)], WHOLE)[0] is not None
    held.forget()
    assert held.unlikeness("8", "top", [seen(9, oddity=3.0)], WHOLE)[0] is not None


def read_examples(memories: References) -> list[np.ndarray]:
    return [each for memory, _ in memories._held.values() for each in memory.examples]


def test_names_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    References(tmp_path / "in", "a" * 64).learn("../../x", "../top", [seen(1, "../l")], WHOLE)

    assert all(path.is_relative_to(tmp_path / "in") for path in tmp_path.rglob("*.npz"))
    assert len(list(tmp_path.rglob("*.npz"))) == 1


def wait_for_examples(directory: Path, count: int) -> None:
    """What is to be remembered waits behind what is asked, and answers nothing."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for file in directory.rglob("[!.]*.npz"):
            with np.load(file) as arrays:
                if len(arrays.files) == count:
                    return
        time.sleep(0.05)
    raise AssertionError(f"fewer than {count} examples were remembered")


def test_the_examiner_learns_from_good_ones_and_doubts_one_that_is_unlike(
    desk: Desk, pictures: Path, tmp_path: Path
) -> None:
    signer = Signer(tmp_path / "keys")
    golden = np.random.default_rng(7).integers(0, 256, (32, 64, 3), dtype=np.uint8)
    cells = golden.reshape(4, 8, 8, 8, 3).mean((1, 3)).transpose(2, 0, 1)[None] / 255
    outputs = [dense_answer(golden, 2), cells.astype(np.float32)]
    pack = tiny_pack(
        tmp_path / "pack", signer, model=seeing_model(), golden=[record_golden(golden, outputs)]
    )
    keys = trust(tmp_path / "trusted_keys.toml", signer)
    setup = ExaminerSetup(
        pack,
        (keys,),
        None,
        {"bright": pictures / "empty-bright.jpg"},
        threads=1,
        references=tmp_path / "references",
    )
    rng = np.random.default_rng(1)
    for name, stained in [*((f"g{n}", False) for n in range(6)), ("bad", True)]:
        picture = box("bright", 0, stained=stained) + rng.normal(0, 4, (720, 1280, 3))
        cv2.imwrite(str(pictures / f"{name}.png"), np.clip(picture, 0, 255).astype(np.uint8))
    examiner = desk.examiner(partial(load_equipment, setup))

    examiner.examine("i0", 0, TOP, desk.frames("g5.png", shared=False), ITEM)
    for number in range(5):
        examiner.learn(f"l{number}", TOP, desk.frames(f"g{number}.png", shared=False), ITEM)
    wait_for_examples(tmp_path / "references", 5)
    for take, name in enumerate(("g5.png", "bad.png"), 1):
        examiner.examine("i1", take, TOP, desk.frames(name, shared=False), ITEM)

    before, good, bad = (desk.answer(n).result for n in (1, 2, 3))
    assert len(desk.heard.of(PoseAnswered)) == 3
    assert (before.unlikeness, before.reference) == (None, None)
    assert good.unlikeness is not None
    assert bad.unlikeness is not None
    assert good.unlikeness < 1 < bad.unlikeness
    assert good.reference is not None
    assert good.reference == bad.reference


@pytest.mark.parametrize(("limit", "strange"), [(1e6, False), (1e-6, True)])
def test_the_examiner_tells_a_pose_that_is_unlike_anything_learnt(
    desk: Desk, pictures: Path, tmp_path: Path, limit: float, strange: bool
) -> None:
    signer = Signer(tmp_path / "keys")
    golden = np.random.default_rng(7).integers(0, 256, (32, 64, 3), dtype=np.uint8)
    cells = golden.reshape(4, 8, 8, 8, 3).mean((1, 3)).transpose(2, 0, 1)[None] / 255
    outputs = [dense_answer(golden, 2), cells.astype(np.float32)]
    ones = np.ones(6, np.float32)
    pack = tiny_pack(
        tmp_path / "pack",
        signer,
        model=seeing_model(),
        golden=[record_golden(golden, outputs)],
        support=Support(np.zeros((1, 6), np.float32), np.zeros(6, np.float32), ones, limit),
    )
    keys = trust(tmp_path / "trusted_keys.toml", signer)
    empty = {"bright": pictures / "empty-bright.jpg"}
    setup = ExaminerSetup(pack, (keys,), None, empty, threads=1)
    cv2.imwrite(str(pictures / "any.png"), box("bright", 0, stained=False))
    examiner = desk.examiner(partial(load_equipment, setup))

    examiner.examine("i1", 0, TOP, desk.frames("any.png", shared=False), ITEM)

    told = desk.answer(1).result.strangeness
    assert told is not None
    assert (told > 1) is strange
