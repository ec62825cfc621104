"""The class names in a YOLO set's `data.yaml`.

Only `names` is read, in the three forms that exporters write: a list in brackets, a list of dashes,
numbers with names. A YAML library would be one more thing on every bench for this one key.
"""

import json
import re
from pathlib import Path

from models.labels.labelled import LabelError

_KEY = re.compile(r"names\s*:\s*(?P<rest>.*)")
_ENTRY = re.compile(r"\s*(?:-|(?P<number>\d+)\s*:)\s+(?P<name>.+)")
_PART = re.compile(r"""\s*(?:"[^"]*"|'[^']*'|[^,"'\[\]{}]+)\s*""")


def class_names(file: Path) -> tuple[str, ...]:
    """The names in the order of their numbers; LabelError where the file does not give them."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LabelError(f"{file} cannot be read: write it again as text.") from error
    for start, line in enumerate(lines):
        if key := _KEY.match(_bare(line)):
            entries = _inline(key["rest"], lines[start + 1 :]) or _block(lines[start + 1 :])
            names = dict(entries)
            if sorted(names) == list(range(len(names))) and names:
                return tuple(names[number] for number in sorted(names))
            break
    if listed := _json_names(lines):
        return listed
    raise LabelError(
        f'{file} does not list its classes: give it a line such as names: ["stain", "tear"].'
    )


def _inline(rest: str, following: list[str]) -> list[tuple[int, str]]:
    """A list or map in brackets, which may run over several lines."""
    if not rest or rest[0] not in "[{":
        return []
    closing = "]" if rest[0] == "[" else "}"
    for line in following:
        if closing in rest:
            break
        rest += " " + _bare(line)
    parts = _PART.findall(rest[1 : rest.rfind(closing)])
    if closing == "]":
        return list(enumerate(_unquoted(part) for part in parts))
    pairs = (part.partition(":") for part in rest[1 : rest.rfind(closing)].split(","))
    return [
        (int(_unquoted(number)), _unquoted(name))
        for number, _, name in pairs
        if _unquoted(number).isdecimal()
    ]


def _block(lines: list[str]) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for line in lines:
        bare = _bare(line)
        if not bare.strip():
            continue
        entry = _ENTRY.fullmatch(bare)
        if not entry:
            break
        number = len(found) if entry["number"] is None else int(entry["number"])
        found.append((number, _unquoted(entry["name"])))
    return found


def _json_names(lines: list[str]) -> tuple[str, ...]:
    """JSON is YAML, and `names` may stand anywhere in it."""
    try:
        names = json.loads("\n".join(lines))["names"]
        ordered = names if isinstance(names, list) else [names[str(n)] for n in range(len(names))]
    except (ValueError, KeyError, TypeError):
        return ()
    return tuple(str(name) for name in ordered)


def _bare(line: str) -> str:
    """The line without a comment; names do not contain ` #`."""
    return re.sub(r"(^|\s)#.*", "", line).rstrip()


def _unquoted(word: str) -> str:
    return word.strip().strip("\"'").strip()
