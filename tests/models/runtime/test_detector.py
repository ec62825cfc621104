"""The detector, with real packs run by the real runtime."""

import base64
import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.runtime.detector import Detector
from models.runtime.errors import InferenceError, PackError
from models.runtime.golden import Golden, Samples, record_golden
from models.runtime.pack import Pack
from models.runtime.region import Box, Region
from models.runtime.session import Session
from tests.models.runtime.conftest import Read, dense_answer
from tests.models.runtime.tiny_onnx import dense_model, poisonous_model

PICTURE = np.zeros((100, 150, 3), np.uint8)
PICTURE[20:40, 30:60, 0] = 255
PICTURE[60:80, 100:130, 2] = 255


def test_each_class_is_found_in_its_place(pack: Read) -> None:
    scratch, stain = Detector(pack()).detect(PICTURE)

    assert {(one.defect, one.box) for one in (scratch, stain)} == {
        ("scratch", (30, 20, 30, 20)),
        ("stain", (100, 60, 30, 20)),
    }
    assert scratch.confidence == pytest.approx(1 / (1 + np.exp(-10)), abs=1e-4)


def test_only_the_region_is_looked_at(pack: Read) -> None:
    left = Region.of_box(Box(0, 0, 75, 100))

    (only,) = Detector(pack()).detect(PICTURE, left)

    assert only.defect == "scratch"


def test_a_region_is_cut_out_along_its_polygon(pack: Read) -> None:
    above = Region(((0.0, 0.0), (149.0, 0.0), (149.0, 29.0), (0.0, 29.0)))

    (only,) = Detector(pack()).detect(PICTURE, above)

    assert only.box == (30, 20, 30, 10)


def test_a_picture_without_faults_has_no_detections(pack: Read) -> None:
    assert Detector(pack()).detect(np.zeros((64, 64, 3), np.uint8)) == ()


def test_candidates_include_what_is_too_unsure_to_report(pack: Read) -> None:
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[8:24, 8:24] = (0, 130, 0)
    detector = Detector(pack())

    (unsure,) = detector.candidates(picture)

    assert detector.detect(picture) == ()
    assert unsure.defect == "dent"
    assert 0.4 < unsure.confidence < 0.6


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((64, 64), np.uint8),
        np.zeros((64, 64, 4), np.uint8),
        np.zeros((64, 64, 3), np.float32),
    ],
)
def test_another_kind_of_array_is_an_error(pack: Read, picture: NDArray[np.generic]) -> None:
    with pytest.raises(ValueError, match="uint8"):
        Detector(pack()).detect(picture)


def test_a_region_beside_the_picture_is_an_error(pack: Read) -> None:
    with pytest.raises(ValueError, match="does not meet"):
        Detector(pack()).detect(PICTURE, Region.of_box(Box(200, 0, 10, 10)))


@pytest.fixture
def written() -> dict[str, Pack]:
    return {}


@pytest.fixture
def blobs() -> NDArray[np.uint8]:
    generator = np.random.default_rng(11)
    picture = np.zeros((300, 420, 3), np.uint8)
    for _ in range(60):
        x, y = generator.integers(0, 400), generator.integers(0, 280)
        width, height = generator.integers(3, 60, 2)
        picture[y : y + height, x : x + width, generator.integers(0, 3)] = 255
    return picture


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    tile=st.sampled_from([64, 96, 160]),
    overlap=st.sampled_from([0, 32]),
    fixed=st.booleans(),
    box=st.tuples(
        st.integers(0, 300), st.integers(0, 200), st.integers(20, 420), st.integers(20, 300)
    ),
)
def test_tiles_give_the_same_detections_as_one_run(
    pack: Read,
    written: dict[str, Pack],
    blobs: NDArray[np.uint8],
    tile: int,
    overlap: int,
    fixed: bool,
    box: tuple[int, int, int, int],
) -> None:
    region = Region.of_box(Box(*box).intersection(Box(0, 0, 420, 300)))
    whole = Detector(_with_input(pack, written, "whole", width=0, height=0))
    sides = {"width": tile, "height": tile} if fixed else {"width": 0, "height": 0, "tile": tile}
    tiled = Detector(
        _with_input(pack, written, f"{tile}-{overlap}-{fixed}", overlap=overlap, **sides)
    )

    wanted = whole.detect(blobs, region)
    answer = tiled.detect(blobs, region)

    assert [_facts(one) for one in _ordered(answer)] == [_facts(one) for one in _ordered(wanted)]


def _with_input(pack: Read, written: dict[str, Pack], name: str, **rule: int) -> Pack:
    """A pack with this input rule; the same name gives the pack written before."""
    if name not in written:
        side = rule.get("width") or 64
        picture = np.random.default_rng(1).integers(0, 256, (side, side, 3), dtype=np.uint8)
        golden = [record_golden(picture, [dense_answer(picture, 2)])]
        written[name] = pack(name, input=rule, golden=golden)
    return written[name]


def _ordered(detections: tuple) -> list:
    return sorted(detections, key=lambda one: (one.defect, one.box))


def _facts(detection) -> tuple:
    return (
        detection.defect,
        detection.box,
        detection.polygon,
        round(detection.confidence, 5),
        base64.b64encode(detection.mask.tobytes()),
    )


def test_a_model_that_is_no_model_is_refused_by_name(pack: Read) -> None:
    broken = dataclasses.replace(pack(), model=b"\x08\x08")

    with pytest.raises(PackError, match=r"^model\.onnx cannot be loaded: .*\.$"):
        Detector(broken)


@pytest.mark.parametrize(
    "model",
    [
        dense_model(4),
        dense_model(3, sides=(64, 64)),
        dense_model(3, sides=(64, "width")),
    ],
)
def test_a_model_of_other_shapes_than_the_manifest_says_is_refused(
    pack: Read, model: bytes
) -> None:
    with pytest.raises(PackError, match=r"^model\.onnx does not (take|give)"):
        Detector(pack(model=model))


def test_a_wrong_stride_is_refused_at_the_first_picture_at_the_latest(pack: Read) -> None:
    picture = np.zeros((32, 32, 3), np.uint8)
    golden = [record_golden(picture, [dense_answer(picture, 4)])]

    with pytest.raises(InferenceError, match="stride"):
        Detector(pack(model=dense_model(3, 4), golden=golden)).detect(PICTURE)


def test_other_outputs_than_the_golden_ones_are_refused(pack: Read) -> None:
    good = pack()
    (golden,) = good.golden
    (samples,) = golden.outputs
    for off in (0.01, -0.01):
        changed = Golden(golden.picture, (Samples(samples.index, samples.value + np.float32(off)),))
        with pytest.raises(PackError, match=r"golden\.npz: this machine does not repeat"):
            Detector(dataclasses.replace(good, golden=(golden, changed)))


@pytest.mark.parametrize(
    "change",
    [
        lambda golden: Golden(golden.picture[:31], golden.outputs),
        lambda golden: Golden(golden.picture, golden.outputs * 2),
        lambda golden: Golden(
            golden.picture, (Samples(golden.outputs[0].index + 10**9, golden.outputs[0].value),)
        ),
    ],
)
def test_golden_records_that_do_not_fit_are_refused(
    pack: Read, change: Callable[[Golden], Golden]
) -> None:
    good = pack()

    with pytest.raises(PackError, match=r"^golden\.npz: "):
        Detector(dataclasses.replace(good, golden=(change(good.golden[0]),)))


def test_values_that_are_no_numbers_are_never_findings(pack: Read) -> None:
    white = np.full((32, 32, 3), 255, np.uint8)
    golden = [record_golden(white, [np.zeros((1, 3, 32, 32), np.float32)])]
    detector = Detector(pack(stride=1, model=poisonous_model(), golden=golden))

    assert detector.detect(white) == ()
    with pytest.raises(InferenceError, match="not numbers"):
        detector.detect(np.zeros((32, 32, 3), np.uint8))


def test_a_runtime_that_fails_is_an_inference_error(pack: Read) -> None:
    session = Session(pack())

    with pytest.raises(InferenceError, match=r"^The model could not be run: .*\.$"):
        session.run(np.zeros((1, 2, 32, 32), np.float32))


def test_threads_are_as_configured(pack: Read) -> None:
    one, four = Session(pack("one"), threads=1), Session(pack("four"), threads=4)

    assert one._session.get_session_options().intra_op_num_threads == 1
    assert four._session.get_session_options().intra_op_num_threads == 4
    entry = "session.intra_op.allow_spinning"
    assert four._session.get_session_options().get_session_config_entry(entry) == "0"


LAMPS = {
    "channels": 5,
    "mean": [0.0] * 5,
    "std": [1.0] * 5,
    "lights": [
        {"name": "bright", "colour": "RGB"},
        {"name": "raking", "colour": "grey"},
        {"name": "raking-back", "colour": "grey"},
    ],
}


@pytest.fixture
def lamps(pack: Read) -> Detector:
    """Scratches shine red in bright light, dents in the one low light, stains in the other."""
    planes = np.random.default_rng(7).integers(0, 256, (32, 64, 5), dtype=np.uint8)
    answer = dense_answer(planes[..., [0, 3, 4]], 2)
    return Detector(
        pack(
            "lamps",
            input=LAMPS,
            model=dense_model(channels=5, seen=(0, 3, 4)),
            golden=[record_golden(planes, [answer])],
        )
    )


def lit(*boxes: tuple[int, int]) -> NDArray[np.uint8]:
    picture = np.zeros((100, 150, 3), np.uint8)
    for x, y in boxes:
        picture[y : y + 20, x : x + 30] = 255
    return picture


def test_all_lamps_of_a_pose_are_seen_at_once(lamps: Detector) -> None:
    pictures = {"bright": lit((10, 10)), "raking": lit((60, 10)), "raking-back": lit((100, 60))}

    found = {(one.defect, one.box[:2], one.light) for one in lamps.detect_pose(pictures)}

    assert found == {
        ("scratch", (10, 10), "bright"),
        ("dent", (60, 10), "raking"),
        ("stain", (100, 60), "raking-back"),
    }


def test_less_sure_findings_come_when_they_are_asked_for(lamps: Detector) -> None:
    faint = lit((60, 10)) // 255 * 128

    assert lamps.detect_pose({"bright": lit(), "raking": faint}) == ()
    (found,) = lamps.detect_pose({"bright": lit(), "raking": faint}, least=0.4)
    assert found.defect == "dent"
    assert lamps.detect_pose({"bright": lit(), "raking": faint}, least=0.6) == ()


def test_lamps_that_took_no_picture_are_black(lamps: Detector) -> None:
    (only,) = lamps.detect_pose({"bright": lit(), "raking": lit((60, 10))})
    (alone,) = lamps.detect(lit((10, 10)))

    assert only.defect == "dent"
    assert (alone.defect, alone.light) == ("scratch", "")


def test_a_lamp_of_a_strange_name_is_taken_for_the_first(lamps: Detector) -> None:
    (only,) = lamps.detect_pose({"window": lit((10, 10))})

    assert only.defect == "scratch"


def test_tiles_of_several_lamps_find_the_same(pack: Read, lamps: Detector) -> None:
    planes = np.random.default_rng(7).integers(0, 256, (32, 64, 5), dtype=np.uint8)
    tiled = Detector(
        pack(
            "tiled",
            input=LAMPS | {"tile": 64, "overlap": 32},
            model=dense_model(channels=5, seen=(0, 3, 4)),
            golden=[record_golden(planes, [dense_answer(planes[..., [0, 3, 4]], 2)])],
        )
    )
    pictures = {"bright": lit((10, 10)), "raking": lit((60, 10)), "raking-back": lit((100, 60))}

    assert [one.box for one in tiled.detect_pose(pictures)] == [
        one.box for one in lamps.detect_pose(pictures)
    ]


def test_a_model_of_one_picture_sees_each_lamp_and_keeps_each_fault_once(pack: Read) -> None:
    red = lit((10, 10))
    red[..., 1:] = 0
    found = Detector(pack()).detect_pose({"bright": red, "raking": red.copy()})

    (only,) = found
    assert (only.defect, only.light) == ("scratch", "bright")


def test_pictures_of_a_pose_are_of_one_size(lamps: Detector) -> None:
    with pytest.raises(ValueError, match="one size"):
        lamps.detect_pose({"bright": lit(), "raking": lit()[:50]})
    with pytest.raises(ValueError, match="needs pictures"):
        lamps.detect_pose({})
