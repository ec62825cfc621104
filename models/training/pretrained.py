"""A network that goes on learning from the weights of a finished pack.

Export folds each batch norm into the convolution before it. To learn further, the norms are put
back so that the network infers exactly as the pack does: their statistics are measured on crops,
and their gain and offset undo them.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import onnx
import torch
from torch import nn

from models.runtime.manifest import MANIFEST, MODEL, read_manifest
from models.training.errors import TrainingError
from models.training.export import convolutions_of
from models.training.network import Segmenter
from models.training.planes import PLANES


def network_of_pack(pack: Path, classes: Sequence[str], crops: Any) -> Segmenter:
    """The network of ``pack``; ``crops`` [N, PLANES, S, S] are examples to measure statistics on.

    Raises TrainingError where the pack is of another network or for other classes.
    """
    try:
        manifest = read_manifest((pack / MANIFEST).read_bytes())
        graph = onnx.load(pack / MODEL, load_external_data=False).graph
    except OSError as error:
        raise TrainingError(f"{pack} cannot be read: name the directory of a pack.") from error
    if tuple(manifest.classes) != tuple(classes):
        raise TrainingError(
            f"{pack} finds {', '.join(manifest.classes)}: start from a pack for the same classes."
        )
    network = Segmenter(len(classes) + 1)
    network.eval()
    _put_folded(network, graph, pack)
    _restore_norms(network, crops)
    return network


def _put_folded(network: Segmenter, graph: Any, pack: Path) -> None:
    folded = [[torch.from_numpy(each) for each in pair] for pair in convolutions_of(graph)]
    convolutions = _in_order(network)
    shapes = [tuple(convolution.weight.shape) for convolution, _ in convolutions]
    if shapes != [tuple(tensors[0].shape) for tensors in folded] or any(
        len(tensors) != 2 for tensors in folded
    ):
        raise TrainingError(f"{pack} holds another network: train a new pack instead.")
    with torch.no_grad():
        for (convolution, norm), (weight, bias) in zip(convolutions, folded, strict=True):
            convolution.weight.copy_(weight)
            if norm is None:
                convolution.bias.copy_(bias)
                continue
            norm.weight.copy_(torch.sqrt(norm.running_var + norm.eps))
            norm.bias.copy_(bias + norm.running_mean)


def _restore_norms(network: Segmenter, crops: Any) -> None:
    def measure(norm: Any, inputs: Any) -> None:
        mean = inputs[0].mean((0, 2, 3))
        variance = inputs[0].var((0, 2, 3))
        offset = norm.bias - norm.running_mean * norm.weight / torch.sqrt(
            norm.running_var + norm.eps
        )
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.copy_(torch.sqrt(variance + norm.eps))
        norm.bias.copy_(offset + mean)

    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    hooks = [norm.register_forward_pre_hook(measure) for norm in norms]
    with torch.no_grad():
        network(crops)
    for hook in hooks:
        hook.remove()


def _in_order(network: Segmenter) -> list[tuple[Any, Any]]:
    """Each convolution with the norm after it (None for the head), in order of execution."""
    called: list[Any] = []
    kinds = (nn.Conv2d, nn.BatchNorm2d)
    hooks = [
        module.register_forward_hook(lambda one, _, __: called.append(one))
        for module in network.modules()
        if isinstance(module, kinds)
    ]
    with torch.no_grad():
        network(torch.zeros(1, PLANES, 64, 64))
    for hook in hooks:
        hook.remove()
    following = [*called[1:], None]
    return [
        (module, after if isinstance(after, nn.BatchNorm2d) else None)
        for module, after in zip(called, following, strict=True)
        if isinstance(module, nn.Conv2d)
    ]
