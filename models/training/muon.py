"""Muon: momentum whose steps are made orthogonal, for the weights of convolutions.

K. Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024.
`torch.optim.Muon` takes matrices alone.
"""

from collections.abc import Iterable
from typing import Any

import torch

_POLYNOMIAL = (3.4445, -4.7750, 2.0315)
"""Of the Newton-Schulz iteration; it drives singular values to about 0.7 to 1.2."""

_ITERATIONS = 5


class Muon(torch.optim.Optimizer):
    """Steps of learning rate ``lr`` with Nesterov momentum and decoupled weight decay.

    The parameters are weights [outputs, inputs, rows, columns]; each is taken for the matrix
    [outputs, the rest].
    """

    def __init__(
        self, weights: Iterable[Any], lr: float, *, momentum: float = 0.95, weight_decay: float = 0
    ) -> None:
        super().__init__(weights, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:
        """Take a step down the gradients at hand."""
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                if not state:
                    state["momentum"] = torch.zeros_like(weight)
                average = state["momentum"].lerp_(weight.grad, 1 - group["momentum"])
                ahead = weight.grad.lerp(average, group["momentum"])
                rows, columns = len(weight), weight[0].numel()
                step = orthogonal(ahead.reshape(rows, columns)).reshape(weight.shape)
                weight.mul_(1 - group["lr"] * group["weight_decay"])
                weight.add_(step, alpha=-group["lr"] * max(1.0, rows / columns) ** 0.5)


def orthogonal(matrix: Any) -> Any:
    """A matrix of the singular vectors of ``matrix`` [M, N], its singular values all near one."""
    linear, cubic, quintic = _POLYNOMIAL
    tall = matrix.shape[0] > matrix.shape[1]
    made = (matrix.T if tall else matrix).bfloat16()
    made = made / (made.norm() + 1e-7)
    for _ in range(_ITERATIONS):
        gram = made @ made.T
        made = linear * made + (cubic * gram + quintic * gram @ gram) @ made
    return (made.T if tall else made).to(matrix.dtype)
