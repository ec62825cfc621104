"""The model card: what a pack is, what it learnt from, how well it does and where it fails."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.runtime.metrics import Figure, Metrics
from models.training.reality import RealAnswer, auroc, wilson
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


_CARD = """\
# {name} {version}

Licence: {licence}.

Finds scratches, dents (crushing included), stains and tears on closed cartons under a bench camera
that looks straight down, as instance masks at native resolution.
Each finding is a proposal: measuring and grading are separate steps, and doubt goes to a person.

## What it learnt from

A depthwise-separable U-shaped segmenter of {parameters:,} parameters, output stride 2, trained from
random weights on a CPU: {steps} steps, {minutes:.0f} minutes.

- {returns} rendered returns ({sets}) with exact masks.
  The thresholds were chosen on about 15 % of them that were not learnt from, and on
  {threshold_returns} returns of other seeds.
{remarks}{photographs}

## Thresholds

Chosen on the validation part.
Recall counts a fault once per picture it is in, at mask IoU 0.3.

| class | low | high | recall | precision | clean renders | clean photographs | n |
|---|---|---|---|---|---|---|---|
{thresholds}

## Held-out rendered returns

Set `{metrics_set}`; 95 % bounds in brackets.

| class | mask AP50 | mask AP50-95 | recall as shipped | n |
|---|---|---|---|---|
{classes}

Mean AP50 {map50}; AUROC of faulty against clean {auroc}.
The generator is the one that the training set came from, with another seed.
Expect less on another generator and on real cartons.

## Real photographs

{real}

## Limits

- No photograph of a damaged real carton was available for training or measuring.
- Faint dents show under low-angle light only.
  Hair scratches of less than about two pixels in width are missed.
- Folds and prints of textiles, reflections in glass and busy backgrounds raise false alarms.
- Do not let it grade without a person before the site's own audit has passed.
"""

_PHOTOGRAPHS = """\
- Clean real photographs ({counts}), split by the object shown, with synthetic faults blended into
  about half of the crops. No real fault was learnt from.
- SHA-256 over the names of the held-out photographs: `{digest}`.
{sources}"""

_REAL = """\
At the shipped thresholds, the whole picture being looked at; none of these was learnt from.
They show other goods than cartons and are no promise for a site: they show how far the model
carries without any of the site's own pictures.

| photographs | are | a fault is reported in | by class |
|---|---|---|---|
{answers}

AUROC of the surest candidate, faulty against clean:

{auroc}"""


def card_text(
    name: str,
    version: str,
    licence: str,
    learning: Learning,
    choices: Mapping[str, Choice],
    metrics: Metrics,
    answers: Sequence[RealAnswer],
) -> str:
    """The card as Markdown."""
    return _CARD.format(
        name=name,
        version=version,
        licence=licence,
        parameters=learning.parameters,
        steps=learning.steps,
        minutes=learning.minutes,
        returns=learning.returns,
        threshold_returns=learning.threshold_returns,
        remarks="".join(f"- {remark}\n" for remark in learning.remarks),
        sets=", ".join(learning.sets) or "none",
        photographs=_photographs(learning),
        thresholds="\n".join(_threshold(*item) for item in choices.items()),
        metrics_set=metrics.set,
        classes="\n".join(
            f"| {kind} | {_figure(f.ap50)} | {_figure(f.ap50_95)} | {_figure(f.recall)} | {f.n} |"
            for kind, f in metrics.classes.items()
        ),
        map50=_figure(metrics.overall.mask_map50),
        auroc=_figure(metrics.overall.auroc),
        real=_real(answers) if answers else "Not measured.",
    )


def _photographs(learning: Learning) -> str:
    if not learning.photographs:
        return "- No real photographs."
    return _PHOTOGRAPHS.format(
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


def _real(answers: Sequence[RealAnswer]) -> str:
    clean = [answer for answer in answers if not answer.faulty]
    return _REAL.format(
        answers="\n".join(_answer(answer) for answer in answers),
        auroc="\n".join(
            f"- {bad.name} against {good.name}: {auroc(bad.scores, good.scores):.2f}"
            for bad in answers
            if bad.faulty
            for good in clean
        ),
    )


def _answer(answer: RealAnswer) -> str:
    low, high = wilson(answer.alarmed, answer.pictures)
    share = _percent(answer.alarmed / max(1, answer.pictures))
    classes = ", ".join(f"{name} {count}" for name, count in sorted(answer.by_class.items()))
    return (
        f"| {answer.name} | {'faulty' if answer.faulty else 'clean'} | {answer.alarmed} of"
        f" {answer.pictures} ({share}, {_percent(low)} to {_percent(high)}) | {classes or 'none'} |"
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _figure(figure: Figure) -> str:
    if figure.value is None:
        return "unknown"
    if figure.low is None or figure.high is None:
        return f"{figure.value:.2f}"
    return f"{figure.value:.2f} [{figure.low:.2f}, {figure.high:.2f}]"
