"""What the record says in English, in Chinese."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path


@cache
def _known() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(Path(__file__).with_name("zh-CN.toml").read_text("utf-8"))


def chinese_quantity(quantity: str) -> str | None:
    """The name of a quantity; None where nobody has translated it."""
    return _known()["quantities"].get(quantity)


def chinese_sentence(sentence: str) -> str | None:
    """A reason or remedy; None where nobody has translated it."""
    return _known()["sentences"].get(sentence)
