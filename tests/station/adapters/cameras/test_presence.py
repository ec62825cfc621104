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


def test_lamps_that_warm_up_under_an_item_leave_it_lying_and_the_bench_empty_after_it() -> None:
    watch = Presence(EMPTY)
    views(watch, *[with_box()] * 6)
    drift = [np.clip(with_box() * (1 + step / 400), 0, 255).astype(np.uint8) for step in range(120)]
    bare = np.clip(EMPTY * (1 + 120 / 400), 0, 255).astype(np.uint8)

    assert views(watch, *drift) == []
    assert views(watch, *[bare] * 4)[-1] is BenchView.EMPTY


def test_a_sheet_over_the_whole_bench_is_no_lamp_that_became_brighter() -> None:
    watch = Presence(EMPTY)
    views(watch, *[EMPTY] * 4)

    seen = views(watch, *[np.full_like(EMPTY, 125)] * 60)

    assert BenchView.EMPTY not in seen
    assert seen[-1] is BenchView.STILL


def with_hand(look: Look) -> Look:
    seen = look.copy()
    seen[120:, 140:180] = 150
    return seen


def test_a_hand_that_rests_on_the_item_is_not_taken_for_stillness() -> None:
    watch = Presence(EMPTY)

    held = views(watch, *[EMPTY] * 3, *[with_hand(with_box())] * 10)
    let_go = views(watch, *[with_box()] * 5)

    assert held == [BenchView.EMPTY, BenchView.DISTURBED]
    assert let_go == [BenchView.STILL]


def test_what_lies_across_the_rim_for_long_is_no_hand_so_it_can_be_pictured_and_refused() -> None:
    watch = Presence(EMPTY)

    assert views(watch, *[with_hand(EMPTY)] * 30)[-1] is BenchView.STILL


def test_a_shadow_that_fades_out_over_the_rim_is_no_hand() -> None:
    look = with_box()
    fade = np.abs(np.arange(320) - 160)[None, :] / 60
    look[130:] = (EMPTY[130:] * np.clip(0.5 + 0.5 * fade, 0, 1)).astype(np.uint8)

    assert views(Presence(EMPTY), *[look] * 6)[-1] is BenchView.STILL
