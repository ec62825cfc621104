"""A model ready to run: an ONNX Runtime session made from verified bytes."""

import math
import os
import re
import time
from collections.abc import Sequence

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from models.runtime.errors import InferenceError, PackError
from models.runtime.manifest import GOLDEN, MODEL, DenseDecode
from models.runtime.pack import Pack
from models.runtime.prepare import Preparation

FEATURES = "features"
"""The second output of a dense model, where it has one: what it sees of each place."""

_MEASURED_SIDE = 640
_MEASURED_RUNS = 3
_WORTH = 0.9
_NO_MEMORY = re.compile("allocate memory|bad_alloc", re.IGNORECASE)


class Session:
    """Runs a pack's model on the CPU. One thread at a time may use it."""

    def __init__(self, pack: Pack, threads: int | None = None) -> None:
        """Load the model from the pack's verified bytes and compare its golden outputs.

        Without `threads` their number is measured: it doubles, from one up to the cores that this
        process may use, for as long as that saves a tenth of a run. PackError if the model cannot
        be loaded, takes or gives other shapes than the manifest says, or does not repeat its
        golden outputs here.
        """
        self.threads = threads or 1
        self._session = load_model(pack.model, self.threads)
        self._input = _check_shapes(self._session, pack)
        if threads is None:
            self._session, self.threads = _with_fitting_threads(self._session, pack)
        _check_golden(self, pack)

    def run(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """The model's outputs, float32, for `batch` [N, C, H, W] as `Preparation` makes it.

        InferenceError if the runtime fails or an output holds a value that is not finite.
        """
        try:
            outputs = self._session.run(None, {self._input: batch})
        except Exception as error:  # The runtime's own exceptions have no common base but this.
            if _NO_MEMORY.search(str(error)):
                raise InferenceError(
                    "The model needs more memory than it may take: give it smaller tiles."
                ) from error
            raise InferenceError(f"The model could not be run: {_first_line(error)}.") from error
        for output in outputs:
            if not np.isfinite(output).all():
                raise InferenceError("The model gave values that are not numbers.")
        return list(outputs)


def _with_fitting_threads(
    session: onnxruntime.InferenceSession, pack: Pack
) -> tuple[onnxruntime.InferenceSession, int]:
    """The session of one thread or one of more, warm, and how many."""
    rule = pack.manifest.input
    side = min(rule.tile, _MEASURED_SIDE)
    batch = np.zeros((1, rule.channels, rule.height or side, rule.width or side), np.float32)
    most = len(os.sched_getaffinity(0))
    threads, took = 1, _seconds_of_a_run(session, batch)
    while threads * 2 <= most:
        other = load_model(pack.model, threads * 2)
        faster = _seconds_of_a_run(other, batch)
        if faster > took * _WORTH:
            break
        session, took, threads = other, faster, threads * 2
    return session, threads


def _seconds_of_a_run(session: onnxruntime.InferenceSession, batch: NDArray[np.float32]) -> float:
    """The shortest of a few runs, the first of which warms up and does not count."""
    name = session.get_inputs()[0].name
    shortest = math.inf
    try:
        session.run(None, {name: batch})
        for _ in range(_MEASURED_RUNS):
            begun = time.perf_counter()
            session.run(None, {name: batch})
            shortest = min(shortest, time.perf_counter() - begun)
    except Exception as error:  # The runtime's own exceptions have no common base but this.
        raise PackError(f"{MODEL} cannot be run: {_first_line(error)}.") from error
    return shortest


def load_model(model: bytes, threads: int) -> onnxruntime.InferenceSession:
    """A bare session from verified bytes, as the bench runs them; PackError if it will not load."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    # What the runtime would print as an error it also raises.
    options.log_severity_level = 4
    # Spinning threads would take the cores that capture and the screen need.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.load_model_format", "ONNX")
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # The runtime's own exceptions have no common base but this.
        raise PackError(f"{MODEL} cannot be loaded: {_first_line(error)}.") from error


def _check_shapes(session: onnxruntime.InferenceSession, pack: Pack) -> str:
    """The name of the model's only input, once its inputs and outputs fit the manifest."""
    manifest = pack.manifest
    inputs, outputs = session.get_inputs(), session.get_outputs()
    rule = manifest.input
    if len(inputs) != 1 or not _fits(inputs[0], (None, rule.channels, rule.height, rule.width)):
        raise PackError(f"{MODEL} does not take the one float32 input that the manifest names.")
    dense = isinstance(manifest.decode, DenseDecode)
    ranks = (4,) if dense else (3, 4)
    expected: Sequence[tuple[int | None, ...]] = [(None,) * rank for rank in ranks]
    if dense:
        expected = [(None, len(manifest.classes), None, None)]
        if len(outputs) == 2 and outputs[1].name == FEATURES:
            expected = [*expected, (None,) * 4]
    if len(outputs) != len(expected) or not all(map(_fits, outputs, expected)):
        raise PackError(f"{MODEL} does not give the float32 outputs that the manifest names.")
    return str(inputs[0].name)


def _fits(node: onnxruntime.NodeArg, shape: tuple[int | None, ...]) -> bool:
    """Whether a node is float32 of this rank and fixes no side to another size than wanted.

    A wanted size of 0 must be left open by the model; None stands for any.
    """
    return (
        node.type == "tensor(float)"
        and len(node.shape) == len(shape)
        and all(
            not isinstance(own, int) or wanted is None or own == wanted
            for own, wanted in zip(node.shape, shape, strict=True)
        )
    )


def _check_golden(session: Session, pack: Pack) -> None:
    preparation = Preparation(pack.manifest.input)
    for n, golden in enumerate(pack.golden):
        height, width, channels = golden.picture.shape
        if not preparation.takes(width, height) or channels != pack.manifest.input.channels:
            raise PackError(f"{GOLDEN}: input_{n} is not of a size the model takes.")
        try:
            outputs = session.run(preparation.batch_of_planes(golden.picture))
        except InferenceError as error:
            raise PackError(f"{GOLDEN}: input_{n} failed: {error}") from error
        if not golden.agrees(outputs, pack.manifest.golden.tolerance):
            raise PackError(
                f"{GOLDEN}: this machine does not repeat the outputs of input_{n}:"
                " use another build of the pack, such as its FP32 one."
            )


def _first_line(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0].rstrip(".")
