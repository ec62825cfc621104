from collections import Counter

import pytest

from models.rendering.graphics import check_digit, ean13
from models.rendering.plan import Recipe, plan_return


@pytest.mark.parametrize(
    ("digits", "expected"), [("629104150021", "3"), ("0952000010000", "1"), ("400638133393", "1")]
)
def test_check_digits_follow_gs1(digits: str, expected: str) -> None:
    assert check_digit(digits) == expected


def test_an_ean13_symbol_has_guards_and_95_modules() -> None:
    modules = ean13("04006381333931")
    assert len(modules) == 95
    assert modules.startswith("101")
    assert modules.endswith("101")
    assert modules[45:50] == "01010"
    assert modules[3:45] == "000110101001110101111011110100010010110011"


@pytest.mark.parametrize("recipe", ["demo", "training"])
def test_plans_repeat_by_seed_and_differ_between_seeds(recipe: Recipe) -> None:
    def sizes(seed: int) -> list[tuple[str, float]]:
        plans = [plan_return(seed, index, recipe) for index in range(40)]
        return [(fault.defect, fault.size) for plan in plans for fault in plan.faults]

    assert sizes(5) == sizes(5)
    assert sizes(5) != sizes(6)


def test_forty_demo_returns_hold_the_stated_mix_of_grades() -> None:
    outcomes = Counter(plan_return(7, index, "demo").outcome for index in range(40))
    assert outcomes == {"clean": 12, "light": 8, "repair": 12, "scrap": 8}


def test_a_demo_product_keeps_its_size_and_its_valid_gtin() -> None:
    plans = [plan_return(7, index, "demo") for index in range(40)]
    sizes = {(plan.product.gtin, plan.product.size_mm) for plan in plans}
    assert len(sizes) == len({gtin for gtin, _ in sizes}) == 6
    assert all(gtin[-1] == check_digit(gtin[:-1]) and gtin[1:4] == "952" for gtin, _ in sizes)


def test_serials_and_ids_are_unique() -> None:
    plans = [plan_return(7, index, "demo") for index in range(200)]
    assert len({plan.serial for plan in plans}) == 200
    assert len({plan.return_id for plan in plans}) == 200


def test_clean_returns_carry_no_fault_and_others_do() -> None:
    for index in range(100):
        plan = plan_return(3, index, "training")
        assert bool(plan.faults) == (plan.outcome != "clean")
        assert len(plan.faults) <= 3


def test_every_defect_and_pose_is_drawn() -> None:
    faults = [f for index in range(200) for f in plan_return(3, index, "training").faults]
    assert {fault.defect for fault in faults} == {"scratch", "dent", "stain", "tear"}
    assert {fault.pose for fault in faults} == {"top", "bottom"}


def test_the_demo_dents_only_the_pose_that_has_raking_light() -> None:
    demo = [f for index in range(200) for f in plan_return(7, index, "demo").faults]
    training = [f for index in range(200) for f in plan_return(7, index, "training").faults]
    assert {fault.pose for fault in demo if fault.defect == "dent"} == {"top"}
    assert {fault.pose for fault in training if fault.defect == "dent"} == {"top", "bottom"}
