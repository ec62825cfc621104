"""How unlike anything learnt the pictures of a pose are."""

from collections.abc import Iterable

from models.runtime.features import FeatureMap
from models.runtime.region import Region
from models.runtime.support import Support, summary_of


def strangeness(
    support: Support | None, seen: Iterable[FeatureMap], region: Region
) -> float | None:
    """The most that any look at the region is unlike what was learnt, above 1 where it is strange.

    `seen` is what the net saw in each look. None where nothing tells.
    """
    if support is None:
        return None
    summaries = (summary_of(each.values, region.mask(each.window, each.stride)) for each in seen)
    told = [support.strangeness(each) for each in summaries if each is not None]
    return round(max(told), 3) if told else None
