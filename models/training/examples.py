"""What a run learns from and what it is looked at with, gathered from sets and photographs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.labels.labelled import LabelledSet
from models.training.batches import Mixture
from models.training.errors import TrainingError
from models.training.labelled import NOTHING_TO_LEARN, LabelledCrops
from models.training.partition import Part
from models.training.photographs import check_photographs, list_photographs, photographs_of
from models.training.sources import (
    CropSource,
    PhotographCrops,
    RenderedCrops,
)

_LOOKED_AT_BYTES = 2**28
_ENOUGH_RETURNS = 60
"""With fewer returns photographs take a part of their share, so that none is learnt by heart."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Rendered returns, clean photographs and labelled pictures, a part of each kept back."""

    rendered: RenderedCrops
    rendered_kept: RenderedCrops
    photographed: PhotographCrops | None
    photographed_kept: PhotographCrops | None
    labelled: LabelledCrops | None
    labelled_kept: LabelledCrops | None
    rendered_share: float
    labelled_share: float

    def learnt(self) -> Mixture:
        """The mixture to learn from; raises TrainingError where there is nothing yet."""
        mixture = self._mixture(self.rendered, self.photographed, self.labelled)
        if mixture is None and self.labelled:
            raise TrainingError(NOTHING_TO_LEARN)
        if mixture is None:
            raise TrainingError("The sets hold no returns to learn from: render some first.")
        return mixture

    def checked(self) -> Mixture | None:
        """The mixture to look at between steps, or None where nothing was kept back."""
        return self._mixture(self.rendered_kept, self.photographed_kept, self.labelled_kept)

    def rescan(self) -> None:
        """Take up returns that were finished since."""
        self.rendered.rescan()
        self.rendered_kept.rescan()

    def _mixture(
        self,
        rendered: RenderedCrops,
        photographed: PhotographCrops | None,
        labelled: LabelledCrops | None,
    ) -> Mixture | None:
        sources: list[tuple[CropSource, float]] = []
        share = self.rendered_share if photographed else 1.0
        if photographed and rendered.returns:
            share *= min(1.0, rendered.returns / _ENOUGH_RETURNS)
        if rendered.returns:
            sources.append((rendered, share))
        if photographed:
            sources.append((photographed, 1 - share if rendered.returns else 1.0))
        if labelled and labelled.pictures:
            rest = self.labelled_share if sources else 0.0
            sources = [(source, (1 - rest) * part) for source, part in sources]
            sources.append((labelled, rest or 1.0))
        if not sources:
            return None
        return Mixture(tuple(source for source, _ in sources), tuple(part for _, part in sources))


def collect_examples(
    sets: Sequence[Path],
    directories: Sequence[Path],
    classes: Sequence[str],
    *,
    labelled: Sequence[LabelledSet] = (),
    rendered_share: float,
    labelled_share: float,
) -> Examples:
    """The examples of rendered ``sets``, of the photograph ``directories`` and of ``labelled``
    sets; not all of them may be empty."""
    if not sets and not directories and not labelled:
        raise TrainingError("Nothing to learn from: name a set or photographs.")
    photographs = list_photographs(directories)
    check_photographs(photographs)
    learnt = photographs_of(photographs, Part.TRAIN)
    kept = photographs_of(photographs, Part.VALIDATION)
    return Examples(
        rendered=RenderedCrops(sets, classes, frozenset({Part.TRAIN})),
        rendered_kept=RenderedCrops(sets, classes, frozenset({Part.VALIDATION}), _LOOKED_AT_BYTES),
        photographed=PhotographCrops(learnt, classes) if learnt else None,
        photographed_kept=PhotographCrops(kept, classes, _LOOKED_AT_BYTES) if kept else None,
        labelled=LabelledCrops(labelled, classes, Part.TRAIN) if labelled else None,
        labelled_kept=LabelledCrops(labelled, classes, Part.VALIDATION) if labelled else None,
        rendered_share=rendered_share,
        labelled_share=labelled_share,
    )
