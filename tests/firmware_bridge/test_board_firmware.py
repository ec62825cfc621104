"""The reference firmware as C: no heap, no system, the codec's opinion of every byte."""

import random
import resource
import shutil
import subprocess
from pathlib import Path

import pytest
from board_talk import CONVERSATION
from firmware import compile_core, program
from fuzzing import damaged

from firmware_bridge.codecs.board import Envelope, encode, envelope_decoder

FRAMES = [encode(message) for message in CONVERSATION]
ALLOWED = {"memcpy", "memmove", "memset", "memcmp"}
HAL = {
    "board_hal_millis",
    "board_hal_set_light",
    "board_hal_set_lamp",
    "board_hal_set_sounder",
    "board_hal_pedal_closed",
    "board_hal_write",
}
BATCH = 10_000


def symbols(objects: list[Path], *options: str) -> set[str]:
    nm = shutil.which("nm")
    if nm is None:
        pytest.skip("no nm here: the symbols of the reference firmware are not looked at")
    listed = subprocess.run(
        [nm, "--format=posix", *options, *map(str, objects)],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = (line.split() for line in listed.stdout.splitlines())
    return {line[0] for line in lines if len(line) > 1}


def test_the_core_needs_the_six_functions_of_the_port_and_nothing_of_a_system(
    tmp_path: Path,
) -> None:
    objects = compile_core(tmp_path)
    needed = symbols(objects, "-u") - symbols(objects, "--defined-only")

    assert needed - ALLOWED == HAL


def test_the_core_keeps_no_state_of_its_own(tmp_path: Path) -> None:
    objects = compile_core(tmp_path)
    size = shutil.which("size")
    if size is None:
        pytest.skip("no size here: the sections of the reference firmware are not looked at")
    listed = subprocess.run([size, *map(str, objects)], capture_output=True, text=True, check=True)
    rows = [line.split() for line in listed.stdout.splitlines()[1:]]

    assert len(rows) == len(objects)
    assert all((data, bss) == ("0", "0") for _, data, bss, *_ in rows)


def accepted(records: list[tuple[int, bytes]]) -> list[list[str]]:
    """The contents that the firmware takes out of each record; it must come through unharmed."""
    stream = b"".join(
        bytes((steps,)) + len(content).to_bytes(2, "big") + content for steps, content in records
    )
    done = subprocess.run([program("fuzz")], input=stream, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    found: list[list[str]] = [[]]
    for line in done.stdout.decode("ascii").splitlines():
        if line == "end":
            found.append([])
        else:
            found[-1].append(line)
    return found[:-1]


def records(chance: random.Random, count: int) -> list[tuple[int, bytes]]:
    """Damaged traffic with pauses of up to 2 s."""
    return [(chance.choice((0, 0, 1, 3, 250)), damaged(chance, FRAMES)) for _ in range(count)]


def compare(count: int) -> None:
    chance = random.Random(7)
    known = {frame for one in FRAMES for frame in envelope_decoder().feed(one, 0.0)}
    decoder = envelope_decoder()
    invented = inputs = 0
    for _ in range(count // BATCH):
        batch = records(chance, BATCH)
        decoder.reset(0.0)
        for (_, content), theirs in zip(batch, accepted(batch), strict=True):
            ours = [f for f in decoder.feed(content, 0.0) if isinstance(f, Envelope)]
            assert [frame.content.hex().upper() for frame in ours] == theirs
            invented += sum(frame not in known for frame in ours)
            inputs += 1

    assert inputs == count
    assert invented <= 1 + 1.5 * count / 65_536


def test_firmware_and_codec_take_the_same_frames_out_of_damaged_traffic() -> None:
    compare(10_000)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_firmware_and_codec_agree_on_a_million_damaged_pieces() -> None:
    compare(1_000_000)


def test_no_input_holds_the_firmware_up() -> None:
    chance = random.Random(11)
    longest = [(0, chance.randbytes(65_535)) for _ in range(20)]
    program("fuzz")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    accepted(longest)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    assert after.ru_utime - before.ru_utime < len(longest) * 0.1
