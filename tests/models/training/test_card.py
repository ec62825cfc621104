"""A new card says what a pack learnt from, and that nothing was measured yet."""

from dataclasses import replace

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


def test_a_card_says_which_pack_and_whose_labels_it_learnt_from() -> None:
    own = replace(
        LEARNING,
        labelled=[
            "8 labelled pictures with 9 faults of caps, labelled for stain; 2 were kept back."
        ],
        started_from="the weights of goods 7",
    )
    card = card_text("caps", "1", "Apache-2.0", own, CHOICES)

    assert "Trained from the weights of goods 7: 1200 steps" in card
    assert "- 8 labelled pictures with 9 faults of caps" in card
    assert "No real fault was learnt from" not in card
    assert "No real fault was learnt from" in card_text("goods", "1", "MIT", LEARNING, CHOICES)


def test_a_card_knows_what_nobody_could_tell() -> None:
    unjudged = {"stain": Choice(0.4, 0.63, (), None, None, None, None, 0)}
    card = card_text("goods", "1", "MIT", replace(LEARNING, judged=False), unjudged)

    assert "| stain | 0.40 | 0.63 | unknown | unknown | unknown | unknown | 0 |" in card
    assert "how often it alarms is unknown" in card
