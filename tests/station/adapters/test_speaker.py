"""Sounds differ in pitch and rhythm, are played by a real process, and are silent without one."""

import io
import shutil
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from station.adapters.speaker import SOUNDS, Speaker, wav


def heard(sound: str) -> list[float]:
    """The pitches of the tones in the order in which they sound."""
    with wave.open(io.BytesIO(wav(SOUNDS[sound], 0.5))) as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(float)
    window = rate // 100
    loud = [np.abs(samples[i : i + window]).max() > 500 for i in range(0, len(samples), window)]
    pitches, start = [], None
    for index, on in enumerate([*loud, False]):
        if on and start is None:
            start = index * window
        if not on and start is not None:
            part = samples[start : index * window]
            spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 16))
            pitches.append(float(spectrum.argmax()) * rate / (1 << 16))
            start = None
    return pitches


def player(folder: Path, status: int = 0) -> tuple[str, Path]:
    """A player that keeps what it is given and ends with a status."""
    kept, program = folder / "kept.wav", folder / "player"
    program.write_text(
        f"#!{sys.executable}\n"
        "import sys\n"
        f"open({str(kept)!r}, 'wb').write(sys.stdin.buffer.read())\n"
        f"sys.exit({status})\n"
    )
    program.chmod(0o755)
    return str(program), kept


def test_accept_is_one_high_tone() -> None:
    assert heard("accept") == [pytest.approx(1318, abs=10)]


def test_attention_is_two_rising_tones() -> None:
    first, second = heard("attention")

    assert second > 1.3 * first


def test_stop_is_three_low_tones() -> None:
    tones = heard("stop")

    assert len(tones) == 3
    assert max(tones) < 330


def test_a_sound_reaches_the_player_whole(tmp_path: Path) -> None:
    program, kept = player(tmp_path)
    speaker = Speaker(program, volume=0.3)
    speaker.say("stop")
    speaker.close()

    assert kept.read_bytes() == wav(SOUNDS["stop"], 0.3)
    assert not speaker.muted


def test_a_later_sound_cuts_an_earlier_one_short(tmp_path: Path) -> None:
    program, kept = player(tmp_path)
    speaker = Speaker(program)
    speaker.say("stop")
    speaker.say("accept")
    speaker.close()

    assert kept.read_bytes() == wav(SOUNDS["accept"], 0.5)


def test_a_bench_without_a_player_is_muted_and_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    speaker = Speaker()
    speaker.say("accept")
    speaker.close()

    assert speaker.muted


def test_a_player_without_a_sound_device_is_muted(tmp_path: Path) -> None:
    program, _ = player(tmp_path, status=1)
    speaker = Speaker(program)
    speaker.say("accept")
    speaker.close()

    assert speaker.muted


def test_a_player_that_cannot_be_started_is_muted(tmp_path: Path) -> None:
    speaker = Speaker(str(tmp_path / "nothing"))
    speaker.say("accept")

    assert speaker.muted


def test_no_volume_is_muted() -> None:
    assert Speaker("player", volume=0).muted


def test_an_unknown_sound_is_a_bug() -> None:
    with pytest.raises(KeyError):
        Speaker("player", volume=0).say("hurrah")
