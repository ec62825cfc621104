"""What the record says in English, in Chinese."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_PLACE = re.compile(r"\{(\w+)\}")


@cache
def _known() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(Path(__file__).with_name("zh-CN.toml").read_text("utf-8"))


def chinese_quantity(quantity: str) -> str | None:
    """The name of a quantity; None where nobody has translated it."""
    return _known()["quantities"].get(quantity)


def chinese_word(word: str) -> str | None:
    """What a word of a figure or table is called; None where nobody has translated it."""
    return _known()["words"].get(word)


def chinese_sentence(sentence: str) -> str | None:
    """A reason or remedy, with the figures and names in it; None where nobody translated it."""
    whole = _known()["sentences"].get(sentence)
    if whole is not None:
        return whole
    for pattern, chinese in _patterns():
        if found := pattern.fullmatch(sentence):
            places = {name: _words(text) for name, text in found.groupdict().items()}
            return chinese.format_map(places)
    return None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    entries = _known()["sentences"].items()
    return tuple((_pattern(english), chinese) for english, chinese in entries if "{" in english)


def _pattern(english: str) -> re.Pattern[str]:
    """The words between the places as they stand, and anything in the places."""
    literal, *rest = _PLACE.split(english)
    parts = [re.escape(literal)]
    for name, following in zip(rest[::2], rest[1::2], strict=True):
        parts += [f"(?P<{name}>.+)", re.escape(following)]
    return re.compile("".join(parts))


def _words(text: str) -> str:
    """What fills a place: figures and names of patches stay, places in the picture are said."""
    words = _known()["words"]
    return "、".join(words.get(part, part) for part in text.split(", "))
