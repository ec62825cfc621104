"""The light dialects that ship, and those that a site makes of them."""

from collections.abc import Mapping
from dataclasses import fields, replace
from types import MappingProxyType
from typing import Any

from firmware_bridge.codecs.ascii_light import LightDialect

S = LightDialect(
    name="s",
    channels=MappingProxyType({letter: letter for letter in "ABCD"}),
    level_max=255,
    set_level="S{channel}{level:04d}#",
    done="{lower}",
    ask_level="S{channel}#",
    level_answer="{lower}{level:04d}",
    others=MappingProxyType(
        {
            "constant on": "SH#",
            "constant off": "SL#",
            "pulse width": "SP{channel}{level:04d}#",
            "light delay": "DL{channel}{level:04d}#",
            "trigger mode": "TR{level:d}#",
            "heartbeat": "CST",
            "save": "SAVE#",
        }
    ),
)

OPT = LightDialect(
    name="opt",
    channels=MappingProxyType({number: number for number in "1234"}),
    level_max=255,
    set_level="$3{channel}{level:03X}{check}",
    done="$",
    refused="&",
    ask_level="$4{channel}000{check}",
    level_answer="$4{channel}{level:03X}{check}",
    turn_on="$1{channel}000{check}",
    others=MappingProxyType({"turn off": "$2{channel}000{check}"}),
    checksum="xor",
)

CCS = LightDialect(
    name="ccs",
    channels=MappingProxyType({f"{number:02d}": f"{number:02d}" for number in range(4)}),
    level_max=255,
    set_level="@{channel}F{level:03d}{check}\r\n",
    done="@{channel}O{text}\r\n",
    refused="@{channel}N{text}\r\n",
    turn_on="@{channel}L1{check}\r\n",
    others=MappingProxyType({"turn off": "@{channel}L0{check}\r\n"}),
    checksum="sum",
)

CCS_UNIT = replace(
    CCS,
    name="ccs-unit",
    set_level="@{channel}F{level:03d}00{check}\r\n",
    turn_on="@{channel}L100{check}\r\n",
    others=MappingProxyType(
        {
            "turn off": "@{channel}L000{check}\r\n",
        }
    ),
)

CCS_ETHERNET = replace(
    CCS,
    name="ccs-ethernet",
    level_max=999,
    set_level="@{channel}F{level:04d}\r\n",
    turn_on="@{channel}L1\r\n",
    others=MappingProxyType({"turn off": "@{channel}L0\r\n"}),
    checksum="none",
)

GARDASOFT = LightDialect(
    name="gardasoft",
    channels=MappingProxyType({number: number for number in "12"}),
    level_max=100,
    set_level="RS{channel},{level:d}\r",
    done="{text}>",
    refused="{text}Err{text}>",
    probe="VR\r",
    probe_answer="{text}>",
    others=MappingProxyType(
        {
            "status": "ST{level:d}\r",
            "read and clear error": "GR\r",
            "simulate trigger": "TR{channel}\r",
            "save": "AW\r",
        }
    ),
)

SHIPPED: Mapping[str, LightDialect] = MappingProxyType(
    {dialect.name: dialect for dialect in (S, OPT, CCS, CCS_UNIT, CCS_ETHERNET, GARDASOFT)}
)

SETTINGS = frozenset(each.name for each in fields(LightDialect) if each.init)


def read_dialect(record: Mapping[str, Any]) -> LightDialect:
    """The dialect of a site's record: `like` names a shipped one, every other key changes it.

    Keys are those of `LightDialect`; without `like`, `name`, `channels`, `level_max` and
    `set_level` must be there. `channels` may be a list of codes that are names as well. False
    takes an optional template away. ValueError with a sentence for what cannot work.
    """
    changes = dict(record)
    like = changes.pop("like", None)
    unknown = sorted(set(changes) - SETTINGS)
    if unknown:
        raise ValueError(
            f"a light dialect has no {unknown[0]!r}: use {', '.join(sorted(SETTINGS))}"
        )
    for key, value in changes.items():
        changes[key] = _setting(key, value)
    if like is None:
        missing = sorted({"name", "channels", "level_max", "set_level"} - set(changes))
        if missing:
            raise ValueError(f"a light dialect needs {missing[0]}, or the name of one it is like")
        return LightDialect(**changes)
    if like not in SHIPPED:
        raise ValueError(f"no light dialect {like!r} ships: use {', '.join(SHIPPED)}")
    return replace(SHIPPED[like], **changes)


def _setting(key: str, value: object) -> object:
    """A value of the type that its key needs."""
    match key, value:
        case "level_max", int() if not isinstance(value, bool):
            return value
        case "channels", list() if all(isinstance(code, str) for code in value):
            return {code: code for code in value}
        case (("channels" | "others"), dict()) if all(
            isinstance(code, str) for code in value.values()
        ):
            return value
        case (("level_max" | "channels" | "others"), _):
            pass
        case (("name" | "set_level" | "checksum"), str()):
            return value
        case (("name" | "set_level" | "checksum"), _):
            pass
        case _, str():
            return value
        case _, False:
            return None
    raise ValueError(f"{key} of a light dialect cannot be {value!r}")
