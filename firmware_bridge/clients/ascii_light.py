"""A light controller that speaks short ASCII texts, on a wire that comes and goes."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TypeAlias

from firmware_bridge.codecs.ascii_light import LightDecoder, LightDialect, LightText, Role
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.link import Link, SilentError
from firmware_bridge.readings import Back, Lost
from firmware_bridge.transports.transport import DisconnectedError, Transport

ANSWER_S = 0.3
PROBE_S = 3.0

LightEvent: TypeAlias = Damage | Lost | Back


class AsciiLight:
    """Sets the channels of a controller to levels, and keeps them there.

    The whole state is written each time and after each return, dark until `set_levels` was called.
    A level counts as set once the controller has reported it back, where its dialect can ask, else
    once it has answered. Every 3 s one channel is asked for its level, or written again where it
    cannot be asked, in turn. A controller that refuses a level, reports another one or does not
    answer is lost with that reason, so that pictures taken meanwhile can be doubted. Not safe for
    use from two threads.
    """

    def __init__(
        self,
        open_wire: Callable[[], Transport],
        dialect: LightDialect,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._dialect = dialect
        self._clock = clock
        self._decoder = LightDecoder([dialect], ())
        self._link = Link(open_wire, self._decoder, greet=self._greet, clock=clock, sleep=sleep)
        self._wanted = dict.fromkeys(dialect.channels, 0)
        self._turn = 0
        self._probe_at = 0.0

    @property
    def levels(self) -> Mapping[str, int]:
        """What every channel shall be at, in steps of the controller."""
        return dict(self._wanted)

    def set_levels(self, levels: Mapping[str, float]) -> None:
        """Set channels to fractions of full brightness, and all that are not named to 0.

        ValueError for an unknown channel or a level outside 0 to 1. DisconnectedError if the
        controller does not confirm it; then it is set as soon as the controller is back.
        """
        unknown = sorted(set(levels) - set(self._wanted))
        if unknown:
            names = ", ".join(self._wanted)
            raise ValueError(f"the light controller has no channel {unknown[0]!r}, only {names}")
        for channel, level in levels.items():
            if not 0 <= level <= 1:
                raise ValueError(f"the level {level} of channel {channel} is not from 0 to 1")
        full = self._dialect.level_max
        self._wanted = {name: round(levels.get(name, 0) * full) for name in self._wanted}
        if not self._link.up:
            raise DisconnectedError("The light controller is not connected: check its cable.")
        self._write_all()

    def poll(self, timeout_s: float) -> tuple[LightEvent, ...]:
        """Return what has happened; wait for it at most `timeout_s`.

        Greeting and probing a controller take as long as its answers.
        """
        if self._link.up:
            wait = self._probe_at - self._clock()
            if wait <= 0:
                with suppress(DisconnectedError):
                    self._probe()
                timeout_s = 0.0
            timeout_s = min(timeout_s, max(wait, 0.0))
        heard = self._link.poll(timeout_s)
        return tuple(event for event in heard if not isinstance(event, LightText))

    def close(self) -> None:
        """Let go of the wire and leave the light as it is; a later `poll` opens it again."""
        self._link.close()

    def _greet(self) -> None:
        if self._dialect.probe is not None:
            self._ask("probe", "probe_answer")
        if self._dialect.turn_on is not None:
            for channel in self._wanted:
                self._confirmed("turn_on", channel, 0)
        self._write_all()

    def _write_all(self) -> None:
        for channel in self._wanted:
            self._write(channel)
        self._probe_at = self._clock() + PROBE_S

    def _write(self, channel: str) -> None:
        """Set one channel. DisconnectedError, and the wire is given up, if it is not confirmed."""
        level = self._wanted[channel]
        self._confirmed("set_level", channel, level)
        if self._dialect.ask_level is not None:
            found = self._level(channel)
            if found != level:
                raise self._given_up(
                    f"The light controller reports level {found} on channel {channel} after"
                    f" {level} was set: check its operating mode."
                )

    def _probe(self) -> None:
        """See that the controller lives, and that it holds what was set."""
        self._probe_at = self._clock() + PROBE_S
        if self._dialect.probe is not None:
            self._ask("probe", "probe_answer")
        channels = list(self._wanted)
        channel = channels[self._turn % len(channels)]
        self._turn += 1
        if self._dialect.ask_level is None:
            self._write(channel)
        elif self._level(channel) != self._wanted[channel]:
            self._link.drop(f"The light controller changed channel {channel}: check its power.")

    def _level(self, channel: str) -> int | None:
        return self._ask("ask_level", "level_answer", channel=channel).level

    def _confirmed(self, role: Role, channel: str, level: int) -> None:
        """Send a command and wait until it is answered, where the dialect answers."""
        content = self._dialect.encode(role, channel=channel, level=level)
        if self._dialect.done is None:
            self._link.send(content)
            return
        answer = self._asked(content, ("refused", "done"), channel)
        if answer.role == "refused":
            said = answer.raw.decode("ascii").strip()
            raise self._given_up(
                f"The light controller refuses {content.decode('ascii').strip()} with {said}:"
                " compare its model and channels with the settings."
            )

    def _ask(self, role: Role, answer: Role, *, channel: str = "") -> LightText:
        return self._asked(self._dialect.encode(role, channel=channel), (answer,), channel)

    def _asked(self, content: bytes, roles: tuple[Role, ...], channel: str) -> LightText:
        """Send and wait for an answer of these roles; an answer that names another channel is none.

        Where levels cannot be read back nothing is asked twice: a late first answer would pass for
        the answer to what is asked next.
        """
        readable = self._dialect.ask_level is not None

        def answers(text: LightText) -> bool:
            return text.channel in (None, channel) or (readable and text.role == "done")

        self._decoder.roles = roles
        try:
            return self._link.ask(content, answers, timeout_s=ANSWER_S, tries=2 if readable else 1)
        finally:
            self._decoder.roles = ()

    def _given_up(self, reason: str) -> SilentError:
        self._link.drop(reason)
        return SilentError(reason)
