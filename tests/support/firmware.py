"""Compiles the bench board's reference firmware for the computer that runs the tests."""

import atexit
import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

import firmware_bridge

FIRMWARE = Path(firmware_bridge.__file__).with_name("firmware")
CORE = sorted((FIRMWARE / "core").glob("*.c"))
STRICT = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-Wconversion", "-Wshadow")
CHECKED = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


def program(name: str) -> Path:
    """`firmware/host/<name>.c` with the core, compiled with the sanitizers where there are any."""
    return _folder() / _built(name)


def compile_core(folder: Path) -> list[Path]:
    """The core's object files as a microcontroller would get them."""
    objects = []
    for source in CORE:
        objects.append(folder / f"{source.stem}.o")
        _compile(*STRICT, "-O2", "-c", str(source), "-o", str(objects[-1]))
    return objects


def compiler() -> str:
    """The C compiler; skips the test where there is none."""
    found = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if found is None:
        pytest.skip("no C compiler here: the reference firmware is not tested")
    return found


@functools.cache
def _built(name: str) -> str:
    sources = (*map(str, CORE), str(FIRMWARE / "host" / f"{name}.c"))
    _compile(*STRICT, *_checks(), *sources, "-o", str(_folder() / name))
    return name


@functools.cache
def _checks() -> tuple[str, ...]:
    empty = _folder() / "empty.c"
    empty.write_text("int main(void) { return 0; }\n", encoding="ascii")
    tried = subprocess.run(
        [compiler(), *CHECKED, str(empty), "-o", str(empty.with_suffix(""))],
        capture_output=True,
        check=False,
    )
    return CHECKED if tried.returncode == 0 else ("-O1",)


@functools.cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="board-firmware-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _compile(*arguments: str) -> None:
    done = subprocess.run([compiler(), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
