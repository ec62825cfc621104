"""Writing plain values as TOML 1.0; the standard library only reads it."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

Value: TypeAlias = "str | bool | int | float | datetime | Sequence[Value] | Mapping[str, Value]"


def write_toml(document: Mapping[str, Value]) -> str:
    """Return the document as TOML: plain values, then tables, then arrays of tables.

    Takes text, true and false, whole and finite numbers, aware times, and sequences and mappings
    of these. A sequence of mappings becomes an array of tables only at the top or inside a table;
    elsewhere tables are written inline. Reading it with `tomllib` gives the same values.
    """
    lines: list[str] = []
    _table(document, (), lines)
    return "\n".join(lines).lstrip("\n") + "\n"


def _table(table: Mapping[str, Value], path: tuple[str, ...], lines: list[str]) -> None:
    below: list[tuple[str, Value]] = []
    for key, value in table.items():
        if isinstance(value, Mapping) or _is_tables(value):
            below.append((key, value))
        else:
            lines.append(f"{_key(key)} = {_inline(value)}")
    for key, value in below:
        name = (*path, key)
        heading = ".".join(_key(part) for part in name)
        if isinstance(value, Mapping):
            lines += ["", f"[{heading}]"]
            _table(value, name, lines)
        elif isinstance(value, Sequence):
            for each in value:
                lines += ["", f"[[{heading}]]"]
                if isinstance(each, Mapping):
                    _table(each, name, lines)


def _is_tables(value: Value) -> bool:
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and bool(value)
        and all(isinstance(each, Mapping) for each in value)
    )


def _inline(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value)
        case int() | float():
            return repr(value)
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case Mapping():
            return "{" + ", ".join(f"{_key(k)} = {_inline(v)}" for k, v in value.items()) + "}"
    return "[" + ", ".join(_inline(each) for each in value) + "]"


def _key(key: str) -> str:
    bare = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if bare else _text(key)


def _text(text: str) -> str:
    """A JSON string is a basic string of TOML once DEL is escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
