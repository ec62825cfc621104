"""The light proof tried on rendered benches: true ones pass, and what lies is caught."""

from pathlib import Path

import pytest

from models.rendering.fast.render import render_fast_set
from station.app.defaults import PICTURES
from station.app.proof_trials import ATTACKS, TRUE, ProofTrials

ASKED = ("stuck", "replayed", "swapped", "printed", "bent print")


def test_cartons_of_the_virtual_bench_pass_and_lies_about_them_do_not() -> None:
    rows = ProofTrials([PICTURES], seed=3, most_items=8).run(12, lambda done, total: None)

    refused = {row.kind: row.refused.value for row in rows}
    assert refused == {TRUE: 0.0, **dict.fromkeys(ATTACKS, 1.0)}
    assert {code for row in rows if row.kind == "printed" for code in row.codes} == {"picture-flat"}


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_of_a_thousand_lies_of_each_kind_one_passes_at_most(tmp_path: Path) -> None:
    places = [tmp_path / f"s{seed}" for seed in range(9401, 9407)]
    for place in places:
        render_fast_set(place, 25, int(place.name[1:]), width=320)

    rows = ProofTrials(places, seed=11).run(1000, lambda done, total: None)

    let_by = {row.kind: round(1000 * (1 - (row.refused.value or 0))) for row in rows}
    assert 1000 - let_by[TRUE] <= 1
    assert all(let_by[kind] <= 1 for kind in ASKED), let_by
    assert let_by["moved"] <= 15
