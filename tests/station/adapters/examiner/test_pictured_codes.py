"""The examiner reads the codes on an item in a rendered frame, with the symbols' own reader."""

import json
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray

from models.runtime.item import item_region
from models.runtime.pictures import read_picture
from models.runtime.region import Box, Region
from station.adapters.clock import SystemClock
from station.adapters.examiner.child import (
    ExaminerSetup,
    PoseExaminer,
    load_equipment,
    run_examiner,
)
from station.adapters.examiner.codes import codes_on
from station.adapters.examiner.examiner_process import ExaminerProcess
from station.adapters.examiner.link import ExaminePose, ShotToExamine
from station.adapters.processes import Children
from station.adapters.symbols import Symbol, read_symbols
from station.app.defaults import LIVE_PACK, PICTURES, TRUSTED_KEYS
from station.domain.capture import Frame, Pose, Shot
from station.domain.events import PoseAnswered
from station.domain.identity import ItemCode
from station.domain.inspection import MOST_CODES, PoseExamined
from station.domain.item import Item
from station.domain.scan import LONGEST_CODE, item_pictured
from tests.support.events import Heard
from tests.support.examiners import fake_equipment

RETURN = "r0000"
TEXT = "]d20109520123456788217"
AT = datetime(2026, 6, 1, tzinfo=UTC)
SIZE_MM = (200.0, 120.0, 80.0)

Picture = NDArray[np.uint8]


def rendered(light: str = "bright") -> Picture:
    return read_picture(PICTURES / RETURN / f"top-{light}.jpg").copy()


def outline() -> Region:
    region = item_region(rendered(), read_picture(PICTURES / "empty-bright.jpg"))
    assert region is not None
    return region


def symbol() -> Picture:
    """A GS1 DataMatrix of a piece, printed."""
    code = zxingcpp.create_barcode(
        "(01)09520123456788(21)7", zxingcpp.BarcodeFormat.DataMatrix, gs1=True
    )
    grey = np.pad(np.array(code.to_image(scale=3), np.uint8), 12, constant_values=255)
    return np.repeat(grey[..., None], 3, axis=2)


def pasted(picture: Picture, at: tuple[int, int]) -> Picture:
    """The picture with the symbol's middle there."""
    code = symbol()
    height, width = code.shape[:2]
    x, y = at[0] - width // 2, at[1] - height // 2
    picture[y : y + height, x : x + width] = code
    return picture


def middle() -> tuple[int, int]:
    box = outline().box()
    return box.x + box.width // 2, box.y + box.height // 2


def encoded(picture: Picture) -> bytes:
    good, data = cv2.imencode(".jpg", picture[:, :, ::-1], (cv2.IMWRITE_JPEG_QUALITY, 92))
    assert good
    return data.tobytes()


@pytest.fixture
def examiner(tmp_path: Path) -> Iterator[PoseExaminer]:
    made = PoseExaminer(fake_equipment(tmp_path / "trigger", PICTURES, calibrated=True))
    yield made
    made.close()


def examined(examiner: PoseExaminer, **shots: Picture) -> PoseExamined:
    request = ExaminePose(
        1,
        "top",
        tuple(ShotToExamine(f"top-{light}", light, encoded(p)) for light, p in shots.items()),
        SIZE_MM,
        AT,
    )
    return examiner.answer(request).result


def test_a_code_on_the_item_comes_with_its_findings(examiner: PoseExaminer) -> None:
    without = examined(examiner, bright=rendered())
    result = examined(examiner, bright=pasted(rendered(), middle()))

    assert without.codes == ()
    assert result.codes == (TEXT,)
    assert result == replace(without, codes=result.codes, findings=result.findings)
    assert len(result.findings) == len(without.findings) == 1


def test_an_item_too_high_to_measure_has_its_codes_too(examiner: PoseExaminer) -> None:
    shot = ShotToExamine("top-bright", "bright", encoded(pasted(rendered(), middle())))
    request = ExaminePose(1, "top", (shot,), (200.0, 120.0, 9000.0), AT)

    result = examiner.answer(request).result

    assert (result.mm_per_px, result.codes) == (None, (TEXT,))


def test_only_the_bright_picture_is_read(examiner: PoseExaminer) -> None:
    result = examined(examiner, bright=rendered(), raking=pasted(rendered("raking"), middle()))

    assert result.failure is None
    assert result.codes == ()


def test_a_code_beside_the_item_is_not_told(examiner: PoseExaminer) -> None:
    box = outline().box()
    height, width = symbol().shape[:2]
    beside = max(10 + width // 2, box.x // 3), 10 + height // 2
    picture = pasted(rendered(), beside)
    assert TEXT in [found.text for found in read_symbols(picture)]

    assert examined(examiner, bright=picture).codes == ()


def test_a_picture_without_an_item_has_no_codes(examiner: PoseExaminer) -> None:
    empty = read_picture(PICTURES / "empty-bright.jpg").copy()

    result = examined(examiner, bright=empty)

    assert result.failure
    assert result.codes == ()


def test_the_codes_printed_on_rendered_cartons_are_their_own(examiner: PoseExaminer) -> None:
    told = {}
    for name in ("r0000", "r0005", "r0015", "r0020", "r0025", "r0039"):
        picture = read_picture(PICTURES / name / "bottom-bright.jpg")
        gtin = json.loads((PICTURES / name / "truth.json").read_text("utf-8"))["gtin"]
        told[gtin] = {item_pictured(text) for text in examined(examiner, bright=picture).codes}

    assert any(told.values())
    assert all(items <= {ItemCode(gtin)} for gtin, items in told.items())


def test_codes_are_few_short_and_each_told_once() -> None:
    region = Region.of_box(Box(0, 0, 100, 100))
    on = ((40, 40), (60, 40), (60, 60), (40, 60))
    off = ((140, 40), (160, 40), (160, 60), (140, 60))
    many = [Symbol(f"]Q1{n}", b"", on) for n in range(2 * MOST_CODES)]
    longest = Symbol("]Q1".ljust(LONGEST_CODE, "x"), b"", on)
    longer = Symbol("]Q1".ljust(LONGEST_CODE + 1, "x"), b"", on)

    assert codes_on(region, [many[0], many[0], many[1]]) == ("]Q10", "]Q11")
    assert codes_on(region, many) == tuple(code.text for code in many[:MOST_CODES])
    assert codes_on(region, [longer, longest]) == (longest.text,)
    assert codes_on(region, [Symbol("]Q1there", b"", off)]) == ()
    assert codes_on(region, []) == ()


def test_the_child_process_reads_them_beside_the_shipped_pack() -> None:
    picture, heard = encoded(pasted(rendered(), middle())), Heard()
    setup = ExaminerSetup(
        LIVE_PACK,
        (TRUSTED_KEYS,),
        PICTURES / "calibration.json",
        {light: PICTURES / f"empty-{light}.jpg" for light in ("bright", "raking")},
    )
    clock = SystemClock()
    examiner = ExaminerProcess(
        children=Children(
            run_examiner,
            (partial(load_equipment, setup, partial(read_symbols, patience_s=0.25)),),
            name="examiner",
            monotonic=clock.monotonic,
        ),
        lend=lambda _: nullcontext(None),
        evidence=lambda _: picture,
        emit=heard,
        clock=clock,
    )
    shot = Shot("top-bright", "bench", "bright")
    frame = Frame("top-bright", "bench", "bright", "0" * 64, "image/jpeg", 1280, 720, 1, 1.0, AT)
    item = Item(ItemCode("09520123456788"), "Kettle", "carton", "RO-1", SIZE_MM)
    examiner.start()
    try:
        examiner.examine("i1", 0, Pose("top", ("top",), (shot,)), (frame,), item)
        result = heard.wait(PoseAnswered).result
    finally:
        examiner.stop()

    assert (result.failure, result.codes) == (None, (TEXT,))


def test_the_pictures_of_a_further_camera_are_seen_against_its_own_empty_bench(
    tmp_path: Path,
) -> None:
    first = fake_equipment(tmp_path / "trigger", PICTURES, calibrated=True)
    # Hung upside down, it sees everything turned, and has no calibration.
    turned = {light: np.ascontiguousarray(p[::-1, ::-1]) for light, p in first.empty.items()}
    other = replace(first, empty=turned, calibration=None)
    examiner = PoseExaminer(replace(first, others={"side": other}))
    picture = encoded(np.ascontiguousarray(rendered()[::-1, ::-1]))
    shots = (ShotToExamine("side-bright", "bright", picture),)

    side = examiner.answer(ExaminePose(1, "side", shots, SIZE_MM, AT, "side")).result
    bench = examined(examiner, bright=rendered())
    examiner.close()

    assert side.failure is None
    assert (side.calibration, side.mm_per_px) == (None, None)
    assert bench.calibration is not None
