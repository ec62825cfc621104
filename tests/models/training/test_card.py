from models.runtime.metrics import ClassFigures, Figure, Metrics, OverallFigures
from models.training.card import Learning, card_text
from models.training.reality import RealAnswer
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
CHOICES = {"stain": Choice(0.35, 0.6, ((0.5, 0.4), (0.9, 0.8)), 0.91, 0.8, 0.01, 0.2, 44)}
METRICS = Metrics(
    set="held",
    classes={
        "stain": ClassFigures(
            ap50=Figure(value=0.81, low=0.7, high=0.9, n=30),
            ap50_95=Figure(value=0.5),
            recall=Figure(),
            n=30,
        )
    },
    overall=OverallFigures(mask_map50=Figure(value=0.81), auroc=Figure(value=0.95)),
)
ANSWERS = (
    RealAnswer("intact mugs", False, 20, 5, {"dent": 5}, (0.2,) * 20),
    RealAnswer("dented mugs", True, 10, 8, {"dent": 8}, (0.7,) * 10),
)


def test_a_card_states_every_figure_with_its_bounds() -> None:
    card = card_text("carton", "1", "Apache-2.0", LEARNING, CHOICES, METRICS, ANSWERS)

    assert "412,345 parameters" in card
    assert "| stain | 0.35 | 0.60 | 91 % | 80 % | 1 % | 20 % | 44 |" in card
    assert "| stain | 0.81 [0.70, 0.90] | 0.50 | unknown | 30 |" in card
    assert "| intact mugs | clean | 5 of 20 (25 %, 11 % to 47 %) | dent 5 |" in card
    assert "- dented mugs against intact mugs: 1.00" in card
    assert "ab" * 32 in card
    assert "- Halted once.\n" in card


def test_what_was_not_measured_is_said_to_be_so() -> None:
    card = card_text("carton", "1", "Apache-2.0", LEARNING, CHOICES, METRICS, ())

    assert "Not measured." in card
