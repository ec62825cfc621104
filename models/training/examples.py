"""What a run learns from and what it is looked at with, gathered from sets and photographs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.training.batches import Mixture
from models.training.errors import TrainingError
from models.training.partition import Part
from models.training.photographs import list_photographs
from models.training.sources import PhotographCrops, RenderedCrops, photographs_of

_LOOKED_AT_BYTES = 2**28
_ENOUGH_RETURNS = 60
"""With fewer returns photographs take a part of their share, so that none is learnt by heart."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Rendered returns and clean photographs, each with a part kept back for validation."""

    rendered: RenderedCrops
    rendered_kept: RenderedCrops
    photographed: PhotographCrops | None
    photographed_kept: PhotographCrops | None
    rendered_share: float

    def learnt(self) -> Mixture:
        """The mixture to learn from; raises TrainingError where there is nothing yet."""
        mixture = self._mixture(self.rendered, self.photographed)
        if mixture is None:
            raise TrainingError("The sets hold no returns to learn from: render some first.")
        return mixture

    def checked(self) -> Mixture | None:
        """The mixture to look at between steps, or None where nothing was kept back."""
        return self._mixture(self.rendered_kept, self.photographed_kept)

    def rescan(self) -> None:
        """Take up returns that were finished since."""
        self.rendered.rescan()
        self.rendered_kept.rescan()

    def _mixture(
        self, rendered: RenderedCrops, photographed: PhotographCrops | None
    ) -> Mixture | None:
        if photographed is None:
            return Mixture((rendered,), (1.0,)) if rendered.returns else None
        if not rendered.returns:
            return Mixture((photographed,), (1.0,))
        share = self.rendered_share * min(1.0, rendered.returns / _ENOUGH_RETURNS)
        return Mixture((rendered, photographed), (share, 1 - share))


def collect_examples(
    sets: Sequence[Path],
    directories: Sequence[Path],
    classes: Sequence[str],
    rendered_share: float,
) -> Examples:
    """The examples of ``sets`` and of the photograph ``directories``; either may be empty."""
    if not sets and not directories:
        raise TrainingError("Nothing to learn from: name a rendered set or photographs.")
    photographs = list_photographs(directories)
    learnt = photographs_of(photographs, Part.TRAIN)
    kept = photographs_of(photographs, Part.VALIDATION)
    return Examples(
        rendered=RenderedCrops(sets, classes, frozenset({Part.TRAIN})),
        rendered_kept=RenderedCrops(sets, classes, frozenset({Part.VALIDATION}), _LOOKED_AT_BYTES),
        photographed=PhotographCrops(learnt, classes) if learnt else None,
        photographed_kept=PhotographCrops(kept, classes, _LOOKED_AT_BYTES) if kept else None,
        rendered_share=rendered_share,
    )
