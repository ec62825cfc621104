"""Logistic regression by penalised maximum likelihood."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.region import Floats

_STEPS = 200
_SETTLED = 1e-8


@dataclass(frozen=True, slots=True)
class Logistic:
    """Coefficients, and the penalised log likelihood that they reach, which is the greatest."""

    coefficients: Floats
    log_likelihood: float


def fit_logistic(
    design: Floats,
    found: NDArray[np.bool_],
    prior_sd: Floats,
    *,
    prior_mean: Floats | None = None,
    offset: Floats | float = 0.0,
    weight: Floats | float = 1.0,
) -> Logistic:
    """Return the coefficients of the columns of `design` (n x p) for the log odds of `found` (n).

    `offset` is added to the log odds, `weight` multiplies each row's likelihood. A Gaussian prior
    keeps the fit finite where hits and misses do not overlap. Newton's method, its step shortened
    where it overshoots.
    """
    centre = np.zeros(design.shape[1]) if prior_mean is None else prior_mean
    precision = np.diag(1 / np.square(prior_sd))
    hit = found.astype(np.float64)

    def loss(at: Floats) -> float:
        odds = design @ at + offset
        away = at - centre
        return float(
            np.sum(weight * (np.logaddexp(0, odds) - hit * odds)) + away @ precision @ away / 2
        )

    beta = centre.copy()
    least = loss(beta)
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ beta + offset, -500, 500)))
        gradient = design.T @ (weight * (hit - chance)) - precision @ (beta - centre)
        hessian = (design * (weight * chance * (1 - chance))[:, None]).T @ design + precision
        step = np.linalg.solve(hessian, gradient)
        while loss(beta + step) > least and float(np.abs(step).max()) > _SETTLED:
            step = step / 2
        beta = beta + step
        least = loss(beta)
        if float(np.abs(step).max()) <= _SETTLED:
            break
    return Logistic(beta, -least)
