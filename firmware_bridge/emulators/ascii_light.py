"""An imitated light controller of any ASCII dialect."""

from firmware_bridge.codecs.ascii_light import COMMANDS, LightDecoder, LightDialect, LightText
from firmware_bridge.codecs.damage import Damage

VERSION = "Imitation 1.0\r\n"
DEEDS = "Deeds are: fail, dead, work, forget, stick CHANNEL, loosen CHANNEL."


class AsciiLightImitation:
    """An `Imitation` that holds a level for each channel and forgets it without power.

    Deeds: `fail` refuses every command, `dead` answers none, `work` ends both; `forget` loses all
    levels as a short power cut does while the wire stays; `stick CHANNEL` keeps a channel at its
    level whatever is set, `loosen CHANNEL` ends that. Commands that it does not know or whose
    checksum is wrong are refused, where the dialect has a refusal, and change nothing.
    """

    def __init__(self, dialect: LightDialect) -> None:
        self.levels = dict.fromkeys(dialect.channels, 0)
        self._dialect = dialect
        self._decoder = LightDecoder([dialect], COMMANDS)
        self._refusing = False
        self._dead = False
        self._stuck: set[str] = set()

    def plugged(self, now: float) -> list[bytes]:
        """Power on: nothing is said and all is dark."""
        self._decoder.reset(now)
        self._forget()
        return []

    def hear(self, content: bytes, now: float) -> list[bytes]:
        """Obey and answer every command that is complete."""
        heard = self._decoder.feed(content, now)
        if self._dead:
            return []
        return [answer for each in heard for answer in self._answered(each)]

    def tick(self, now: float) -> list[bytes]:
        """Refuse a command that stays unfinished; nothing else is said unasked."""
        damages = self._decoder.flush(now)
        return [] if self._dead else [answer for each in damages for answer in self._answered(each)]

    def act(self, line: str, now: float) -> list[bytes]:
        """Do a deed."""
        del now
        match line.split():
            case ["fail"]:
                self._refusing = True
            case ["dead"]:
                self._dead = True
            case ["work"]:
                self._refusing = self._dead = False
            case ["forget"]:
                self._forget()
            case ["stick" | "loosen" as deed, channel] if channel in self.levels:
                (self._stuck.add if deed == "stick" else self._stuck.discard)(channel)
            case _:
                raise ValueError(f"A light controller cannot do {line!r}. {DEEDS}")
        return []

    def spoil(self, frame: bytes) -> bytes:
        """An answer with a wrong checksum, where the dialect has one in this answer."""
        template = (*self._dialect.templates["level_answer"], None)[0]
        if template is None or "check" not in template.fields or len(frame) < 3:
            return frame
        return frame[:-1] + (b"0" if frame[-1:] != b"0" else b"1")

    def _answered(self, heard: LightText | Damage) -> list[bytes]:
        dialect = self._dialect
        if isinstance(heard, Damage) or self._refusing:
            return [dialect.encode("refused")] if dialect.refused else []
        match heard.role:
            case "set_level" if heard.channel is not None and heard.level is not None:
                if heard.level > dialect.level_max:
                    return [dialect.encode("refused")] if dialect.refused else []
                if heard.channel not in self._stuck:
                    self.levels[heard.channel] = heard.level
            case "ask_level" if heard.channel is not None:
                level = self.levels[heard.channel]
                return [dialect.encode("level_answer", channel=heard.channel, level=level)]
            case "probe":
                return [dialect.encode("probe_answer", text=VERSION)]
        if dialect.done is None:
            return []
        return [dialect.encode("done", channel=heard.channel or "")]

    def _forget(self) -> None:
        self.levels = dict.fromkeys(self.levels, 0)
