"""The layering is checked: each contract catches a violation planted in a copy of the source."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("station", "models", "calibration", "firmware_bridge")
DOMAIN_USES = {
    *(
        "bisect",
        "calendar",
        "collections",
        "dataclasses",
        "datetime",
        "decimal",
        "enum",
        "itertools",
    ),
    *("math", "re", "statistics", "string", "types", "typing", "unicodedata", "urllib"),
    "biip",  # pure GS1 syntax (decision 14)
    "station",
}
PLANTED = {
    "layers": ("station/screen/view.py", "import station.adapters.clock"),
    "pure-core": ("station/domain/grading.py", "import random"),
    "edges-serve-ports": ("station/adapters/orders/form.py", "import station.workflow.step"),
    "adapters-independent": ("station/adapters/orders/form.py", "import station.adapters.policies"),
    "libraries-stand-alone": ("calibration/record.py", "import station.domain.grading"),
    "libraries-independent": ("calibration/measure.py", "import models.runtime.detector"),
    "runtime-alone": ("models/runtime/detector.py", "import models.training.loop"),
    "bench-never-trains": ("station/app/defaults.py", "import torch"),
    "config-owner": ("station/commands/policy.py", "import station.config"),
    "qt-owner": ("station/screen/view.py", "import PySide6.QtCore"),
    "sql-owner": ("station/virtual/world.py", "import sqlite3"),
    "http-owner": ("station/app/defaults.py", "import httpx2"),
    "onnx-owner": ("station/app/defaults.py", "import onnxruntime"),
    "gs1-owner": ("station/adapters/orders/form.py", "import biip"),
    "symbols-owner": ("station/app/photographs.py", "import zxingcpp"),
    "json-stream-owner": ("station/domain/item.py", "import ijson"),
    "serial-owner": ("firmware_bridge/clients/plain.py", "import serial"),
    "camera-extras-owner": ("station/adapters/cameras/rig.py", "import gi"),
    "render-owner": ("models/sets.py", "import mitsuba"),
    "train-owner": ("models/sets.py", "import torch"),
    "acyclic": ("firmware_bridge/transports/transport.py", "import firmware_bridge.clients.plain"),
}


def lint_imports(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the real import-linter in a tree."""
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, *arguments], cwd=root, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the source without its data."""
    root = tmp_path_factory.mktemp("source")
    ignore = shutil.ignore_patterns("__pycache__", "pictures", "packs", "fonts", "*.jpg", "*.onnx")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, root / package, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def test_every_contract_has_a_planted_violation() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = {c["id"] for c in project["tool"]["importlinter"]["contracts"]}

    assert contracts == set(PLANTED)


@pytest.mark.parametrize("contract", sorted(PLANTED))
def test_a_planted_violation_is_caught(contract: str, copy: Path) -> None:
    name, line = PLANTED[contract]
    victim = copy / name
    whole = victim.read_text("utf-8")
    victim.write_text(whole + f"\n{line}\n", "utf-8")
    try:
        broken = lint_imports(copy, "--contract", contract)
    finally:
        victim.write_text(whole, "utf-8")

    assert "1 broken" in broken.stdout, broken.stdout + broken.stderr


def test_the_source_keeps_every_contract(copy: Path) -> None:
    kept = lint_imports(copy)

    assert kept.returncode == 0, kept.stdout


def test_no_contract_makes_an_exception() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")

    assert "ignore_imports" not in text


def test_the_domain_uses_the_standard_library_and_gs1_syntax_only() -> None:
    graph = grimp.build_graph("station", include_external_packages=True)
    modules = {"station.domain"} | graph.find_descendants("station.domain")
    imported = {
        name.split(".")[0]
        for module in modules
        for name in graph.find_modules_directly_imported_by(module)
    }

    assert imported <= DOMAIN_USES
