"""The device that plays is a camera to the real USB source."""

import itertools
import time

import numpy as np

from station.adapters.cameras.sources.uvc import UvcSettings, UvcSource
from station.virtual.mjpeg_device import MjpegDevice, noisy_jpegs

WIDTH, HEIGHT, RATE = 320, 240, 50.0


def source() -> UvcSource:
    picture = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
    picture[::8] = 160
    device = MjpegDevice(noisy_jpegs(picture, 2, seed=1), RATE)
    made = UvcSource("/dev/null", UvcSettings(WIDTH, HEIGHT), open_device=device.open)
    made.open()
    return made


def test_no_two_frames_are_alike_and_each_was_exposed_after_the_one_before() -> None:
    camera = source()

    frames = [camera.grab("bright") for _ in range(8)]

    assert len({frame.evidence for frame in frames}) == 8
    stamps = [frame.monotonic_s for frame in frames]
    assert all(later - earlier >= 0.99 / RATE for earlier, later in itertools.pairwise(stamps))
    assert stamps[-1] <= time.monotonic()


def test_who_looks_now_and_then_does_not_see_one_picture_for_ever() -> None:
    camera = source()

    looks = [camera.look().tobytes() for _ in range(24)]

    assert len(set(looks[::2])) > 1
    assert len(set(looks[::3])) > 1


def test_it_is_seen_live() -> None:
    look = source().look()

    assert look.shape == (180, 320, 3)
    assert 100 < look.mean() < 180
