"""The training run: resumable, checkpointed, with what it has reached told as it goes."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from models.labels.labelled import LabelledSet
from models.rendering.fast.faults.index import KINDS
from models.training.batches import ReplayedBatches, batch
from models.training.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from models.training.errors import TrainingError
from models.training.examples import Examples, collect_examples
from models.training.given import Given
from models.training.history import draw_curves, note_progress
from models.training.loss import hard_dice, probabilities, segmentation_loss, shares_of
from models.training.muon import Muon
from models.training.network import Segmenter
from models.training.pretrained import network_of_pack
from models.training.recipe import FINE_TUNING, Recipe

ANY = "any"
"""The layer after those of the classes: a fault of whatever kind."""

_VALIDATION_SEED = 715_517
_SHARES_SEED = 330_331
_CROPS_FOR_SHARES = 256


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is; ``dice`` and ``clean_alarms`` are of the last look at validation crops."""

    step: int
    done: float
    loss: float
    returns: int
    crops_per_second: float
    dice: Mapping[str, float]
    clean_alarms: float | None
    """Share of faultless validation crops in which any class exceeds 0.5 somewhere."""


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """A finished run: where its checkpoint lies and what it learnt from."""

    checkpoint: Path
    steps: int
    minutes: float
    returns: int


def train(
    sets: Sequence[Path],
    out: Path,
    *,
    classes: Sequence[str] = tuple(KINDS),
    start_from: Path | None = None,
    photographs: Sequence[Path] = (),
    labelled: Sequence[LabelledSet] = (),
    minutes: float | None = None,
    steps: int | None = None,
    seed: int = 0,
    recipe: Recipe | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> TrainingRun:
    """Train until ``minutes`` or ``steps`` in all are used, counting earlier runs in ``out``.

    The history of the run and a picture of its curves are kept in ``out`` as well.
    A checkpoint in ``out`` is continued; otherwise the weights of the pack ``start_from`` or fresh
    ones are taken. Returns added to ``sets`` meanwhile are taken up. Raises TrainingError where
    there is nothing to learn from, SetError where a set is damaged.
    """
    if (minutes is None) == (steps is None):
        raise TrainingError("Say either how many minutes or how many steps to train.")
    recipe = recipe or (FINE_TUNING if start_from else Recipe())
    torch.set_num_threads(recipe.threads)
    given = Given.of(sets, photographs, labelled, start_from)
    examples = collect_examples(
        sets,
        photographs,
        classes,
        labelled=labelled,
        rendered_share=recipe.rendered_share,
        labelled_share=recipe.labelled_share,
    )
    out.mkdir(parents=True, exist_ok=True)
    course = _begin(out, tuple(classes), start_from, seed, recipe, examples, given)
    budget = _Budget(minutes, steps)
    if budget.done(course) >= 1.0 and (new := set(given.sources) - set(course.learnt_from)):
        raise TrainingError(
            f"{out} holds a run that is finished and has not learnt from {min(new)}:"
            " give it more minutes or steps, or name another folder."
        )
    course.learnt_from = tuple(sorted({*course.learnt_from, *given.sources}))
    saved = course.seconds
    while (done := budget.done(course)) < 1.0:
        course.look_closer(done)
        course.learn(examples, done)
        if course.step % recipe.rescan_steps == 0:
            examples.rescan()
        if course.step % recipe.validation_steps == 0:
            course.validate(examples)
        if course.step % 20 == 0:
            now = course.progress(examples, done)
            note_progress(out, asdict(now))
            if progress is not None:
                progress(now)
        if course.seconds - saved >= recipe.checkpoint_seconds:
            write_checkpoint(out, course.checkpoint())
            saved = course.seconds
    course.batches.close()
    draw_curves(out)
    return TrainingRun(
        checkpoint=write_checkpoint(out, course.checkpoint()),
        steps=course.step,
        minutes=course.seconds / 60,
        returns=examples.rendered.returns,
    )


@dataclass
class _Course:
    """The changing state of a run."""

    classes: tuple[str, ...]
    seed: int
    recipe: Recipe
    device: Any
    network: Segmenter
    average: Segmenter
    optimisers: tuple[Any, ...]
    shares: Any
    batches: ReplayedBatches
    coarse: bool = True
    step: int = 0
    seconds: float = 0.0
    loss: float = math.nan
    crops_per_second: float = 0.0
    dice: dict[str, float] = field(default_factory=dict)
    clean_alarms: float | None = None
    learnt_from: tuple[str, ...] = ()
    started_from: str = ""

    def look_closer(self, done: float) -> None:
        """Go over from coarse crops to those of the bench's own scale once it is time."""
        if self.coarse and done >= self.recipe.coarse_share:
            self.batches.close()
            self.batches = _batches(self.seed, self.recipe, coarse=False)
            self.coarse = False

    def learn(self, examples: Examples, done: float) -> None:
        """One step of the optimiser and of the averaged weights."""
        started = time.monotonic()
        share = _schedule(done, self.step, self.recipe.warm_up_steps)
        for optimiser, rate in zip(self.optimisers, self.recipe.rates, strict=True):
            for group in optimiser.param_groups:
                group["lr"] = rate * share
        seen = self.batches.next(examples.learnt(), self.step)
        planes = seen.planes.to(self.device, memory_format=torch.channels_last)
        self.network.train()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=_fast_bfloat16(self.device)):
            logits = self.network(planes)
        loss = segmentation_loss(
            logits.float(),
            seen.targets.to(self.device),
            self.shares.to(self.device),
            seen.known.to(self.device),
        )
        self.network.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        for optimiser in self.optimisers:
            optimiser.step()
        self._follow()
        self.step += 1
        spent = time.monotonic() - started
        self.seconds += spent
        value = float(loss.detach())
        self.loss = value if math.isnan(self.loss) else 0.98 * self.loss + 0.02 * value
        self.crops_per_second = self.recipe.batch / spent

    def validate(self, examples: Examples) -> None:
        """Look at fixed crops of the validation parts with the averaged weights."""
        mixture = examples.checked()
        if mixture is None:
            return
        started = time.monotonic()
        seen = batch(
            mixture,
            (_VALIDATION_SEED,),
            self.recipe.validation_crops,
            self.recipe.crop,
        )
        with torch.no_grad():
            probability = probabilities(self.average.eval()(seen.planes.to(self.device))).cpu()
        probability, targets = probability * seen.known, seen.targets * seen.known
        scores = hard_dice(probability, targets)
        self.dice = {
            name: float(score) for name, score in zip((*self.classes, ANY), scores, strict=True)
        }
        clean = targets.amax((1, 2, 3)) < 0.5
        alarmed = probability.amax((1, 2, 3)) >= 0.5
        self.clean_alarms = float(alarmed[clean].float().mean()) if bool(clean.any()) else None
        self.seconds += time.monotonic() - started

    def progress(self, examples: Examples, done: float) -> Progress:
        """The state in figures."""
        return Progress(
            step=self.step,
            done=done,
            loss=self.loss,
            returns=examples.rendered.returns,
            crops_per_second=self.crops_per_second,
            dice=dict(self.dice),
            clean_alarms=self.clean_alarms,
        )

    def checkpoint(self) -> Checkpoint:
        """The state as it is kept on disk."""
        return Checkpoint(
            classes=self.classes,
            seed=self.seed,
            step=self.step,
            seconds=self.seconds,
            weights=self.network.state_dict(),
            average=self.average.state_dict(),
            optimisers=[optimiser.state_dict() for optimiser in self.optimisers],
            learnt_from=self.learnt_from,
            started_from=self.started_from,
        )

    def _follow(self) -> None:
        decay = min(self.recipe.average_decay, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            source = self.network.state_dict()
            for name, kept in self.average.state_dict().items():
                if kept.is_floating_point():
                    kept.lerp_(source[name], 1 - decay)
                else:
                    kept.copy_(source[name])


@dataclass(frozen=True, slots=True)
class _Budget:
    minutes: float | None
    steps: int | None

    def done(self, course: _Course) -> float:
        """The share of the budget that is used, 0..1."""
        if self.steps is not None:
            return min(1.0, course.step / max(1, self.steps))
        return min(1.0, course.seconds / 60 / max(1e-9, self.minutes or 0.0))


def _begin(
    out: Path,
    classes: tuple[str, ...],
    start_from: Path | None,
    seed: int,
    recipe: Recipe,
    examples: Examples,
    given: Given,
) -> _Course:
    torch.manual_seed(seed)
    kept = read_checkpoint(out)
    if kept is not None and kept.classes != classes:
        raise TrainingError(
            f"{out} holds a run for {', '.join(kept.classes)}: name another folder for this one."
        )
    if kept is not None and start_from is not None and kept.started_from != given.started_from:
        raise TrainingError(
            f"{out} holds a run that did not go on from {start_from}: name another folder."
        )
    if kept is None and start_from is not None:
        crops = batch(examples.learnt(), (seed, 0), 32, recipe.crop)
        network = network_of_pack(start_from, classes, crops.planes)
    else:
        network = Segmenter(len(classes) + 1)
    average = Segmenter(len(classes) + 1)
    average.load_state_dict(network.state_dict())
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    average = average.to(device)
    network = network.to(device, memory_format=torch.channels_last)
    optimisers = _optimisers(network, recipe)
    seen = batch(examples.learnt(), (_SHARES_SEED,), _CROPS_FOR_SHARES, recipe.crop)
    coarse = _batches(seed, recipe, coarse=True)
    shares = shares_of(seen.targets)
    course = _Course(classes, seed, recipe, device, network, average, optimisers, shares, coarse)
    if kept is not None:
        network.load_state_dict(kept.weights)
        average.load_state_dict(kept.average)
        for optimiser, state in zip(optimisers, kept.optimisers, strict=True):
            optimiser.load_state_dict(state)
        course.seed, course.step, course.seconds = kept.seed, kept.step, kept.seconds
        course.learnt_from = kept.learnt_from
    course.started_from = kept.started_from if kept else given.started_from
    return course


def _optimisers(network: Segmenter, recipe: Recipe) -> tuple[Any, ...]:
    """One for each of the recipe's rates."""
    head = {id(parameter) for parameter in network.head.parameters()}
    inner = [each for each in network.parameters() if each.ndim == 4 and id(each) not in head]
    rest = [each for each in network.parameters() if each.ndim != 4 or id(each) in head]
    return (
        Muon(inner, recipe.rate, weight_decay=recipe.weight_decay),
        torch.optim.AdamW(rest, lr=recipe.rate_of_rest, weight_decay=recipe.weight_decay),
    )


def _batches(seed: int, recipe: Recipe, *, coarse: bool) -> ReplayedBatches:
    size, zoom = (recipe.coarse_crop, recipe.coarse_zoom) if coarse else (recipe.crop, 1.0)
    return ReplayedBatches(seed, recipe.batch, recipe.fresh, size, recipe.kept, zoom)


def _schedule(done: float, step: int, warm_up_steps: int) -> float:
    """Linear warm-up, then a cosine down to a fiftieth."""
    cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
    return min(1.0, (step + 1) / max(1, warm_up_steps)) * (0.02 + 0.98 * cosine)


def _fast_bfloat16(device: Any) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return bool(torch.cpu.get_capabilities().get("avx512_bf16", False))
