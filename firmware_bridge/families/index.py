"""Every kind of device the bench knows."""

from firmware_bridge.families import (
    aandd,
    board,
    cf,
    honeywell,
    light_ccs,
    light_gardasoft,
    light_opt,
    light_s,
    llrp,
    m100,
    plain,
    r2000,
    scale_generic,
    sics,
    ssi,
    thingmagic,
    uhfreader18,
    zpl_status,
)
from firmware_bridge.family import Family

FAMILIES: tuple[Family, ...] = (
    plain.FAMILY,
    ssi.FAMILY,
    honeywell.FAMILY,
    board.FAMILY,
    m100.FAMILY,
    uhfreader18.FAMILY,
    cf.FAMILY,
    r2000.FAMILY,
    thingmagic.FAMILY,
    sics.FAMILY,
    aandd.FAMILY,
    scale_generic.FAMILY,
    zpl_status.FAMILY,
    llrp.FAMILY,
    light_s.FAMILY,
    light_opt.FAMILY,
    light_ccs.FAMILY,
    light_gardasoft.FAMILY,
)


def family(kind: str) -> Family | None:
    """The family of a kind, also of a printer's `zpl`; none if the bench knows no such kind."""
    wanted = zpl_status.FAMILY.kind if kind == "zpl" else kind
    return next((known for known in FAMILIES if known.kind == wanted), None)
