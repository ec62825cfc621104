"""The measured part of a card: each set has its section, and measuring again replaces it."""

import pytest

from models.card import photographs_section, set_section, shown, with_section

CARD = "# Pack\n\n## Measured\n\nNothing yet.\n\n## Limits\n\n- Some.\n"


def figure(value: float | None, n: int = 10) -> dict[str, float | int | None]:
    if value is None:
        return {"value": None, "low": None, "high": None, "n": 0}
    return {"value": value, "low": value - 0.1, "high": value + 0.1, "n": n}


GRADED = {
    "grade_accuracy": figure(0.8, 40),
    "kappa": figure(0.7),
    "miss": figure(0.2),
    "leak": figure(0.1),
    "review_load": figure(0.3),
}
ANSWER = {
    "set": "held",
    "classes": {
        "stain": {
            "ap50": figure(0.81),
            "ap50_95": figure(0.5),
            "recall": figure(None),
            "noticed": figure(0.6),
            "boundary_px": figure(2.34),
            "n": 30,
        }
    },
    "overall": {"mask_map50": figure(0.81), "auroc": figure(0.95), **GRADED},
    "categories": {"mug": GRADED},
    "sizes": [
        {"defect": "stain", "quantity": "area", "unit": "mm2", "bias": 1.5, "error": 2.0,
         "covered": figure(0.9, 12)}
    ],
    "confusion": {"stain": {"stain": 7, "print": 2, "plain": 1}},
    "reliability": [{"low": 0.3, "high": 0.4, "confidence": 0.36, "true": 0.4, "n": 25}],
}  # fmt: skip


def test_a_set_is_told_in_tables() -> None:
    text = set_section(ANSWER)

    figures = "0.81 [0.71, 0.91] | 0.50 [0.40, 0.60] | unknown | 0.60 [0.50, 0.70]"
    assert f"| stain | {figures} | 2.3 [2.2, 2.4] | 30 |" in text
    assert "| mug | 0.80 [0.70, 0.90] |" in text
    assert "| stain area, mm2 | +1.50 | 2.00 | 0.90 [0.80, 1.00] | 12 |" in text
    assert "| stain | 7 of 10 | print 2, plain 1 |" in text
    assert "| 0.3 to 0.4 | 0.36 | 0.40 | 25 |" in text


def test_photographs_are_told_by_group() -> None:
    text = photographs_section(
        {
            "groups": [
                {"name": "mugs", "faulty": False, "alarmed": figure(0.1, 45), "by_class": {}}
            ],
            "auroc": figure(0.8),
            "recall": figure(None),
            "false_alarms": figure(0.1),
        }
    )

    assert "| mugs | clean | 0.10 [0.00, 0.20] | none | 45 |" in text
    assert "faulty against clean: 0.80" in text


def test_sections_are_added_and_replaced_by_their_title() -> None:
    once = with_section(CARD, "Set a", "First.")
    twice = with_section(with_section(once, "Set b", "Other."), "Set a", "Again.")

    assert "Nothing yet." not in once
    assert twice == (
        "# Pack\n\n## Measured\n\n### Set a\n\nAgain.\n\n### Set b\n\nOther.\n\n"
        "## Limits\n\n- Some.\n"
    )


def test_a_card_without_a_measured_part_is_not_written_into() -> None:
    with pytest.raises(ValueError, match="no ## Measured"):
        with_section("# Pack\n", "Set a", "First.")


def test_what_is_unknown_is_said_to_be() -> None:
    assert shown(None) == shown(figure(None)) == "unknown"
    assert shown({"value": 0.5, "low": None, "high": None}) == "0.50"
