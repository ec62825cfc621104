"""How well a camera's colours can be corrected, told by patches that the fit never saw."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from calibration.chart.reading import Patches
from calibration.chart.reference import BATCHES, COLUMNS, GREYS, PATCHES, Batch
from calibration.colour import Floats, delta_e00, lab_d50_to_linear, linear_to_lab_d50
from calibration.correction import UNCORRECTED, Correction, Kind, fit_correction
from calibration.sections.photometry import ColourCorrection

BatchSource: TypeAlias = Literal["stated", "detected", "assumed"]

_ROWS_OF, _COLUMNS_OF = np.divmod(np.arange(PATCHES), COLUMNS)
HALVES = (_ROWS_OF + _COLUMNS_OF) % 2
"""Two halves as the fields of a chessboard: each with greys, skin, primaries and mixtures."""
SIXTHS = _COLUMNS_OF
"""Each column of the chart: a grey and three colours."""
PAIRS_APART = (3.0, 40.0)
"""ΔE00 of the pairs that the error of a difference is told from."""
MODELS: tuple[tuple[Kind, bool], ...] = (
    ("linear", False),
    ("linear", True),
    ("root-polynomial", False),
    ("root-polynomial", True),
)
"""From the simplest: the kind of map, and whether the tone curve is fitted with it."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One model, and the mean ΔE00 of patches that were left out of its fit.

    `held_out` leaves out column by column, `half` either half. `gain` is by how much the first is
    better than that of the model taken before it in turn, `gain_u` the standard uncertainty of
    that difference over the 24 patches; both 0 for the first. The last one `taken` is the choice.
    """

    kind: Kind
    bend: bool
    held_out: float
    half: float
    gain: float
    gain_u: float
    taken: bool


@dataclass(frozen=True, slots=True)
class Characterisation:
    """A camera's correction under one light, and its errors.

    ΔE00 for each patch (24): `before` of the picture taken as sRGB, `held_out` of the chosen
    model fitted on the other half of the chart, `after` of the correction itself, which saw all
    patches and so flatters. `grey` (6) is ΔE(a*b*) of the greys after correction. `delivered`
    and `corrected` (24 x 3) are the patches' CIELAB under D50 without and with it.
    `U_difference` is the expanded uncertainty (k = 2) of a ΔE00 between two colours as a share
    of it: twice the root mean square over all pairs of held-out patches 3 to 40 apart.
    `gradient` is the light's change across the chart, edge to edge, as a share;
    `noise_lightness` the standard deviation of L* over the white patch's pixels.
    """

    correction: Correction
    batch: Batch
    batch_source: BatchSource
    trials: tuple[Trial, ...]
    before: Floats
    held_out: Floats
    after: Floats
    grey: Floats
    delivered: Floats
    corrected: Floats
    U_difference: float
    gradient: float
    noise_lightness: float

    @property
    def de00(self) -> dict[str, float]:
        """The figures of held-out patches: mean, 90th percentile, largest; and mean before."""
        return {
            "before_mean": float(self.before.mean()),
            "mean": float(self.held_out.mean()),
            "p90": float(np.percentile(self.held_out, 90)),
            "max": float(self.held_out.max()),
        }

    def section(self, lamp: str) -> ColourCorrection:
        """The correction for a calibration record, made under the lamp of this name."""
        figures = self.de00
        red, green, blue = (tuple(float(value) for value in row) for row in self.correction.matrix)
        return ColourCorrection(
            kind=self.correction.kind,
            matrix=(red, green, blue),
            white_balance=self.correction.white_balance,
            lamp=lamp,
            batch=f"{self.batch} ({self.batch_source})",
            de00_before_mean=figures["before_mean"],
            de00_mean=figures["mean"],
            de00_p90=figures["p90"],
            de00_max=figures["max"],
            grey_de_max=float(self.grey.max()),
            patches=PATCHES,
            tone=self.correction.tone,
            U_difference=self.U_difference,
        )


def characterise(patches: Patches, batch: Batch | None = None) -> Characterisation:
    """Return the correction that patches speak for, with its errors on held-out patches.

    The model is chosen by leaving out one column of the chart after the other: a richer model is
    taken only where it is better by more than the standard uncertainty of the difference, and no
    worse when it learns from half of the chart alone. The errors then come from fitting on either
    half and looking at the other.

    Without `batch` the one is taken whose reference the corrected patches match better, where
    the difference exceeds twice its standard uncertainty and the match is about as close as the
    batches are to one another; else charts made since November 2014 are assumed, and
    `batch_source` says so.
    """
    source: BatchSource = "stated"
    if batch is None:
        batch, source = _batch_of(patches.linear)
    lab = BATCHES[batch]
    (kind, bend), trials = _chosen(patches.linear, lab)
    correction = fit_correction(patches.linear, lab, kind, bend=bend)
    seen = linear_to_lab_d50(correction.linear(patches.linear))
    unseen = _held_out(patches.linear, lab, kind, HALVES, bend=bend)
    delivered = linear_to_lab_d50(UNCORRECTED.linear(patches.linear))
    return Characterisation(
        correction=correction,
        batch=batch,
        batch_source=source,
        trials=trials,
        before=delta_e00(delivered, lab),
        held_out=delta_e00(unseen, lab),
        after=delta_e00(seen, lab),
        grey=np.hypot(*(seen - lab)[GREYS, 1:].T),
        delivered=delivered,
        corrected=seen,
        U_difference=_difference_u(unseen, lab),
        gradient=_gradient(correction.linear(patches.linear), lab, patches.centres),
        noise_lightness=_noise_lightness(patches),
    )


def held_out_errors(
    camera: Floats, lab: Floats, kind: Kind, groups: NDArray[np.int_], *, bend: bool
) -> Floats:
    """ΔE00 of each patch (N) by a fit on the patches of the other groups."""
    return delta_e00(_held_out(camera, lab, kind, groups, bend=bend), lab)


def _held_out(
    camera: Floats, lab: Floats, kind: Kind, groups: NDArray[np.int_], *, bend: bool
) -> Floats:
    """CIELAB of each patch (N x 3) by a fit on the patches of the other groups."""
    seen = np.empty_like(lab)
    for group in np.unique(groups):
        out = groups == group
        fitted = fit_correction(camera[~out], lab[~out], kind, bend=bend)
        seen[out] = linear_to_lab_d50(fitted.linear(camera[out]))
    return seen


def _difference_u(seen: Floats, lab: Floats) -> float:
    """Expanded uncertainty (k = 2) of a ΔE00 between two held-out patches, as a share of it."""
    one, other = np.triu_indices(len(lab), 1)
    truth = delta_e00(lab[one], lab[other])
    found = delta_e00(seen[one], seen[other])
    near = (truth >= PAIRS_APART[0]) & (truth <= PAIRS_APART[1])
    return float(2 * np.sqrt(np.mean((found[near] / truth[near] - 1) ** 2)))


def _chosen(camera: Floats, lab: Floats) -> tuple[tuple[Kind, bool], tuple[Trial, ...]]:
    best = MODELS[0]
    best_errors = held_out_errors(camera, lab, best[0], SIXTHS, bend=best[1])
    best_half = float(held_out_errors(camera, lab, best[0], HALVES, bend=best[1]).mean())
    trials = [Trial(*best, float(best_errors.mean()), best_half, 0.0, 0.0, taken=True)]
    for kind, bend in MODELS[1:]:
        errors = held_out_errors(camera, lab, kind, SIXTHS, bend=bend)
        better = best_errors - errors
        gain, gain_u = float(better.mean()), float(better.std(ddof=1) / np.sqrt(len(better)))
        half = float(held_out_errors(camera, lab, kind, HALVES, bend=bend).mean())
        taken = gain > gain_u and half <= best_half
        trials.append(Trial(kind, bend, float(errors.mean()), half, gain, gain_u, taken=taken))
        if taken:
            best, best_errors, best_half = (kind, bend), errors, half
    return best, tuple(trials)


def _batch_of(camera: Floats) -> tuple[Batch, BatchSource]:
    """The batch whose reference a camera's patches match better, and whether that is clear.

    A camera that bends its colours misses either reference by more than they differ, which is
    ΔE00 0.85 on average and a quarter to spare, and the misses then say nothing of the chart.
    """
    errors: dict[Batch, Floats] = {}
    for batch, lab in BATCHES.items():
        (kind, bend), _ = _chosen(camera, lab)
        fitted = fit_correction(camera, lab, kind, bend=bend)
        errors[batch] = delta_e00(linear_to_lab_d50(fitted.linear(camera)), lab)
    lead = errors["before-2014-11"] - errors["since-2014-11"]
    clear = 2 * lead.std(ddof=1) / np.sqrt(len(lead))
    closest = min(float(each.mean()) for each in errors.values())
    apart = delta_e00(BATCHES["before-2014-11"], BATCHES["since-2014-11"]).mean()
    if abs(lead.mean()) <= clear or closest > 1.25 * apart:
        return "since-2014-11", "assumed"
    return ("since-2014-11" if lead.mean() > 0 else "before-2014-11"), "detected"


def _gradient(corrected: Floats, lab: Floats, centres: Floats) -> float:
    """How much the light changes over the chart: a plane through ln(seen / reference) of green."""
    ratio = np.log(
        np.maximum(corrected[:, 1], 1e-4) / np.maximum(lab_d50_to_linear(lab)[:, 1], 1e-4)
    )
    bright = lab[:, 0] > 30
    places = np.column_stack([np.ones(PATCHES), centres])[bright]
    (_, across, along), *_ = np.linalg.lstsq(places, ratio[bright], rcond=None)
    width, height = np.ptp(centres, axis=0)
    return float(np.hypot(across * width, along * height))


def _noise_lightness(patches: Patches) -> float:
    """Standard deviation of L* over the white patch: dL*/dY at its luminance times that of Y."""
    weights = np.array([0.2126729, 0.7151522, 0.0721750])
    light = float(patches.linear[GREYS][0] @ weights)
    spread = float(np.hypot.reduce(patches.deviation[GREYS][0] * weights))
    return float(116 / 3 * max(light, 1e-3) ** (-2 / 3) * spread)
