"""The measured part of a model card: one section for each set, written by who measured it.

Between the headings `## Measured` and `## Limits` of a card stand sections of level three; a set
that is measured again replaces its own.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

MEASURED = "## Measured"
LIMITS = "## Limits"
NOTHING = "Nothing yet."

_SECTION = re.compile(r"(?m)^### ")


def with_section(card: str, title: str, body: str) -> str:
    """`card` with a measured section of that title, in the place of an older one of it.

    ValueError where the card has no measured part.
    """
    begin, end = card.find(f"{MEASURED}\n"), card.find(f"{LIMITS}\n")
    if not 0 <= begin < end:
        raise ValueError(f"the card has no {MEASURED} before {LIMITS}")
    begin += len(MEASURED) + 1
    opening, *sections = _SECTION.split(card[begin:end])
    texts = {
        own.split("\n", 1)[0].strip(): own.split("\n", 1)[1].strip() for own in sections if own
    }
    texts[title] = body.strip()
    intro = opening.replace(NOTHING, "").strip()
    parts = [*([intro] if intro else []), *(f"### {own}\n\n{text}" for own, text in texts.items())]
    return card[:begin] + "\n" + "\n\n".join(parts) + "\n\n" + card[end:]


def set_section(answer: Mapping[str, Any]) -> str:
    """The section of a set: the answer of `models evaluate --json` as tables."""
    overall = answer["overall"]
    lines = [
        f"Mean mask AP50 {shown(overall['mask_map50'])}.",
        f"AUROC of faulty against clean poses {shown(overall['auroc'])}.",
        f"Expected calibration error of the confidences {shown(overall.get('calibration_error'))},",
        "a finding on a fault of whatever kind counting as true.",
        "",
        "Noticed: a finding as shipped, of whatever kind, covers a tenth of the fault or more.",
        "",
        "| class | mask AP50 | mask AP50-95 | recall as shipped | noticed | edge off by, px | n |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {name} | {shown(each['ap50'])} | {shown(each['ap50_95'])} | "
            f"{shown(each['recall'])} | {shown(each.get('noticed'))} | "
            f"{shown(each.get('boundary_px'), 1)} | {each['n']} |"
            for name, each in answer["classes"].items()
        ),
    ]
    if categories := answer.get("categories"):
        lines += [
            "",
            "Graded by the policy of its category. Miss: the share of items not resellable that",
            "would have been resold without a person; leak: of those resold, the share that is not",
            "resellable.",
            "",
            "| category | grade right | kappa | miss | leak | review | n |",
            "|---|---|---|---|---|---|---|",
            _graded("all", overall),
            *(_graded(name, each) for name, each in categories.items()),
        ]
    if sizes := answer.get("sizes"):
        lines += [
            "",
            "| size | median error | median amount | U covers it | n |",
            "|---|---|---|---|---|",
            *(
                f"| {each['defect']} {each['quantity']}, {each['unit']} | {each['bias']:+.2f} | "
                f"{each['error']:.2f} | {shown(each['covered'])} | {each['covered']['n']} |"
                for each in sizes
            ),
        ]
    lines += ["", *_lying(answer.get("confusion", {})), *_reliable(answer.get("reliability", ()))]
    return "\n".join(lines)


def photographs_section(answer: Mapping[str, Any]) -> str:
    """The section of real photographs: the answer of `models photographs --json` as tables."""
    lines = [
        "Every picture as a whole, at the thresholds of the pack; intervals over objects.",
        "",
        "| photographs | are | with a finding | by class | n |",
        "|---|---|---|---|---|",
    ]
    for each in answer["groups"]:
        classes = ", ".join(f"{name} {count}" for name, count in each["by_class"].items())
        lines.append(
            f"| {each['name']} | {'faulty' if each['faulty'] else 'clean'} | "
            f"{shown(each['alarmed'])} | {classes or 'none'} | {each['alarmed']['n']} |"
        )
    lines += [
        "",
        f"AUROC of the surest candidate, faulty against clean: {shown(answer['auroc'])}.",
        f"With a finding: {shown(answer['recall'])} of the faulty pictures,",
        f"{shown(answer['false_alarms'])} of the clean ones.",
    ]
    return "\n".join(lines)


def shown(figure: Mapping[str, Any] | None, digits: int = 2) -> str:
    """A figure with its bounds, or that it is unknown."""
    if figure is None or figure["value"] is None:
        return "unknown"
    if figure.get("low") is None or figure.get("high") is None:
        return f"{figure['value']:.{digits}f}"
    low, high = f"{figure['low']:.{digits}f}", f"{figure['high']:.{digits}f}"
    return f"{figure['value']:.{digits}f} [{low}, {high}]"


def _graded(name: str, figures: Mapping[str, Any]) -> str:
    words = ("grade_accuracy", "kappa", "miss", "leak", "review_load")
    cells = " | ".join(shown(figures[word]) for word in words)
    return f"| {name} | {cells} | {figures['grade_accuracy']['n']} |"


def _lying(confusion: Mapping[str, Mapping[str, int]]) -> list[str]:
    if not confusion:
        return []
    rows = []
    for name, places in confusion.items():
        total = sum(places.values())
        others = [f"{what} {count}" for what, count in places.items() if what != name]
        rows.append(f"| {name} | {places.get(name, 0)} of {total} | {', '.join(others) or '-'} |")
    return [
        "What reported findings lie on; print, seams, glare and the like are labelled as no fault.",
        "",
        "| reported as | on such a fault | on something else |",
        "|---|---|---|",
        *rows,
        "",
    ]


def _reliable(bins: Sequence[Mapping[str, Any]]) -> list[str]:
    if not bins:
        return []
    return [
        "How often findings lay on a fault of whatever kind, by confidence:",
        "",
        "| confidence | mean | true | n |",
        "|---|---|---|---|",
        *(
            f"| {each['low']:.1f} to {each['high']:.1f} | {each['confidence']:.2f} | "
            f"{each['true']:.2f} | {each['n']} |"
            for each in bins
        ),
    ]
