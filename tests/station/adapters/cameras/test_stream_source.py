"""Films and network streams through FFmpeg: the latest frame, never a waiting one."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from http_camera import HttpCamera
from numpy.typing import NDArray

from models.runtime.pictures import decode_picture
from station.adapters.cameras.sources.source import Exposure, PixelExposure, SettingsError
from station.adapters.cameras.sources.stream import StreamSettings, StreamSource

WIDTH, HEIGHT, RATE = 320, 240, 25.0
SIZE = StreamSettings(WIDTH, HEIGHT, latency_s=0.5)


def picture(
    level: int, width: int = WIDTH, height: int = HEIGHT
) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    return np.full((height, width, 3), level, np.uint8)


def picture_of(taken: Exposure | PixelExposure) -> NDArray[Any]:
    if isinstance(taken, PixelExposure):
        return taken.pixels
    assert taken.media_type == "image/jpeg"
    return decode_picture(taken.evidence)


def level_of(taken: Exposure | PixelExposure) -> int:
    return round(float(picture_of(taken).mean()))


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Frame n is grey, 2 n bright."""
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(
        str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"MJPG"), RATE, (WIDTH, HEIGHT)
    )
    assert writer.isOpened()
    for n in range(50):
        writer.write(picture(2 * n))
    writer.release()
    return path


@pytest.fixture
def camera() -> Iterator[HttpCamera]:
    camera = HttpCamera((WIDTH, HEIGHT), RATE)
    yield camera
    camera.close()


def test_a_film_is_played_at_its_own_rate_and_is_over_at_its_end(film: Path) -> None:
    source = StreamSource(str(film), SIZE)
    assert source.open() == {"width": WIDTH, "height": HEIGHT, "rate": RATE}

    begun_s = time.monotonic()
    levels: list[int] = []
    over = ""
    while not over:
        try:
            taken = source.grab("bright")
        except OSError as error:
            over = str(error)
        else:
            levels.append(level_of(taken))
    played_s = time.monotonic() - begun_s
    source.close()

    assert over == f"{film} delivers no more pictures: the film is over."
    assert levels == sorted(levels)
    assert levels[-1] > 80
    assert played_s > 40 / RATE


def test_a_slow_taker_of_a_film_gets_the_frame_of_the_moment(film: Path) -> None:
    begun_s = time.monotonic()
    source = StreamSource(str(film), SIZE)
    source.open()
    source.grab("bright")
    time.sleep(1.0)

    frame = level_of(source.grab("bright")) / 2
    passed = (time.monotonic() - begun_s) * RATE
    source.close()

    assert frame >= RATE / 2
    assert frame <= passed + 3


def test_a_stream_gives_only_what_was_exposed_after_the_wish(camera: HttpCamera) -> None:
    source = StreamSource(camera.url, SIZE)
    source.open()
    levels, stamps = [], []
    for level in (20, 120, 60, 220):
        camera.level = level
        asked_s = time.monotonic()
        taken = source.grab("bright")
        levels.append(level_of(taken))
        stamps.append(taken.monotonic_s >= asked_s)
    look = source.look()
    source.close()

    assert levels == pytest.approx([20, 120, 60, 220], abs=2)
    assert all(stamps)
    assert look.shape == (180, 320, 3)


def test_motion_jpeg_is_kept_as_the_camera_sent_it(camera: HttpCamera) -> None:
    source = StreamSource(camera.url, SIZE)
    source.open()
    taken = source.grab("bright")
    source.close()

    assert isinstance(taken, Exposure)
    assert taken.evidence == cv2.imencode(".jpg", picture(camera.level))[1].tobytes()


def test_a_film_in_another_format_is_given_as_pixels(tmp_path: Path) -> None:
    path = tmp_path / "film.avi"
    kind = cv2.VideoWriter.fourcc(*"FFV1")
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, kind, RATE, (WIDTH, HEIGHT))
    assert writer.isOpened()
    for _ in range(20):
        writer.write(picture(80))
    writer.release()
    source = StreamSource(str(path), SIZE)
    source.open()
    taken = source.grab("bright")
    look = source.look()
    source.close()

    assert isinstance(taken, PixelExposure)
    assert level_of(taken) == 80
    assert look.shape == (180, 320, 3)


def test_a_stream_that_pauses_is_lost(camera: HttpCamera) -> None:
    source = StreamSource(camera.url, SIZE)
    source.open()
    source.grab("bright")
    camera.paused.set()

    said = ""
    for _ in range(3):  # what was on its way still comes
        try:
            source.grab("bright")
        except OSError as error:
            said = str(error)
    camera.stopped.set()
    source.close()

    assert "delivers no more pictures: check the camera and its network" in said


def test_a_stream_of_another_size_is_refused_in_words(camera: HttpCamera) -> None:
    with pytest.raises(SettingsError, match="delivers 320x240 pixels, 640x480 was asked"):
        StreamSource(camera.url, StreamSettings(640, 480)).open()


def test_a_stream_that_changes_its_size_never_passes_for_the_old_one(camera: HttpCamera) -> None:
    source = StreamSource(camera.url, SIZE)
    source.open()
    source.grab("bright")
    camera.level, camera.size = 200, (640, 480)

    shapes = []
    try:
        for _ in range(6):
            taken = source.grab("bright")
            if level_of(taken) > 100:
                shapes.append(picture_of(taken).shape)
    except OSError:
        shapes.append(())  # it lost the stream, which is as good
    source.close()

    assert shapes
    assert (HEIGHT, WIDTH, 3) not in shapes


def test_what_is_not_there_is_a_sentence_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="is no film: correct its path"):
        StreamSource(str(tmp_path / "none.avi"), SIZE).open()
    with pytest.raises(OSError, match=r"^rtsp://127\.0\.0\.1:9/live cannot be opened") as lost:
        StreamSource("rtsp://bench:secret@127.0.0.1:9/live", SIZE).open()

    assert "secret" not in str(lost.value)
    for odd in ("rtsp://:secret@127.0.0.1:9/live", "rtsp://bench:sec@ret@127.0.0.1:9/live"):
        with pytest.raises(OSError, match=r"^rtsp://127\.0\.0\.1:9/live cannot be opened"):
            StreamSource(odd, SIZE).open()


def test_a_live_picture_comes_with_every_frame_and_evidence_waits_for_the_way_it_took(
    camera: HttpCamera,
) -> None:
    source = StreamSource(camera.url, SIZE)
    source.open()
    begun_s = time.monotonic()
    for _ in range(10):
        source.look()
    looked_s = time.monotonic() - begun_s
    begun_s = time.monotonic()
    source.grab("bright")
    grabbed_s = time.monotonic() - begun_s
    source.close()

    assert looked_s < 10 * SIZE.latency_s / 2
    assert grabbed_s >= SIZE.latency_s
