"""Sounds at the bench, played by `aplay` in a process of its own; muted where there is none.

The three sounds differ in pitch and in rhythm, so that noise and hearing loss leave one of them:
accept is one short high tone, attention two rising ones, stop three low ones.
"""

import io
import logging
import math
import shutil
import subprocess
import wave
from array import array
from dataclasses import dataclass

RATE = 22050
FADE_S = 0.008
OVERTONE = 0.25
LONGEST_S = 3.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tone:
    """A tone of a pitch for a time, then silence."""

    hertz: float
    seconds: float
    pause: float = 0.0


SOUNDS: dict[str, tuple[Tone, ...]] = {
    "accept": (Tone(1318.5, 0.14),),
    "attention": (Tone(659.3, 0.16, 0.05), Tone(987.8, 0.2)),
    "stop": (Tone(293.7, 0.18, 0.09), Tone(293.7, 0.18, 0.09), Tone(293.7, 0.26)),
}


def wav(tones: tuple[Tone, ...], volume: float) -> bytes:
    """The tones as a WAV file: 16 bit, one channel; `volume` from 0 to 1."""
    samples = array("h")
    for tone in tones:
        count = round(tone.seconds * RATE)
        for i in range(count):
            edge = min(i, count - 1 - i) / (FADE_S * RATE)
            angle = 2 * math.pi * tone.hertz * i / RATE
            level = math.sin(angle) + OVERTONE * math.sin(2 * angle)
            samples.append(round(32767 * volume * min(1.0, edge) * level / (1 + OVERTONE)))
        samples.extend(0 for _ in range(round(tone.pause * RATE)))
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return target.getvalue()


class Speaker:
    """Plays `accept`, `attention` and `stop`; the latest sound cuts an earlier one short."""

    def __init__(self, program: str | None = None, volume: float = 0.5) -> None:
        """`program` is the player, found on the path if not given; `volume` from 0 to 1."""
        if not 0 <= volume <= 1:
            raise ValueError("a volume lies between 0 and 1")
        self._program = program or shutil.which("aplay")
        self._muted = self._program is None or volume == 0
        self._sounds = {name: wav(tones, volume) for name, tones in SOUNDS.items()}
        self._playing: subprocess.Popen[bytes] | None = None

    @property
    def muted(self) -> bool:
        """Whether nothing can be heard: no player, no sound device, or the volume at nought."""
        self._look()
        return self._muted

    def say(self, sound: str) -> None:
        """Play a sound and return at once; silent where there is no way to play it."""
        content = self._sounds[sound]
        self._stop()
        if self._muted or self._program is None:
            return
        try:
            self._playing = subprocess.Popen(
                [self._program, "-q", "-"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            if self._playing.stdin is not None:
                self._playing.stdin.write(content)
                self._playing.stdin.close()
        except OSError as error:
            log.info("sounds are muted: %s", error)
            self._muted = True

    def close(self) -> None:
        """Let the last sound end, and leave no process behind."""
        if self._playing is not None:
            try:
                self._playing.wait(LONGEST_S)
            except subprocess.TimeoutExpired:
                self._stop()
        self._look()

    def _look(self) -> None:
        """A player that failed has no sound device, so sounds stay muted."""
        if self._playing is None or self._playing.poll() is None:
            return
        if self._playing.returncode > 0:
            log.info("sounds are muted: the player ended with %s", self._playing.returncode)
            self._muted = True
        self._playing = None

    def _stop(self) -> None:
        self._look()
        if self._playing is not None:
            self._playing.kill()
            self._playing.wait()
            self._playing = None
