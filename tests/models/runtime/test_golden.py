"""Golden records survive their file and notice another answer."""

import io
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.runtime.errors import PackError
from models.runtime.golden import golden_bytes, read_golden, record_golden

PICTURE = np.arange(32 * 32 * 3, dtype=np.uint8).reshape(32, 32, 3)
OUTPUT = np.random.default_rng(0).random((1, 2, 64, 80), np.float32)


def archive(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def test_records_are_read_back_as_they_were_written() -> None:
    records = [record_golden(PICTURE, [OUTPUT]), record_golden(PICTURE[::-1], [OUTPUT, OUTPUT[:1]])]

    again = read_golden(golden_bytes(records))

    assert len(again) == 2
    for one, other in zip(records, again, strict=True):
        assert np.array_equal(one.picture, other.picture)
        for a, b in zip(one.outputs, other.outputs, strict=True):
            assert np.array_equal(a.index, b.index)
            assert np.array_equal(a.value, b.value)


def test_equal_records_have_equal_bytes() -> None:
    assert golden_bytes([record_golden(PICTURE, [OUTPUT])]) == golden_bytes(
        [record_golden(PICTURE, [OUTPUT])]
    )


def test_a_large_output_is_sampled_with_its_largest_values() -> None:
    (samples,) = record_golden(PICTURE, [OUTPUT]).outputs

    assert samples.index.size <= 4096 < OUTPUT.size
    assert int(OUTPUT.argmax()) in samples.index
    assert np.array_equal(samples.value, OUTPUT.reshape(-1)[samples.index])


@given(st.floats(-0.2, 0.2), st.floats(1e-4, 0.1))
def test_outputs_agree_within_the_tolerance(offset: float, tolerance: float) -> None:
    record = record_golden(PICTURE, [np.zeros((1, 1, 4, 4), np.float32)])
    answer = np.full((1, 1, 4, 4), np.float32(offset))

    assert record.agrees([answer], tolerance) == (abs(np.float32(offset)) <= tolerance)


def test_one_other_value_among_the_samples_is_noticed() -> None:
    record = record_golden(PICTURE, [OUTPUT[:, :, :8, :8]])
    changed = OUTPUT[:, :, :8, :8].copy()
    changed[0, 1, 5, 5] += 0.01

    assert record.agrees([OUTPUT[:, :, :8, :8]], 0.001)
    assert not record.agrees([changed], 0.001)
    assert not record.agrees([changed * np.float32("nan")], 0.001)


INDEX, VALUE = np.arange(4), np.zeros(4, np.float32)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no archive",
        archive(),
        archive(input_0=PICTURE),
        archive(input_0=PICTURE.astype(float), index_0_0=INDEX, value_0_0=VALUE),
        archive(input_0=PICTURE[0], index_0_0=INDEX, value_0_0=VALUE),
        archive(input_0=PICTURE, index_0_0=INDEX),
        archive(input_0=PICTURE, index_0_0=INDEX, value_0_0=VALUE[:3]),
        archive(input_0=PICTURE, index_0_0=INDEX[:0], value_0_0=VALUE[:0]),
        archive(input_0=PICTURE, index_0_0=INDEX.astype(np.int32), value_0_0=VALUE),
        archive(input_0=PICTURE, index_0_0=INDEX, value_0_0=VALUE, other=VALUE),
        archive(input_1=PICTURE, index_1_0=INDEX, value_1_0=VALUE),
        archive(input_0=np.array([{}], dtype=object)),
        golden_bytes([record_golden(PICTURE, [OUTPUT])])[:-40],
    ],
)
def test_other_archives_are_refused_in_one_sentence(content: bytes) -> None:
    with pytest.raises(PackError, match=r"^golden\.npz.*\.$"):
        read_golden(content)


def test_an_archive_that_unpacks_without_end_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("input_0.npy", bytes(80 * 2**20))

    with pytest.raises(PackError, match="unpacks to more than"):
        read_golden(buffer.getvalue())


def test_an_array_that_claims_more_than_it_holds_is_refused() -> None:
    header = io.BytesIO()
    claim = {"descr": "|u1", "fortran_order": False, "shape": (2**20, 2**20, 3)}
    np.lib.format.write_array_header_1_0(header, claim)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as content:
        content.writestr("input_0.npy", header.getvalue())

    with pytest.raises(PackError, match=r"^golden\.npz cannot be read"):
        read_golden(buffer.getvalue())
