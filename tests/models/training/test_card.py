"""A new card says what a pack learnt from, and that nothing was measured yet."""

from models.card import LIMITS, MEASURED, with_section
from models.training.card import Learning, card_text
from models.training.thresholds import Choice

LEARNING = Learning(
    steps=1200,
    minutes=51.4,
    parameters=412_345,
    returns=180,
    sets=["path-traced, seed 3"],
    threshold_returns=40,
    remarks=["Halted once."],
    photographs={"held-out": 7, "train": 9},
    held_out_digest="ab" * 32,
    photograph_sources=["Mugs: somewhere, CC0."],
)
CHOICES = {"broken_seal": Choice(0.35, 0.6, ((0.5, 0.4), (0.9, 0.8)), 0.91, 0.8, 0.01, 0.2, 44)}


def test_a_card_states_what_was_learnt_from_and_how_thresholds_did() -> None:
    card = card_text("goods", "1", "Apache-2.0", LEARNING, CHOICES)

    assert "412,345 parameters" in card
    assert "| broken_seal | 0.35 | 0.60 | 91 % | 80 % | 1 % | 20 % | 44 |" in card
    assert "Finds broken seal on returned goods" in card
    assert "ab" * 32 in card
    assert "- Halted once.\n" in card
    assert f"{MEASURED}\n\nNothing yet.\n\n{LIMITS}\n" in card


def test_a_card_takes_what_is_measured_later() -> None:
    card = card_text("goods", "1", "Apache-2.0", LEARNING, CHOICES)

    assert "Nothing yet." not in with_section(card, "Set other", "Good.")
