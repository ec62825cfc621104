"""The virtual bench as its camera sees it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from station.virtual.camera import VirtualCamera, VirtualExposure
from station.virtual.world import Glance, Scene, World, visit
from tests.support.tiny_set import HEIGHT, WIDTH, bench, box, tiny_set


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_set(tmp_path_factory.mktemp("pictures"), returns=2).path


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    made.shine({"bright": 1.0})
    yield made
    made.close()


def camera(pictures: Path, glance: Callable[[Glance], Scene], seed: int = 1) -> VirtualCamera:
    made = VirtualCamera(pictures, seed, glance)
    made.open()
    return made


def seen(exposure: VirtualExposure) -> np.ndarray:
    picture = cv2.imdecode(np.frombuffer(exposure.evidence, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (HEIGHT, WIDTH, 3)
    return picture.astype(np.float32)


def unlike(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a.astype(np.float32) - b.astype(np.float32)).mean())


def test_it_shows_what_lies_there_under_the_light_as_applied(pictures: Path, world: World) -> None:
    source = camera(pictures, visit(world.address))

    assert unlike(seen(source.grab("")), bench("bright")) < 4
    world.lay("r0001", "top")
    assert unlike(seen(source.grab("")), box("bright", 1, stained=True)) < 4
    world.shine({"raking": 1.0})
    assert unlike(seen(source.grab("")), box("raking", 1, stained=True)) < 4
    world.shine({"bright": 1.0})
    world.turn("bottom")
    assert unlike(seen(source.grab("")), box("bright", 1, stained=False)) < 4


def test_without_light_it_is_dark_and_a_hand_hides_the_item(pictures: Path, world: World) -> None:
    source = camera(pictures, visit(world.address))
    world.lay("r0000", "top")
    plain = seen(source.grab(""))
    world.reach(hand=True)

    assert unlike(seen(source.grab("")), plain) > 4
    world.shine({})
    assert seen(source.grab("")).mean() < 4


def test_no_two_exposures_are_alike_and_the_same_shift_gives_the_same_frames(
    pictures: Path,
) -> None:
    def shift(seed: int) -> list[bytes]:
        scenes = iter(
            Scene("r0000", "top", lamps=(("bright", 1.0),), exposures=n) for n in range(1, 4)
        )
        source = camera(pictures, lambda _: next(scenes), seed)
        return [source.grab("").evidence for _ in range(3)]

    first = shift(1)

    assert len(set(first)) == 3
    assert shift(1) == first
    assert not set(shift(2)) & set(first)


def test_exposures_are_counted_by_the_world_so_a_new_camera_repeats_none(
    pictures: Path, world: World
) -> None:
    before = camera(pictures, visit(world.address)).grab("").evidence

    assert camera(pictures, visit(world.address)).grab("").evidence != before
    assert world.scene.exposures == 2


def test_looks_are_waited_for(pictures: Path, world: World) -> None:
    source = camera(pictures, visit(world.address))

    assert not world.wait_looks(1, timeout_s=0.01)
    assert source.look().shape == (180, 320, 3)
    assert world.scene.looks == 1


def test_a_world_that_has_ended_is_an_error_in_words() -> None:
    world = World()
    world.close()

    with pytest.raises(OSError, match="virtual bench is gone"):
        visit(world.address)
