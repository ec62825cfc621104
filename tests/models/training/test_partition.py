from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from models.training.partition import PHOTOGRAPH_SHARES, RETURN_SHARES, Part, names_digest, part_of


def test_shares_are_met_over_many_sources() -> None:
    parts = Counter(part_of(f"garment/{number}", PHOTOGRAPH_SHARES) for number in range(4000))

    assert abs(parts[Part.HELD_OUT] / 4000 - PHOTOGRAPH_SHARES.held_out) < 0.03
    assert abs(parts[Part.VALIDATION] / 4000 - PHOTOGRAPH_SHARES.validation) < 0.03


def test_no_rendered_return_is_held_out_of_its_own_set() -> None:
    parts = {part_of(f"7/r{number:04d}", RETURN_SHARES) for number in range(300)}

    assert parts == {Part.TRAIN, Part.VALIDATION}


@given(st.lists(st.text(min_size=1).filter(lambda name: "\n" not in name), unique=True))
def test_a_digest_of_names_does_not_depend_on_their_order(names: list[str]) -> None:
    assert names_digest(names) == names_digest(list(reversed(names)))


def test_a_digest_of_names_changes_with_a_name() -> None:
    assert names_digest(["a", "b"]) != names_digest(["a", "c"])
