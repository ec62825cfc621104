"""Runs the virtual shift as its users do: the command line in a process of its own."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LONGEST_S = 240


@dataclass(frozen=True)
class Ran:
    """How a run ended, and what it answered."""

    code: int
    answer: dict[str, Any]
    said: str

    @property
    def killed(self) -> bool:
        """Whether SIGKILL ended it."""
        return self.code == -signal.SIGKILL


def demo(state: Path, items: int, *options: str, sabotage: str | None = None) -> Ran:
    """`regrade demo --headless --json --items N --state DIR …`."""
    environment = {**os.environ, "REGRADE_LOCALE": "en"}
    environment.pop("REGRADE_SABOTAGE", None)
    if sabotage:
        environment["REGRADE_SABOTAGE"] = sabotage
    arguments = ["demo", "--headless", "--json", "--items", str(items), "--state", str(state)]
    done = subprocess.run(
        [sys.executable, "-m", "station", *arguments, *options],
        env=environment,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    return Ran(done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stderr)


def start_demo(state: Path, items: int) -> subprocess.Popen[bytes]:
    """The same, left running."""
    arguments = ["demo", "--headless", "--json", "--items", str(items), "--state", str(state)]
    return subprocess.Popen(
        [sys.executable, "-m", "station", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
