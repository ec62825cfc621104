"""Of a cropped camera nothing but the bench is ever seen, and no JPEG is compressed twice."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.runtime.pictures import decode_picture
from station.adapters.cameras import jpeg
from station.adapters.cameras.sources.cropped import CroppedSource
from station.adapters.cameras.sources.source import (
    Exposure,
    PixelExposure,
    Taken,
    TakenPixels,
    TornError,
)

SIZE = (640, 480)
CROP = (64, 32, 320, 240)
SAMPLINGS = {
    "4:2:0": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
    "4:2:2": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422,
    "4:4:4": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
}

turbo = pytest.mark.skipif(not jpeg.at_hand(), reason="libturbojpeg0 is not installed")


def scene() -> NDArray[np.uint8]:
    """Something with texture everywhere, BGR."""
    coarse = np.random.default_rng(3).integers(40, 215, (SIZE[1] // 16, SIZE[0] // 16, 3), np.uint8)
    return np.asarray(cv2.resize(coarse, SIZE, interpolation=cv2.INTER_CUBIC), np.uint8)


def encoded(sampling: str = "4:2:0") -> bytes:
    how = (cv2.IMWRITE_JPEG_QUALITY, 92, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, SAMPLINGS[sampling])
    return cv2.imencode(".jpg", scene(), how)[1].tobytes()


class Still:
    """A camera that has one frame and one live picture."""

    def __init__(self, taken: Taken | TakenPixels) -> None:
        self.taken = taken
        self.closed = False

    def open(self) -> dict[str, float]:
        return {"gain": 2.0}

    def identity(self) -> str:
        return "still"

    def grab(self, light: str) -> Taken | TakenPixels:
        return self.taken

    def look(self) -> NDArray[np.uint8]:
        shown = np.zeros((180, 320, 3), np.uint8)
        shown[12:102, 32:192] = 200  # the crop, at half and three eighths of the size
        return shown

    def close(self) -> None:
        self.closed = True


def cropped(taken: Taken | TakenPixels) -> CroppedSource:
    return CroppedSource(Still(taken), SIZE, CROP)


def part(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    x, y, width, height = CROP
    return picture[y : y + height, x : x + width]


@turbo
@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_a_jpeg_is_cut_and_its_coefficients_stay(sampling: str) -> None:
    content = encoded(sampling)

    taken = cropped(Exposure(content, "image/jpeg", 7, 1.5)).grab("bright")

    assert isinstance(taken, Exposure)
    assert (taken.media_type, taken.sequence, taken.monotonic_s) == ("image/jpeg", 7, 1.5)
    cut = decode_picture(taken.evidence)
    assert cut.shape == (240, 320, 3)
    # At the edges of a crop the colour of its neighbours is missing.
    assert np.array_equal(cut[4:-4, 4:-4], part(decode_picture(content))[4:-4, 4:-4])


def test_without_the_library_a_jpeg_becomes_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jpeg, "_library", lambda: None)
    content = encoded()

    taken = cropped(Exposure(content, "image/jpeg", 7, 1.5)).grab("bright")

    assert isinstance(taken, PixelExposure)
    assert np.array_equal(taken.pixels[:, :, ::-1], part(decode_picture(content)))


def test_pixels_are_cut() -> None:
    taken = cropped(PixelExposure(scene(), 3, 2.0)).grab("bright")

    assert isinstance(taken, PixelExposure)
    assert (taken.sequence, taken.monotonic_s) == (3, 2.0)
    assert np.array_equal(taken.pixels, part(scene()))


def test_the_live_picture_shows_the_same_part() -> None:
    look = cropped(PixelExposure(scene(), 1, 0.0)).look()

    assert look is not None
    assert look.shape == (180, 320, 3)
    assert look.min() == 200


def test_a_picture_of_another_size_is_left_for_the_station_to_refuse() -> None:
    small = cv2.imencode(".jpg", scene()[::2, ::2])[1].tobytes()

    taken = cropped(Exposure(small, "image/jpeg", 1, 0.0)).grab("bright")

    assert isinstance(taken, Exposure)
    assert taken.evidence == small


@pytest.mark.parametrize("content", [b"", encoded()[:2000], encoded()[:9000] + encoded()[9600:]])
def test_a_damaged_jpeg_is_torn(content: bytes) -> None:
    with pytest.raises(TornError):
        cropped(Exposure(content, "image/jpeg", 1, 0.0)).grab("bright")


def test_it_is_the_camera_otherwise() -> None:
    still = Still(PixelExposure(scene(), 1, 0.0))
    source = CroppedSource(still, SIZE, CROP)

    assert source.open() == {"gain": 2.0}
    assert source.identity() == "still"
    source.close()
    assert still.closed
