"""The numbers of a training run."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipe:
    """The numbers of a run."""

    crop: int = 192
    batch: int = 24
    fresh: int = 6
    """Crops of a batch that were never seen before; the others were, in another pose and tint."""
    kept: int = 4000
    """Crops that are kept to be seen again."""
    coarse_share: float = 0.5
    """The first part of a run sees everything smaller, in smaller crops: far more of them fit
    into the time, and what is large is learnt there as well (progressive resizing)."""
    coarse_crop: int = 128
    coarse_zoom: float = 0.65
    rate: float = 0.02
    """Of the weights of the convolutions, which Muon moves."""
    rate_of_rest: float = 2e-3
    """Of everything else, by AdamW."""
    weight_decay: float = 0.02
    warm_up_steps: int = 80
    average_decay: float = 0.995
    rendered_share: float = 0.6
    """Share of crops from rendered sets where photographs are given as well."""
    labelled_share: float = 0.6
    """Share of crops from labelled sets where there is anything else."""
    threads: int = os.cpu_count() or 1
    """Crops are made beside: on two cores a third more are learnt from than with one core left to
    make them."""
    checkpoint_seconds: float = 120.0
    rescan_steps: int = 100
    validation_crops: int = 96
    validation_steps: int = 500

    @property
    def rates(self) -> tuple[float, float]:
        """Of the optimisers, in their order."""
        return self.rate, self.rate_of_rest


FINE_TUNING = Recipe(
    fresh=6,
    kept=1200,
    coarse_share=0.0,
    rate=5e-3,
    rate_of_rest=8e-4,
    warm_up_steps=40,
    average_decay=0.99,
)
"""To go on from a pack with a site's own pictures."""
