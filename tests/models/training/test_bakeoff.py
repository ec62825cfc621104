"""Both detectors trained for seconds and tried; skipped where the train extra is not installed."""

from pathlib import Path

import pytest

from tests.support.tiny_set import tiny_set


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore")  # ultralytics and its exporter warn of their own affairs
def test_both_detectors_learn_and_are_tried_alike(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the train extra is not installed")
    from models.training.bakeoff import DENSE, YOLO, bake_off

    boxes = tiny_set(tmp_path / "set", 6).path
    trials = {"all": ([boxes], ()), "bright": ([boxes], ("bright",))}
    told: list[str] = []
    contestants = bake_off([boxes], trials, tmp_path / "runs", 0.2, told.append)

    assert [each.name for each in contestants] == [DENSE, YOLO]
    for each in contestants:
        assert each.trained_s >= 10
        assert set(each.figures) == set(trials)
        assert all(
            figures.overall.mask_map50.value is not None for figures in each.figures.values()
        )
