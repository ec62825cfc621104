"""The state of a training run on disk; a run that was stopped goes on from it."""

from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch

from models.training.errors import TrainingError
from models.training.network import Segmenter

CHECKPOINT = "checkpoint.pt"
_SCHEMA = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Everything a run needs to go on. ``average`` holds the averaged weights that are exported.

    ``learnt_from`` names what it learnt from so far, ``started_from`` is the digest of the pack it
    went on from; empty where it began from random weights.
    """

    classes: tuple[str, ...]
    seed: int
    step: int
    seconds: float
    weights: dict[str, Any]
    average: dict[str, Any]
    optimisers: list[dict[str, Any]]
    learnt_from: tuple[str, ...] = ()
    started_from: str = ""

    def network(self) -> Segmenter:
        """The network with the averaged weights, ready to infer."""
        network = Segmenter(len(self.classes) + 1)
        network.load_state_dict(self.average)
        network.eval()
        return network


def write_checkpoint(directory: Path, checkpoint: Checkpoint) -> Path:
    """Write the state in one step, so that a stop at any moment leaves a whole one."""
    part = directory / f"{CHECKPOINT}.part"
    torch.save(
        {
            "schema": _SCHEMA,
            "classes": list(checkpoint.classes),
            "seed": checkpoint.seed,
            "step": checkpoint.step,
            "seconds": checkpoint.seconds,
            "weights": checkpoint.weights,
            "average": checkpoint.average,
            "optimisers": checkpoint.optimisers,
            "learnt_from": list(checkpoint.learnt_from),
            "started_from": checkpoint.started_from,
        },
        part,
    )
    return part.replace(directory / CHECKPOINT)


def read_checkpoint(directory: Path) -> Checkpoint | None:
    """The state in ``directory``, or None where none was written yet.

    Raises TrainingError where it is damaged.
    """
    file = directory / CHECKPOINT
    if not file.exists():
        return None
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
        if state["schema"] != _SCHEMA:
            raise TrainingError(f"{file} is of another version: go on with the one that wrote it.")
        checkpoint = Checkpoint(
            classes=tuple(state["classes"]),
            seed=int(state["seed"]),
            step=int(state["step"]),
            seconds=float(state["seconds"]),
            weights=state["weights"],
            average=state["average"],
            optimisers=state["optimisers"],
            learnt_from=tuple(state["learnt_from"]),
            started_from=str(state["started_from"]),
        )
    except (KeyError, ValueError, RuntimeError, EOFError, OSError, UnpicklingError) as error:
        raise TrainingError(f"{file} is damaged: remove it to start again.") from error
    return checkpoint
