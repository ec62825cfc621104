import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from station.adapters.cameras.presence import Look, Presence
from station.domain.events import BenchView

EMPTY = np.full((180, 320), 90, np.uint8)


def with_box(x: int = 100, level: int = 170) -> Look:
    look = EMPTY.copy()
    look[50:130, x : x + 120] = level
    return look


def views(watch: Presence, *looks: Look) -> list[BenchView]:
    return [view for look in looks if (view := watch.see(look)) is not None]


def test_an_empty_bench_is_said_once() -> None:
    assert views(Presence(EMPTY), *[EMPTY] * 10) == [BenchView.EMPTY]


def test_an_item_that_arrives_disturbs_and_then_lies_still() -> None:
    watch = Presence(EMPTY)

    seen = views(watch, *[EMPTY] * 3, *[with_box(x) for x in (0, 30, 60, 100)], *[with_box()] * 6)

    assert seen == [BenchView.EMPTY, BenchView.DISTURBED, BenchView.STILL]


def test_turning_the_item_over_disturbs_it_and_taking_it_off_leaves_the_bench_empty() -> None:
    watch = Presence(EMPTY)
    views(watch, *[with_box()] * 6)

    turned = views(watch, with_box(60), with_box(100, 140), *[with_box(100, 140)] * 5)
    gone = views(watch, *[EMPTY] * 5)

    assert turned == [BenchView.DISTURBED, BenchView.STILL]
    assert gone[-1] is BenchView.EMPTY


def test_one_quick_look_at_an_empty_bench_is_not_believed() -> None:
    watch = Presence(EMPTY)
    views(watch, *[with_box()] * 6)

    assert BenchView.EMPTY not in views(watch, EMPTY, *[with_box()] * 6)


def test_daylight_that_comes_slowly_does_not_occupy_the_bench() -> None:
    watch = Presence(EMPTY)
    ramp = [np.full_like(EMPTY, 90 + step // 10) for step in range(500)]

    assert views(watch, *ramp) == [BenchView.EMPTY]


def test_a_share_that_flickers_between_its_limits_changes_nothing() -> None:
    watch = Presence(EMPTY)
    views(watch, *[EMPTY] * 3)
    little = EMPTY.copy()
    little.flat[: int(0.006 * little.size)] = 255

    assert views(watch, *[little, EMPTY] * 20) == []


@given(st.lists(st.sampled_from(["empty", "box", "moved", "noise"]), max_size=40))
def test_views_are_said_only_when_they_change(steps: list[str]) -> None:
    watch = Presence(EMPTY)
    rng = np.random.default_rng(1)
    looks = {
        "empty": EMPTY,
        "box": with_box(),
        "moved": with_box(20),
        "noise": rng.integers(0, 255, EMPTY.shape, dtype=np.uint8),
    }

    seen = views(watch, *[looks[step] for step in steps])

    assert all(a is not b for a, b in itertools.pairwise(seen))
