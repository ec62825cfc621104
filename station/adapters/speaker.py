"""Sounds at the bench: short tones through ALSA's `aplay`, where the system has it."""

import io
import math
import shutil
import struct
import subprocess
import wave
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

RATE = 22_050
_LOUDNESS = 0.35
_RAMP_S = 0.008
_CARDS = Path("/proc/asound/cards")

Tone = tuple[float, float]

TONES: Mapping[str, tuple[Tone, ...]] = {
    "accept": ((1320.0, 0.12),),
    "attention": ((660.0, 0.14), (880.0, 0.20)),
    "stop": ((220.0, 0.18), (0.0, 0.06), (220.0, 0.18), (0.0, 0.06), (220.0, 0.26)),
}
"""Each sound as (hertz, seconds), told apart by pitch and by rhythm: accept one short high tone,
attention two rising, stop three low."""


class Speaker:
    """Plays one sound at a time in a process of its own; a newer sound cuts an older one off."""

    def __init__(self, cards: Path = _CARDS) -> None:
        """`cards` is the kernel's list of sound cards."""
        self._player = shutil.which("aplay")
        self.audible = self._player is not None and _has_card(cards)
        """Whether this bench can be heard; if not, `say` does nothing."""
        self._sounds = {name: wav(tones) for name, tones in TONES.items()} if self.audible else {}
        self._playing: subprocess.Popen[bytes] | None = None

    def say(self, sound: str) -> None:
        """Play `accept`, `attention` or `stop` and return at once; KeyError for another."""
        if sound not in TONES:
            raise KeyError(sound)
        if not self.audible or self._player is None:
            return
        self._hush()
        self._playing = subprocess.Popen(
            [self._player, "-q", "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if self._playing.stdin is not None:
            # A tone of at most a second fits into the pipe, so this does not wait for the player.
            with suppress(BrokenPipeError), self._playing.stdin as pipe:
                pipe.write(self._sounds[sound])

    def close(self) -> None:
        """Be silent."""
        self._hush()

    def _hush(self) -> None:
        if self._playing is not None:
            self._playing.kill()
            self._playing.wait()
            self._playing = None


def wav(tones: tuple[Tone, ...]) -> bytes:
    """The tones one after the other as a WAV file, 16-bit mono, without clicks at their ends."""
    samples: list[int] = []
    for hertz, seconds in tones:
        count = round(seconds * RATE)
        ramp = _RAMP_S * RATE
        for n in range(count):
            edge = min(1.0, n / ramp, (count - n) / ramp)
            samples.append(
                round(32767 * _LOUDNESS * edge * math.sin(2 * math.pi * hertz * n / RATE))
            )
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return buffer.getvalue()


def _has_card(cards: Path) -> bool:
    try:
        return "[" in cards.read_text("ascii", "replace")
    except OSError:
        return False
