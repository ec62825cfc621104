import numpy as np
import pytest

from models.rendering.fast.families.index import FAMILIES
from models.rendering.fast.faults.index import KINDS, add_fault
from models.rendering.fast.fields import f32
from models.rendering.fast.surface import Part, Seal, Surface, blank

TEXEL_MM = 0.3


def panel(rng: np.random.Generator) -> Surface:
    """A flat plate, half board and half metal, with a seal and a part that can come off."""
    surface = blank((150.0, 110.0, 20.0), TEXEL_MM, f32([0.5, 0.4, 0.3]), margin_mm=0.0)
    surface.cover[...] = 1
    surface.albedo *= np.exp(f32(0.02) * rng.standard_normal(surface.shape, np.float32))[..., None]
    rows, columns = surface.shape
    surface.metal[:, columns // 2 :] = 1
    line = np.array([[20.0, rows - 20.0], [columns - 20.0, rows - 20.0]])
    surface.seals.append(Seal(line, 4.0))
    extent = np.zeros(surface.shape, np.bool_)
    extent[30:60, 30:60] = True

    def take_off(bare: Surface, _rng: np.random.Generator) -> None:
        bare.height[extent] -= 1
        bare.albedo[extent] = 0.05

    surface.parts.append(Part(extent, take_off))
    return surface


def changed(before: Surface, after: Surface) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return (
        (np.abs(before.albedo - after.albedo).max(axis=2) > 0.01)
        | (np.abs(before.height - after.height) > 0.01)
        | (before.film != after.film)
    )


@pytest.mark.parametrize("defect", sorted(KINDS))
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_fault_changes_the_surface_where_it_says(defect: str, seed: int) -> None:
    sound, faulty = panel(np.random.default_rng(seed)), panel(np.random.default_rng(seed))
    assert add_fault(faulty, defect, np.random.default_rng([seed, 7]))
    (fault,) = faulty.faults
    inside = fault.extent > 0.5
    where = changed(sound, faulty)
    assert where[inside].mean() > 0.5 or defect == "pilling"
    far = np.ones(sound.shape, np.bool_)
    rows, columns = np.nonzero(fault.extent > 0.02)
    reach = 60
    far[max(0, rows.min() - reach) : rows.max() + reach,
        max(0, columns.min() - reach) : columns.max() + reach] = False  # fmt: skip
    assert not where[far].any()


@pytest.mark.parametrize("defect", sorted(KINDS))
def test_true_sizes_are_those_of_the_extent(defect: str) -> None:
    surface = panel(np.random.default_rng(4))
    assert add_fault(surface, defect, np.random.default_rng(5))
    (fault,) = surface.faults
    truth = {quantity.quantity: quantity.value for quantity in fault.truth}
    assert truth["length"] >= truth["width"] > 0
    assert truth["area"] <= surface.size_mm[0] * surface.size_mm[1]
    covered = float(fault.extent.sum()) * TEXEL_MM**2
    assert truth["area"] == pytest.approx(covered, rel=0.35)
    if defect in ("stain", "discolouration"):
        assert truth["delta_e00"] >= 4


@pytest.mark.parametrize("defect", sorted(KINDS))
def test_equal_seeds_make_equal_faults(defect: str) -> None:
    made = []
    for _ in range(2):
        surface = panel(np.random.default_rng(8))
        add_fault(surface, defect, np.random.default_rng(9))
        made.append(surface)
    assert np.array_equal(made[0].albedo, made[1].albedo)
    assert np.array_equal(made[0].height, made[1].height)


def test_faults_keep_apart() -> None:
    surface = panel(np.random.default_rng(1))
    rng = np.random.default_rng(2)
    for _ in range(12):
        add_fault(surface, "stain", rng)
    assert len(surface.faults) > 2
    shared = np.sum([fault.extent > 0.5 for fault in surface.faults], axis=0)
    assert shared.max() == 1


def test_only_metal_oxidises() -> None:
    surface = panel(np.random.default_rng(1))
    surface.metal[...] = 0
    assert not add_fault(surface, "oxidation", np.random.default_rng(2))
    assert surface.faults == []


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_family_makes_sound_items_that_keep_their_ranges(family: str) -> None:
    surface = FAMILIES[family].make(np.random.default_rng(3), 0.5, "09510000000012")
    surface.settle()
    assert surface.faults == []
    assert float(surface.albedo.min()) > 0
    assert float(surface.albedo.max()) < 1
    assert np.isfinite(surface.height).all()
    assert float(surface.cover.max()) == 1
    assert set(FAMILIES[family].faults) <= set(KINDS)
