"""What a million return orders cost: the time and memory of their import, and of a look-up."""

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from station.adapters.store.returns import SqlReturns
from station.domain.identity import ItemCode, check_digit
from station.domain.parcel import ParcelKind

MANY, FEW = 1_000_000, 10_000
_LOOK_UPS = 4000
_GOODS = 20_000
_HEADER = "order,parcel,gtin,serial,name,category,size_mm,buyer_reason\n"

# VmHWM, not ru_maxrss: that one keeps the size of the parent over fork and exec.
_IMPORT = """
import sys, time
from pathlib import Path
from station.app.ordering import import_file
begun = time.monotonic()
import_file(Path(sys.argv[1]), Path(sys.argv[2]))
took = time.monotonic() - begun
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(took, int(status["VmHWM"].split()[0]) * 1024)
"""

Answer = dict[str, object]


def order_benchmarks(say: Callable[[str], None]) -> list[Answer]:
    """Import seconds, peak memory, and look-ups beside those among ten thousand lines."""
    with tempfile.TemporaryDirectory(prefix="regrade-bench-") as folder:
        base = Path(folder)
        say("Importing a million order lines …")
        _write(base / "many.csv", MANY)
        _write(base / "few.csv", FEW)
        took, peak = _import(base / "many.csv", base / "many")
        _import(base / "few.csv", base / "few")
        say("Looking orders up …")
        many, few = _look_ups(base / "many", MANY), _look_ups(base / "few", FEW)
    ratio = float(np.percentile(many, 95) / np.percentile(few, 95))
    said = f"CSV of {MANY} lines in a process of its own"
    return [
        {"name": "import of a million order lines", "value": took, "unit": "s", "said": said},
        {
            "name": "peak memory of that import",
            "value": peak / 1e6,
            "unit": "MB",
            "said": "resident, the interpreter included",
        },
        *(
            {
                "name": f"look-up among a million order lines, p{share}",
                "value": float(np.percentile(many, share)) * 1000,
                "unit": "ms",
                "said": f"{_LOOK_UPS} look-ups: item by serial, goods, parcel",
            }
            for share in (50, 95)
        ),
        {
            "name": "look-up among a million over one among ten thousand, p95",
            "value": ratio,
            "unit": "ratio",
            "said": f"{np.percentile(few, 95) * 1000:.3f} ms among ten thousand",
        },
    ]


def _write(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(_HEADER)
        for number in range(count):
            serial = _serial(number) if number % 3 else ""
            file.write(
                f"RMA-{number // 2},{_parcel(number)},{_gtin(number)},{serial},"
                f'"Gift box, size {number % 1000}",carton,240x160x90,box was damaged\n'
            )


def _gtin(number: int) -> str:
    digits = f"{9_520_000_000_000 + (number * 7919) % _GOODS:013d}"
    return f"{digits}{check_digit(digits)}"


def _serial(number: int) -> str:
    """Serials come in no order, as they do from buyers."""
    return f"{(number * 2_654_435_761) % 2**32:08X}-{number % 97}"


def _parcel(number: int) -> str:
    return f"1Z{number // 2:010d}"


def _import(path: Path, state: Path) -> tuple[float, float]:
    """Seconds and peak bytes of an import."""
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT, str(path), str(state)],
        check=True,
        capture_output=True,
        text=True,
    )
    took, peak = done.stdout.split()
    return float(took), float(peak)


def _look_ups(state: Path, count: int) -> list[float]:
    """Seconds of each look-up, every one of another line."""
    returns = SqlReturns(state)
    chosen = random.Random(7).sample(range(count), _LOOK_UPS)  # noqa: S311  a sample, no secret
    seconds = []
    try:
        for place, number in enumerate(chosen):
            serial = _serial(number) if number % 3 else None
            begun = time.perf_counter()
            if place % 2:
                found = bool(returns.declared(ItemCode(_gtin(number), serial)).lines)
            else:
                found = returns.parcel(ParcelKind.PARCEL, _parcel(number)) is not None
            seconds.append(time.perf_counter() - begun)
            if not found:
                raise ValueError(f"line {number} was imported and is not found")
    finally:
        returns.close()
    return seconds
