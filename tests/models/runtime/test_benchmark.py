"""The pipeline's cost is taken beside the bare runs on the same inputs."""

import numpy as np
import pytest

from models.runtime.benchmark import PipelineTimes, measure_pipeline
from models.runtime.region import Box, Region
from tests.models.runtime.conftest import Read


def test_both_times_are_measured_in_one_run(pack: Read) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    region = Region.of_box(Box(40, 40, 200, 150))

    times = measure_pipeline(
        pack(input={"tile": 128}), {"bright": picture}, rounds=2, region=region
    )

    assert times.pipeline_s > 0
    assert times.bare_s > 0


def test_the_ratio_is_pipeline_over_bare() -> None:
    assert PipelineTimes(0.046, 0.04).ratio == pytest.approx(1.15)
