"""Light controllers that speak short ASCII texts: one dialect is data, one decoder reads all.

Sans I/O. A dialect names the commands of the computer and the answers of the controller as
templates. Many answers have no end mark and some are the beginning of another one, so a decoder is
told which are expected.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from firmware_bridge.codecs.ascii_light_template import Checksum, Template
from firmware_bridge.codecs.frames import Cut, FrameDecoder, Skip, Whole

LONGEST_ANSWER = 64
LONGEST_WINDOW = 2 * LONGEST_ANSWER
MOST_CHANNELS = 64
MOST_LEVEL = 99_999
IDLE_GAP_S = 0.2

Role: TypeAlias = Literal[
    "refused",
    "set_level",
    "turn_on",
    "ask_level",
    "probe",
    "other",
    "level_answer",
    "probe_answer",
    "done",
]
"""What a text is for; where two fit at one place and are equally long, the first is meant."""

COMMANDS: tuple[Role, ...] = ("set_level", "turn_on", "ask_level", "probe", "other")
ANSWERS: tuple[Role, ...] = ("refused", "level_answer", "probe_answer", "done")


@dataclass(frozen=True)
class LightDialect:
    """How a family of controllers is spoken to; `Template` says what a template may hold.

    `channels` are names and the codes on the wire, `level_max` is full brightness. `set_level` sets
    a channel; `done` answers it (none: nothing does) and so does `refused`. `ask_level` asks for
    `level_answer`, `probe` for `probe_answer`; without either, life shows in the answer to
    `set_level`. `turn_on` is sent for each channel after each opening and answered like
    `set_level`. `others` are further commands by name, which are understood but never sent.
    `checksum` is how `{check}` is reckoned.
    """

    name: str
    channels: Mapping[str, str]
    level_max: int
    set_level: str
    done: str | None = None
    refused: str | None = None
    ask_level: str | None = None
    level_answer: str | None = None
    probe: str | None = None
    probe_answer: str | None = None
    turn_on: str | None = None
    others: Mapping[str, str] = field(default_factory=dict)
    checksum: Checksum = "none"
    templates: Mapping[Role, tuple[Template, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """ValueError with a sentence if the dialect cannot work."""
        try:
            _check_numbers(self)
            templates = _templates(self)
            _check_templates(self, templates)
        except ValueError as error:
            raise ValueError(f"light dialect {self.name}: {error}") from error
        object.__setattr__(self, "templates", templates)

    def encode(self, role: Role, *, channel: str = "", level: int = 0, text: str = "") -> bytes:
        """The first text of a role; `channel` is a name. ValueError if the dialect has none."""
        known = self.templates.get(role)
        if not known:
            raise ValueError(f"the light dialect {self.name} has no {role}")
        code = self.channels[channel] if channel else next(iter(self.channels.values()))
        return known[0].write(self.checksum, code=code, level=level, text=text)


@dataclass(frozen=True, slots=True)
class LightText:
    """One whole command or answer; `channel` is a name of the dialect's, `name` of its others."""

    role: Role
    raw: bytes
    channel: str | None = None
    level: int | None = None
    name: str | None = None


class LightDecoder(FrameDecoder[LightText]):
    """A decoder of some dialects' texts; `roles` are those expected now, and may be changed.

    A text whose checksum is wrong is damage as a whole (`checksum`), what no expected text begins
    with is noise, and a text that has not become whole within 0.2 s is `unfinished`. Texts have at
    most 64 characters. Nothing is expected of a decoder without roles: all is noise.
    """

    def __init__(self, dialects: Iterable[LightDialect], roles: Collection[Role] = ANSWERS) -> None:
        super().__init__(self._cut_text, limit=LONGEST_WINDOW, idle_gap_s=IDLE_GAP_S)
        self.roles = roles
        self._readers = [
            (role, template, template.reading(dialect.channels.values()), dialect)
            for role in get_args(Role)
            for dialect in dialects
            for template in dialect.templates.get(role, ())
        ]

    def _cut_text(self, buffer: bytearray, start: int) -> Cut[LightText]:
        """What begins first, there the longest, there the first role."""
        window = bytes(buffer[start : start + LONGEST_WINDOW])
        best: tuple[int, int, LightText | None] | None = None
        for role, template, pattern, dialect in self._readers:
            if role not in self.roles or template.end.encode("ascii") not in window:
                continue
            found = pattern.search(window)
            if found is None:
                continue
            place = (found.start(), -len(found[0]))
            if best is None or place < best[:2] or (best[2] is None and place == best[:2]):
                best = (*place, _text(role, template, found, dialect))
        if best is None and self.roles and len(window) < LONGEST_WINDOW:
            return None
        if best is None:
            return Skip(len(window) - LONGEST_ANSWER if self.roles else len(window), "noise")
        at, size, text = best[0], -best[1], best[2]
        if at:
            return Skip(at, "noise")
        return Skip(size, "checksum") if text is None else Whole(size, text)


def _text(
    role: Role, template: Template, found: re.Match[bytes], dialect: LightDialect
) -> LightText | None:
    """What a match says; none if its checksum is wrong."""
    read = template.read(found, dialect.checksum)
    if not read.checked:
        return None
    names = {code.lower() if read.lower else code: name for name, code in dialect.channels.items()}
    others = {text: name for name, text in dialect.others.items()}
    return LightText(
        role,
        found[0],
        None if read.code is None else names.get(read.code),
        read.level,
        others.get(template.text) if role == "other" else None,
    )


def _check_numbers(dialect: LightDialect) -> None:
    channels = dialect.channels
    if not 0 < len(channels) <= MOST_CHANNELS:
        raise ValueError(f"it has 1 to {MOST_CHANNELS} channels")
    for name, code in channels.items():
        if not name or not code or not code.isascii() or not code.isprintable() or len(code) > 8:
            raise ValueError(f"the channel {name!r} needs a code of 1 to 8 printable characters")
    if len(set(channels.values())) != len(channels):
        raise ValueError("two channels have the same code")
    if not 0 < dialect.level_max <= MOST_LEVEL:
        raise ValueError(f"level_max is a whole number from 1 to {MOST_LEVEL}")
    if dialect.checksum not in ("none", "xor", "sum"):
        raise ValueError("checksum is none, xor or sum")


def _templates(dialect: LightDialect) -> dict[Role, tuple[Template, ...]]:
    texts: dict[Role, tuple[str | None, ...]] = {
        "refused": (dialect.refused,),
        "set_level": (dialect.set_level,),
        "ask_level": (dialect.ask_level,),
        "probe": (dialect.probe,),
        "turn_on": (dialect.turn_on,),
        "other": tuple(dialect.others.values()),
        "level_answer": (dialect.level_answer,),
        "probe_answer": (dialect.probe_answer,),
        "done": (dialect.done,),
    }
    return {
        role: tuple(Template(text) for text in known if text is not None)
        for role, known in texts.items()
    }


def _check_templates(dialect: LightDialect, templates: Mapping[Role, tuple[Template, ...]]) -> None:
    for role, known in templates.items():
        for template in known:
            if "check" in template.fields and dialect.checksum == "none":
                raise ValueError(f"{role} has a {{check}}, but the checksum is none")
            if role in COMMANDS and "text" in template.fields:
                raise ValueError(f"{role} has a {{text}}, which only answers may have")
            if not template.fits(dialect.level_max):
                raise ValueError(f"{role} has no room for the level {dialect.level_max}")
    (set_level,) = templates["set_level"]
    if "level" not in set_level.fields:
        raise ValueError("set_level needs a {level}")
    if len(dialect.channels) > 1 and not {"channel", "lower"} & set_level.fields:
        raise ValueError("set_level needs a {channel}, since there are several")
    if bool(dialect.ask_level) != bool(dialect.level_answer):
        raise ValueError("ask_level and level_answer are given together")
    if bool(dialect.probe) != bool(dialect.probe_answer):
        raise ValueError("probe and probe_answer are given together")
    if dialect.level_answer and "level" not in templates["level_answer"][0].fields:
        raise ValueError("level_answer needs a {level}")
    if not (dialect.done or dialect.ask_level):
        raise ValueError("it needs done or ask_level, else nothing shows that a level was set")
