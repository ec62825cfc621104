"""Scale dialects from a site's TOML table."""

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from firmware_bridge.codecs.mass import GRAMS, ScaleStatus
from firmware_bridge.codecs.safe_pattern import compile_safely
from firmware_bridge.codecs.scale_pattern import LONGEST_LINE, SHIPPED, ScaleDialect

ENDS: Mapping[str, bytes] = MappingProxyType({"crlf": b"\r\n", "cr": b"\r", "lf": b"\n"})
STATUSES: tuple[ScaleStatus, ...] = ("stable", "unstable", "overload", "underload")


def read_dialect(table: Mapping[str, object]) -> ScaleDialect:
    """A dialect from a site's TOML table. ValueError with a sentence for what cannot work.

    `like` names a shipped dialect to start from; the other keys replace its parts: `pattern`,
    `silent`, `end` (crlf, cr, lf), `unit`, `stable`, `unstable`, `overload`, `underload` and
    `negative` (lists of status texts), `decimals`, `ask`, `zero`, `tare` (texts; the end is added),
    `equal`.
    """
    read = _Table(table)
    base = read.base()
    end = read.end() or base.end
    dialect = ScaleDialect(
        name=base.name,
        pattern=read.pattern("pattern") or base.pattern,
        end=end,
        start=base.start,
        unit=read.text("unit") or base.unit,
        status=read.statuses() or base.status,
        negative=read.texts("negative") or base.negative,
        decimals=read.number("decimals", 0, 9, base.decimals),
        silent=read.pattern("silent") or base.silent,
        ask=read.sent("ask", end) or base.ask,
        zero=read.sent("zero", end) or base.zero,
        tare=read.sent("tare", end) or base.tare,
        equal=read.number("equal", 2, 20, base.equal),
    )
    read.finish()
    return _checked(dialect, equal_given="equal" in table)


class _Table:
    """A table whose keys are taken out one by one; what stays is unknown."""

    def __init__(self, table: Mapping[str, object]) -> None:
        self._rest = dict(table)

    def base(self) -> ScaleDialect:
        if "like" in self._rest:
            like = self._rest.pop("like")
            if like not in SHIPPED:
                raise ValueError(f"like = {like!r}: choose one of {', '.join(SHIPPED)}")
            return SHIPPED[str(like)]
        if "pattern" not in self._rest:
            raise ValueError("a scale's dialect needs a pattern, or like = one that is shipped")
        return ScaleDialect("site", re.compile(""))

    def end(self) -> bytes | None:
        end = self.text("end")
        if end is not None and end not in ENDS:
            raise ValueError(f"end = {end!r}: choose one of {', '.join(ENDS)}")
        return None if end is None else ENDS[end]

    def text(self, key: str) -> str | None:
        if key not in self._rest:
            return None
        value = self._rest.pop(key)
        if not isinstance(value, str) or not value or not value.isascii() or len(value) > 400:
            raise ValueError(f"{key} is a text of at most 400 ASCII characters")
        return value

    def sent(self, key: str, end: bytes) -> bytes | None:
        text = self.text(key)
        return None if text is None else text.encode("ascii") + end

    def pattern(self, key: str) -> re.Pattern[str] | None:
        text = self.text(key)
        return None if text is None else compile_safely(text, LONGEST_LINE)

    def texts(self, key: str) -> frozenset[str]:
        value = self._rest.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            raise ValueError(f"{key} is a list of texts")
        return frozenset(value)

    def statuses(self) -> Mapping[str, ScaleStatus]:
        statuses: dict[str, ScaleStatus] = {}
        for kind in STATUSES:
            for text in self.texts(kind):
                if statuses.setdefault(text, kind) != kind:
                    raise ValueError(f"the status {text!r} cannot be {statuses[text]} and {kind}")
        return MappingProxyType(statuses)

    def number(self, key: str, least: int, most: int, default: int) -> int:
        value = self._rest.pop(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError(f"{key} is a number from {least} to {most}")
        return value

    def finish(self) -> None:
        if self._rest:
            raise ValueError(f"a scale's dialect has no key {next(iter(self._rest))!r}")


def _checked(dialect: ScaleDialect, *, equal_given: bool) -> ScaleDialect:
    groups = dialect.pattern.groupindex
    if "value" not in groups:
        raise ValueError("the pattern of a scale needs a group (?P<value>…) for the number")
    if ("unit" in groups) == (dialect.unit is not None):
        raise ValueError(
            "the unit of a scale comes from a group (?P<unit>…) or from unit = …, and from one only"
        )
    if dialect.unit is not None and dialect.unit not in GRAMS:
        raise ValueError(f"unit = {dialect.unit!r}: choose one of {', '.join(GRAMS)}")
    if unknown := set(groups) - {"value", "unit", "status", "sign"}:
        raise ValueError(f"the pattern of a scale has no group {min(unknown)!r}")
    if ("status" in groups) != ("stable" in dialect.status.values()):
        raise ValueError(
            "a group (?P<status>…) and stable = […], which says what it holds when stable, "
            "go together"
        )
    if "status" not in groups and not equal_given:
        return replace(dialect, equal=3)
    return dialect
