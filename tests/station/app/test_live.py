"""What the live bench says of its equipment."""

import pytest

from calibration.acceptance import Limit, judged
from calibration.verification.log import Standing, Trust
from station.app.live import calibration_device
from station.messages.catalogue import Catalogue
from station.screen.equipment import DeviceState, Equipment, device_strip

WARNING = judged("verify", "scale", 0.0015, "1", Limit(0.001, 0.002), "it moved", "fasten it")


@pytest.mark.parametrize(
    ("trust", "english", "chinese"),
    [
        (Trust(Standing.VALID), "OK", "正常"),
        (Trust(Standing.VALID, warnings=(WARNING,)), "near its limit", "接近限值"),
        (Trust(Standing.CHECK_FAILED), "faulty", "异常"),
    ],
)
def test_the_strip_says_how_the_calibration_stands(
    trust: Trust, english: str, chinese: str
) -> None:
    (shown,) = device_strip(Equipment("07", (calibration_device(trust),)), ())

    assert shown.well is (english == "OK")
    for locale, word in (("en", english), ("zh-CN", chinese)):
        assert Catalogue.load(locale).text(shown.word.id) == word


def test_of_several_cameras_the_one_that_stands_worst_is_shown() -> None:
    well, near = Trust(Standing.VALID), Trust(Standing.VALID, warnings=(WARNING,))
    failed, overdue = Trust(Standing.CHECK_FAILED), Trust(Standing.CHECK_OVERDUE)

    assert calibration_device(well, near).state is DeviceState.NEAR_LIMIT
    assert calibration_device(failed, overdue, well).state is DeviceState.FAULTY
    assert calibration_device(well, overdue, near).state is DeviceState.OVERDUE
