"""Patterns from a site's configuration, compiled only if no line can make them slow."""

import re

MOST_CHOICES = 300_000
"""Of the ways to match a line; a search engine without a time limit tries them all at worst."""

_PART = re.compile(
    r"""(?P<class>\[\^?\]?(?:\\.|[^\]\\])*\])
      | (?P<escape>\\.)
      | (?P<open>\((?:\?P<[A-Za-z_]\w*>|\?:)?)
      | (?P<close>\))
      | (?P<either>\|)
      | (?P<repeat>[*+?]|\{[0-9]{0,4}(?:,[0-9]{0,4})?\})
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


def compile_safely(pattern: str, longest: int) -> re.Pattern[str]:
    """The compiled pattern for lines of at most `longest` characters.

    ValueError with a sentence if it is no pattern, refers back or looks around, repeats a group
    (the way to exponential time), or leaves more than `MOST_CHOICES` ways to match a line.
    """
    try:
        compiled = re.compile(pattern, re.ASCII)
    except re.error as error:
        raise ValueError(f"the pattern {pattern!r} is not valid: {error}") from error
    choices, before = 1, ""
    for part in _PART.finditer(pattern):
        kind = part.lastgroup or ""
        if kind == "escape" and (part[0][1].isdigit() or part[0][1] == "g"):
            raise ValueError("a pattern may not refer back to one of its groups")
        if kind == "open" and pattern[part.end() : part.end() + 1] == "?" and part[0] == "(":
            raise ValueError("a pattern may hold (?P<name>…) and (?:…), and no other (?…)")
        if kind == "either":
            choices *= 2
        if kind == "repeat" and before != "repeat":
            if before == "close" and part[0] != "?":
                raise ValueError("a pattern may not repeat a group: repeat a character class")
            choices *= _ways(part[0], longest)
        before = kind
    if choices > MOST_CHOICES:
        raise ValueError(
            "the pattern leaves too many ways to match a line: state lengths, such as [0-9]{6}"
        )
    return compiled


def _ways(repeat: str, longest: int) -> int:
    """How many different lengths a repetition can have on a line."""
    if repeat == "?":
        return 2
    if repeat in "*+":
        return longest
    least, comma, most = repeat.strip("{}").partition(",")
    if not comma:
        return 1
    return min(int(most) if most else longest, longest) - int(least or 0) + 1
