"""Every kind of device the bench knows."""

from firmware_bridge.families import llrp, m100, plain, r2000, sics, uhfreader18, zpl_status
from firmware_bridge.family import Family

FAMILIES: tuple[Family, ...] = (
    plain.FAMILY,
    m100.FAMILY,
    uhfreader18.FAMILY,
    r2000.FAMILY,
    sics.FAMILY,
    zpl_status.FAMILY,
    llrp.FAMILY,
)


def family(kind: str) -> Family | None:
    """The family of a kind; none if the bench knows no such kind."""
    return next((known for known in FAMILIES if known.kind == kind), None)
