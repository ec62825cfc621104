"""Tables of edges: what is learnt holds for what was not learnt from."""

from dataclasses import replace

import numpy as np
import pytest

from calibration.edges import EdgeTable, shipped_edges
from calibration.learning import Sample, learn, learn_pooled
from calibration.measurands import KINDS
from calibration.measure import measure
from calibration.plane import Scale
from calibration.proposals import proposed
from calibration.region import MeasurementError
from tests.support.drawn import ellipse


def drawn(rng: np.random.Generator, count: int) -> list[Sample]:
    """Sizes read too large, the more so the smaller and paler the fault is."""
    size = np.exp(rng.uniform(np.log(5), np.log(200), count))
    contrast = rng.uniform(0.5, 8, count)
    error = rng.standard_t(4, count) * (0.4 / np.sqrt(size) + 0.2 / contrast**2)
    read = size * (1 + 2 / size) * np.exp(error * 0.6)
    return [
        Sample("stain", "length", float(r), float(c), float(r), float(s))
        for s, c, r in zip(size, contrast, read, strict=True)
    ]


def test_what_is_learnt_covers_new_faults_of_the_same_kind_95_times_in_100() -> None:
    rng = np.random.default_rng(8)
    table = learn(drawn(rng, 3000), "drawn")
    held = 0
    for sample in drawn(rng, 3000):
        edge = table.edge("stain", "length", sample.size_px, sample.contrast)
        assert edge is not None
        value = sample.read * edge.factor
        held += abs(value - sample.true) <= 2 * edge.u * value

    assert held / 3000 == pytest.approx(0.95, abs=0.02)


def test_a_small_pale_fault_is_less_well_known_than_a_large_clear_one() -> None:
    table = learn(drawn(np.random.default_rng(8), 3000), "drawn")
    small, large = table.edge("stain", "length", 6, 0.6), table.edge("stain", "length", 150, 7)

    assert small is not None
    assert large is not None
    assert small.u > 3 * large.u
    assert small.factor < large.factor < 1.02


def test_few_faults_give_one_cell_and_not_an_empty_one() -> None:
    table = learn(drawn(np.random.default_rng(1), 12), "drawn")

    (grid,) = table.grids.values()
    assert grid.cells[0][0].trials == 12
    assert table.edge("stain", "area", 10, 1.0) is None


def test_a_table_reads_as_it_was_written() -> None:
    table = learn(drawn(np.random.default_rng(3), 700), "drawn")

    assert EdgeTable.parse(table.text()).text() == table.text()


@pytest.mark.parametrize(
    "text",
    ["", "schema = 2\n", "schema = 1\nsource = 'x'\n[[grid]]\nkind = 'stain'\n", "schema ="],
)
def test_a_wrong_table_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(MeasurementError, match="learn it again with 'regrade measure edges'"):
        EdgeTable.parse(text)


def test_the_shipped_table_knows_every_quantity_of_every_kind() -> None:
    table = shipped_edges()
    for kind in KINDS:
        for one in measure(kind, [(0, 0), (40, 4), (60, 30), (10, 20)], None, None):
            assert table.edge(kind, one.quantity, 30, None), (kind, one.quantity)


def test_with_a_table_a_size_is_corrected_and_the_budget_names_every_cause() -> None:
    outline = [(0.0, 0.0), (40.0, 0.0), (40.0, 20.0), (0.0, 20.0)]
    raw = measure("dent", outline, Scale(0.5, 0.02), None)[2]
    edge = shipped_edges().edge("dent", "area", 20 * 2**0.5, None)
    assert edge is not None

    known = measure("dent", outline, Scale(0.5, 0.02), None, edges=shipped_edges())[2]

    assert known.value == pytest.approx(raw.value * edge.factor)
    assert {part.cause: part.u for part in known.budget} == pytest.approx(
        {"edge": edge.u * known.value, "scale": 2 * 0.01 * known.value}
    )
    assert known.height == "stated scale"


def test_proposed_outlines_run_wide_of_the_truth_and_lose_ends_of_scratches() -> None:
    rng = np.random.default_rng(5)
    blot = ellipse((90, 90), (30, 20), 0.3, 180) > 0
    line = ellipse((90, 90), (70, 1.6), 0.3, 180) > 0
    areas = [np.count_nonzero(proposed(blot, "stain", rng)[0]) for _ in range(60)]
    spans = [np.ptp(np.argwhere(proposed(line, "scratch", rng)[0])[:, 1]) for _ in range(60)]

    assert 1.05 < np.median(areas) / np.count_nonzero(blot) < 1.35
    assert min(spans) < 0.8 * max(spans)


def test_a_packs_own_table_counts_only_where_it_rests_on_enough_outlines() -> None:
    rng = np.random.default_rng(3)
    base = learn(drawn(rng, 400), "many")
    kind, quantity, _ = next(iter(base.grids))
    same = [each for each in drawn(rng, 400) if (each.kind, each.quantity) == (kind, quantity)]
    twice = [replace(each, read=each.read / 2) for each in same]
    few, enough = learn(twice[:19], "few").over(base), learn(twice, "own").over(base)

    contrast = twice[0].contrast
    shipped = base.edge(kind, quantity, 30, contrast)
    own = enough.edge(kind, quantity, 30, contrast)
    assert shipped is not None
    assert own is not None
    assert few.edge(kind, quantity, 30, contrast) == shipped
    assert own.factor == pytest.approx(2 * shipped.factor, rel=0.2)
    assert "own, over many" in enough.source


def test_a_kind_that_a_pack_seldom_finds_is_known_no_better_than_all_it_finds() -> None:
    rng = np.random.default_rng(3)
    stains = drawn(rng, 400)
    tears = [replace(each, kind="tear") for each in drawn(rng, 400)]
    base = learn([*stains, *tears], "many")
    wild = [replace(each, true=each.true * float(rng.uniform(0.4, 2.5))) for each in stains]
    pack = learn_pooled([*wild, *tears[:3]], "own").over(base)

    sure, unsure = (table.edge("tear", "length", 150, 7) for table in (base, pack))
    assert sure is not None
    assert unsure is not None
    assert unsure.factor == sure.factor
    assert unsure.u > 0.3 > sure.u
    assert learn(wild, "own").over(base).edge("tear", "length", 150, 7) == sure
