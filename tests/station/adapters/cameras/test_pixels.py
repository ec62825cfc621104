from collections.abc import Iterator
from multiprocessing.shared_memory import SharedMemory

import numpy as np
import pytest

from station.adapters.cameras.pixels import PixelPlace, Pixels, pixels_of


@pytest.fixture
def pixels() -> Iterator[Pixels]:
    store = Pixels(12, places=2)
    yield store
    store.close()


def fill(place: PixelPlace, value: int) -> None:
    memory = SharedMemory(place.name)
    pixels_of(memory, place.width, place.height)[:] = value
    memory.close()


def test_what_is_put_is_found_by_its_digest_until_it_is_released(pixels: Pixels) -> None:
    place = pixels.take(4, 3)
    fill(place, 7)
    pixels.put("a", "i1", place)

    kept = pixels.picture("a")

    assert kept is not None
    assert kept.shape == (3, 4, 3)
    assert np.all(kept == 7)
    pixels.release("i1")
    assert pixels.picture("a") is None


def test_the_oldest_picture_gives_way_but_never_one_that_is_lent(pixels: Pixels) -> None:
    for digest in ("a", "b"):
        pixels.put(digest, "i", pixels.take(4, 3))

    with pixels.lend("a") as lent:
        taken = pixels.take(4, 3)
        assert lent is not None
        assert taken.name != lent.name
        with pytest.raises(BufferError):
            pixels.take(4, 3)
        pixels.give_back(taken)

    assert pixels.picture("a") is not None
    assert pixels.picture("b") is None


def test_a_lent_picture_survives_the_release_of_its_inspection(pixels: Pixels) -> None:
    pixels.put("a", "i", pixels.take(4, 3))

    with pixels.lend("a"):
        pixels.release("i")

        assert pixels.picture("a") is not None


def test_nothing_is_lent_for_an_unknown_digest(pixels: Pixels) -> None:
    with pixels.lend("nothing") as place:
        assert place is None
