"""The words of the product: one catalogue per language, for screen, command line and reports.

An entry may hold `{name}`, replaced by an argument, and `{name:family}`, replaced by the entry
`family.<argument>`: "{defect:defect}, {value} {unit:unit}". A family with an entry `other` is open:
members it does not list (a pose or a disposition that a site added) read as that entry with
`{name}`.
"""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from string import Formatter
from typing import Any

from station.domain.faults import refuse

LOCALES = ("en", "zh-CN")
OPEN = "other"


class MessageError(KeyError):
    """An id that the catalogue does not have, or an argument that a message lacks: a bug."""


class Catalogue:
    """The messages of one language."""

    def __init__(self, locale: str, entries: Mapping[str, str]) -> None:
        self.locale = locale
        self._entries = dict(entries)

    @classmethod
    def load(cls, locale: str) -> "Catalogue":
        """The catalogue of `locale` as shipped; StationError if there is none."""
        if locale not in LOCALES:
            raise refuse(
                f"There is no language {locale!r}: choose {' or '.join(LOCALES)}.", "locale"
            )
        text = (files("station.messages") / f"{locale}.toml").read_text(encoding="utf-8")
        return cls(locale, dict(_flatten(tomllib.loads(text))))

    @property
    def ids(self) -> frozenset[str]:
        """Every id."""
        return frozenset(self._entries)

    def entry(self, message_id: str) -> str:
        """The entry as written, with its placeholders."""
        return self._find(message_id)[0]

    def text(self, message_id: str, /, **arguments: object) -> str:
        """The message with its arguments put in; arguments it does not use are ignored.

        Raises MessageError for an unknown id or a missing argument.
        """
        entry, implied = self._find(message_id)
        given = {**implied, **arguments}
        parts: list[str] = []
        for literal, name, family, _ in Formatter().parse(entry):
            parts.append(literal)
            if name is None:
                continue
            if name not in given:
                raise MessageError(f"message {message_id!r} needs the argument {name!r}")
            value = given[name]
            parts.append(self.text(f"{family}.{value}") if family else str(value))
        return "".join(parts)

    def _find(self, message_id: str) -> tuple[str, dict[str, object]]:
        """The entry, and the name it implies in an open family."""
        family, _, name = message_id.partition(".")
        spare = self._entries.get(f"{family}.{OPEN}")
        entry = self._entries.get(message_id, spare)
        if entry is None or not name:
            raise MessageError(f"no message {message_id!r} in {self.locale}")
        return entry, {"name": name.replace("_", " ")} if spare is not None else {}


def _flatten(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    entries: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, str):
            entries.append((prefix + key, value))
        else:
            entries += _flatten(value, f"{prefix}{key}.")
    return entries
