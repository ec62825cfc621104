"""What is kept of an exposure: the camera's own coefficients, and nothing private."""

import zlib
from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.runtime.pictures import decode_picture
from station.adapters.cameras import darkroom as developing
from station.adapters.cameras import jpeg
from station.adapters.cameras.darkroom import Darkroom, FindLabels
from station.adapters.cameras.pixels import PixelPlace, Pixels
from station.adapters.cameras.sources.source import Exposure, PixelExposure, TornError

WIDTH, HEIGHT = 640, 480
LABEL = (100, 80, 90, 60)
SAMPLINGS = {
    "4:2:0": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
    "4:2:2": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422,
    "4:4:4": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
}
EXIF = b"\xff\xe1\x00\x10Exif\0\0secret!!"
COMMENT = b"\xff\xfe\x00\x08parcel"

turbo = pytest.mark.skipif(not jpeg.at_hand(), reason="libturbojpeg0 is not installed")


def scene() -> NDArray[np.uint8]:
    """Something with texture everywhere, BGR."""
    chance = np.random.default_rng(3)
    coarse = chance.integers(40, 215, (HEIGHT // 16, WIDTH // 16, 3), np.uint8)
    return np.asarray(cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)


def encoded(sampling: str = "4:2:0", picture: NDArray[np.uint8] | None = None) -> bytes:
    how = (cv2.IMWRITE_JPEG_QUALITY, 92, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, SAMPLINGS[sampling])
    return cv2.imencode(".jpg", scene() if picture is None else picture, how)[1].tobytes()


def exposure(content: bytes, media_type: str = "image/jpeg") -> Exposure:
    return Exposure(content, media_type, 1, 0.0)


Develop = Callable[..., tuple[developing.Developed, NDArray[np.uint8] | None]]


@pytest.fixture
def develop() -> Iterator[Develop]:
    """Develop an exposure with a finish; what came of it, and the pixels as published."""
    pixels = Pixels(WIDTH * HEIGHT, places=1)
    rooms: list[Darkroom] = []

    def run(
        taken: Exposure | PixelExposure,
        find: FindLabels | None = None,
        *,
        mask_labels: bool = False,
    ) -> tuple[developing.Developed, NDArray[np.uint8] | None]:
        rooms.append(Darkroom(find))
        place: PixelPlace = pixels.take(WIDTH, HEIGHT)
        try:
            made = rooms[-1].develop(taken, place, mask_labels=mask_labels)
        except TornError:
            pixels.give_back(place)
            raise
        pixels.put(str(len(rooms)), "i", place)
        shown = pixels.picture(str(len(rooms)))
        pixels.release("i")
        return made, shown

    yield run
    for room in rooms:
        room.close()
    pixels.close()


def test_a_jpeg_stays_the_cameras_own_without_its_metadata(develop: Develop) -> None:
    plain = encoded()
    content = plain[:2] + EXIF + COMMENT + plain[2:]

    made, shown = develop(exposure(content + b"\0" * 700))

    assert made.evidence == plain
    assert made.media_type == "image/jpeg"
    assert shown is not None
    assert np.array_equal(shown, decode_picture(plain))


@turbo
def test_tables_that_motion_jpeg_leaves_out_are_put_in(develop: Develop) -> None:
    plain = encoded()
    bare, at = plain, 0
    while (at := bare.find(b"\xff\xc4")) > 0:
        bare = bare[:at] + bare[at + 2 + int.from_bytes(bare[at + 2 : at + 4], "big") :]

    made, shown = develop(exposure(bare))

    assert b"\xff\xc4" in made.evidence
    assert shown is not None
    assert np.array_equal(shown, decode_picture(plain))
    assert np.array_equal(decode_picture(made.evidence), shown)


def test_metadata_of_a_png_goes_and_its_pixels_stay(develop: Develop) -> None:
    png = cv2.imencode(".png", scene())[1].tobytes()
    text = b"tEXtAuthor\0operator"
    chunk = (len(text) - 4).to_bytes(4, "big") + text + zlib.crc32(text).to_bytes(4, "big")

    made, shown = develop(exposure(png[:33] + chunk + png[33:], "image/png"))

    assert b"operator" not in made.evidence
    assert shown is not None
    assert np.array_equal(decode_picture(made.evidence), shown)
    assert np.array_equal(shown, scene()[:, :, ::-1])


def test_pixels_are_kept_as_png_without_loss(develop: Develop) -> None:
    made, shown = develop(PixelExposure(scene(), 1, 0.0))

    assert made.media_type == "image/png"
    assert shown is not None
    assert np.array_equal(decode_picture(made.evidence), scene()[:, :, ::-1])
    assert np.array_equal(shown, scene()[:, :, ::-1])


@turbo
@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_a_label_is_flattened_and_all_around_it_stays(sampling: str, develop: Develop) -> None:
    content = encoded(sampling)

    made, shown = develop(exposure(content), lambda _: [LABEL], mask_labels=True)

    x, y, width, height = LABEL
    assert shown is not None
    assert made.masked == (LABEL,)
    assert np.array_equal(decode_picture(made.evidence), shown)
    inside = shown[y : y + height, x : x + width].astype(int)
    assert np.abs(inside[2:-2, 2:-2] - inside[height // 2, width // 2]).max() <= 2
    changed = (shown != decode_picture(content)).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert y - 18 <= rows.min()
    assert rows.max() <= y + height + 18
    assert x - 18 <= columns.min()
    assert columns.max() <= x + width + 18


def test_labels_stay_where_the_recipe_does_not_ask(develop: Develop) -> None:
    content = encoded()

    made, _ = develop(exposure(content), lambda _: [LABEL])

    assert made.evidence == content
    assert made.masked == ()


def test_without_the_library_a_masked_jpeg_is_kept_as_png(
    develop: Develop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jpeg, "_library", lambda: None)
    content = encoded()

    made, shown = develop(exposure(content), lambda _: [LABEL], mask_labels=True)

    x, y, width, height = LABEL
    assert made.media_type == "image/png"
    assert shown is not None
    assert made.masked == (LABEL,)
    assert np.array_equal(decode_picture(made.evidence), shown)
    assert np.array_equal(shown[y + height :], decode_picture(content)[y + height :])
    assert shown[y : y + height, x : x + width].reshape(-1, 3).std(axis=0).max() == 0


@turbo
def test_lost_packets_are_noticed_wherever_they_are_missing(develop: Develop) -> None:
    content = encoded()
    header = content.index(b"\xff\xda")
    chance = np.random.default_rng(5)
    for _ in range(40):
        gap = int(chance.integers(header + 40, len(content) - 700))
        for damaged in (
            content[:gap] + content[gap + 512 :],
            content[:gap] + bytes(512) + content[gap + 512 :],
        ):
            with pytest.raises(TornError, match="torn: check its cable"):
                develop(exposure(damaged))


@pytest.mark.parametrize(
    ("colour", "share"),
    [
        (colour, share)
        for colour in ((0, 135, 0), (128, 128, 128), (0, 0, 0))
        for share in (1.0, 0.5, 0.2)
        if share < 1 or any(colour)
    ],
)
def test_a_picture_whose_rest_never_came_is_torn(
    colour: tuple[int, int, int], share: float, develop: Develop
) -> None:
    picture = scene()
    picture[round(HEIGHT * (1 - share)) :] = colour
    with pytest.raises(TornError):
        develop(PixelExposure(picture, 1, 0.0))


def test_an_overexposed_or_dark_picture_is_not_called_torn(develop: Develop) -> None:
    for level in (255, 2):
        develop(PixelExposure(np.full((HEIGHT, WIDTH, 3), level, np.uint8), 1, 0.0))


def test_a_picture_of_another_size_keeps_its_own_for_the_station_to_refuse(
    develop: Develop,
) -> None:
    made, _ = develop(exposure(encoded(picture=scene()[::2, ::2].copy())))

    assert (made.width, made.height) == (WIDTH // 2, HEIGHT // 2)


@pytest.mark.parametrize("content", [b"", b"no picture", b"\xff\xd8\xff\xd9", encoded()[:900]])
def test_what_is_no_picture_is_torn(content: bytes, develop: Develop) -> None:
    with pytest.raises(TornError):
        develop(exposure(content))
