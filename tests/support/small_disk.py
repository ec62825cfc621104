"""A real disk that is quickly full: a tmpfs of its own, where this process may mount one."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(size: int) -> Iterator[Path]:
    """A disk of `size` bytes; skips the test where mounting is not permitted."""
    with tempfile.TemporaryDirectory(prefix="small-disk-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder]
        try:
            done = subprocess.run(mount, capture_output=True, check=False).returncode == 0
        except FileNotFoundError:
            done = False
        if not done:
            pytest.skip("a disk that is full needs the right to mount a tmpfs")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def fill(disk: Path, leave: int = 0) -> Path:
    """Fill the disk up with a file, but for `leave` bytes; gives the file."""
    path = disk / f"filler-{len(list(disk.iterdir()))}"
    usage = os.statvfs(disk)
    with path.open("wb") as file:
        size = usage.f_bavail * usage.f_frsize - leave
        if size > 0:
            os.posix_fallocate(file.fileno(), 0, size)
    return path
