"""Two builds of a pack agree where they report the same faults."""

from pathlib import Path

import pytest

from models.parity import agree, compare
from models.rendering.fast.render import render_fast_set
from tests.models.runtime.conftest import Read, build, pack, signer
from tests.models.runtime.tiny_onnx import dense_model
from tests.support.detections import reported

__all__ = ["build", "pack", "signer"]


@pytest.mark.parametrize(
    ("first", "other", "same"),
    [
        ([], [], True),
        ([reported(10, 10, 20, 20, 0.9)], [reported(12, 11, 20, 20, 0.6)], True),
        ([reported(10, 10, 20, 20, 0.9)], [], False),
        ([], [reported(10, 10, 20, 20, 0.9)], False),
        ([reported(10, 10, 20, 20, 0.9)], [reported(10, 10, 20, 20, 0.9, "stain")], False),
        ([reported(10, 10, 20, 20, 0.9)], [reported(60, 60, 20, 20, 0.9)], False),
    ],
)
def test_answers_agree_where_every_fault_of_each_is_in_the_other(first, other, same) -> None:
    assert agree(first, other) is same


def test_a_pack_agrees_with_itself_and_not_with_one_that_sees_nothing(
    pack: Read, tmp_path: Path
) -> None:
    render_fast_set(tmp_path / "set", 2, 5, families=("tableware",), width=320)
    sees = pack("sees")
    blind = pack("blind", model=dense_model(gain=0.0), golden=_flat_golden())

    itself = compare(sees, pack("again"), tmp_path / "set")
    apart = compare(sees, blind, tmp_path / "set")

    assert (itself.poses, itself.same) == (2, 1.0)
    assert itself.ratio > 0
    assert apart.same < 1.0


def _flat_golden():
    import numpy as np

    from models.runtime.golden import record_golden

    planes = np.zeros((32, 64, 3), np.uint8)
    return [record_golden(planes, [np.full((1, 3, 16, 32), 0.5, np.float32)])]
