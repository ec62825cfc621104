"""The model card as training writes it: what a pack is, what it learnt from, where it fails."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.card import LIMITS, MEASURED, NOTHING
from models.training.planes import LIGHTS
from models.training.thresholds import Choice


@dataclass(frozen=True, slots=True)
class Learning:
    """What a pack learnt from."""

    steps: int
    minutes: float
    parameters: int
    returns: int
    sets: Sequence[str]
    threshold_returns: int
    """Returns of sets that served for nothing but the thresholds."""
    photographs: Mapping[str, int]
    """Number of photographs by part."""
    held_out_digest: str
    remarks: Sequence[str]
    """What else a reader must know of the run, one sentence each."""
    photograph_sources: Sequence[str]
    """One line each: name, source and licence of a folder of photographs."""
    labelled: Sequence[str] = ()
    """One line for each set of labelled pictures."""
    started_from: str = ""
    """The pack whose weights it went on from; empty where they were random."""
    judged: bool = True
    """Whether any clean picture said how often it alarms."""


_CARD = """\
# {name} {version}

Licence: {licence}.

Finds {classes} on returned goods under a bench camera that looks straight down, as instance masks
at native resolution. It sees the pictures of a pose under the lamps {lamps} at once; a lamp may
be missing, down to a single photograph in colour.
Each finding is a proposal: measuring and grading are separate steps, and doubt goes to a person.

## What it learnt from

A U-shaped segmenter of residual blocks with {parameters:,} parameters, output stride 2.
Trained from {start}: {steps} steps, {minutes:.0f} minutes.

- {returns} rendered returns ({sets}) with exact masks.
  The thresholds were chosen on about 15 % of them that were not learnt from, and on
  {threshold_returns} returns of sets that were not learnt from at all.
{remarks}{labelled}{photographs}

## Thresholds

A raw score is mapped to the share of findings that were true where it was mapped; findings of
every class are reported from the same confidence on. Recall counts at mask IoU 0.3.{unjudged}

| class | low | confidence | recall | precision | clean renders | clean photographs | n |
|---|---|---|---|---|---|---|---|
{thresholds}

{measured}

{nothing}

{limits}

- Rendered goods are no real ones: before the site's own audit has passed, do not let it grade
  without a person.
- No photographs of crushed cartons, pilling, leaks on goods or missing labels were available.
- Faint dents show under low-angle light only; hair scratches narrower than about two pixels are
  missed.
"""

_PHOTOGRAPHS = """\
- Clean real photographs ({counts}), split by the object shown, with faults put into most of the
  crops by the physics of the fast generator.{none_real}
- SHA-256 over the names of the held-out photographs: `{digest}`.
{sources}"""


_UNJUDGED = """ No clean
picture was kept back, so how often it alarms is unknown: the confidence is that of the pack it went
on from, or a half."""


def card_text(
    name: str, version: str, licence: str, learning: Learning, choices: Mapping[str, Choice]
) -> str:
    """The card as Markdown, with nothing measured yet."""
    return _CARD.format(
        name=name,
        version=version,
        licence=licence,
        classes=", ".join(choices).replace("_", " "),
        lamps=", ".join(light.name for light in LIGHTS),
        parameters=learning.parameters,
        steps=learning.steps,
        minutes=learning.minutes,
        returns=learning.returns,
        threshold_returns=learning.threshold_returns,
        remarks="".join(f"- {remark}\n" for remark in learning.remarks),
        sets=", ".join(learning.sets) or "none",
        labelled="".join(f"- {each}\n" for each in learning.labelled),
        start=learning.started_from or "random weights",
        unjudged="" if learning.judged else _UNJUDGED,
        photographs=_photographs(learning),
        thresholds="\n".join(_threshold(*item) for item in choices.items()),
        measured=MEASURED,
        nothing=NOTHING,
        limits=LIMITS,
    )


def _photographs(learning: Learning) -> str:
    if not learning.photographs:
        return "- No clean real photographs."
    return _PHOTOGRAPHS.format(
        none_real="" if learning.labelled else " No real fault was learnt from.",
        counts=", ".join(f"{count} {part}" for part, count in learning.photographs.items()),
        digest=learning.held_out_digest,
        sources="\n".join(f"- {source}" for source in learning.photograph_sources),
    ).rstrip()


def _threshold(name: str, choice: Choice) -> str:
    shares = (
        choice.recall,
        choice.precision,
        choice.rendered_alarms,
        choice.photographed_alarms,
    )
    cells = " | ".join(_percent(share) for share in shares)
    return f"| {name} | {choice.low:.2f} | {choice.high:.2f} | {cells} | {choice.faults} |"


def _percent(share: float | None) -> str:
    return "unknown" if share is None else f"{100 * share:.0f} %"
