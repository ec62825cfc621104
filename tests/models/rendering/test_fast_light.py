import cv2
import numpy as np
import pytest

from models.rendering.fast.camera import Camera, draw_camera, exposed, jpeg
from models.rendering.fast.fields import f32
from models.rendering.fast.lamps import LIGHTS, Lamp, Window, draw_lamps, light_on
from models.rendering.fast.shading import Staged, shade
from models.rendering.fast.shadow import far_visibility, horizon, sky_share
from models.rendering.geometry import Bench

BENCH = Bench(640, 360)
FROM_LEFT = Lamp((-800.0, 0.0, 200.0), (200.0, 40.0), 0.1)
STILL = Camera(
    mtf50=0.25, gains=(1.0, 1.0, 1.0), exposure=1.0, full_well=9000.0, read_noise=2.0,
    vignetting=0.0, saturation=1.0, sharpening=0.0, motion_px=0.0, motion_angle=0.0, quality=95,
)  # fmt: skip


def test_a_wall_rises_to_its_true_horizon() -> None:
    height = np.zeros((40, 80), np.float32)
    height[:, 60:] = 10
    rise = horizon(height, (1.0, 0.0), tuple(range(1, 30)), mm=2.0)
    assert rise[20, 50] == pytest.approx(10 / (10 * 2.0), rel=1e-5)
    assert rise[20, 20] == pytest.approx(0, abs=1e-5)


def test_a_box_casts_its_shadow_away_from_the_lamp() -> None:
    height = np.zeros((90, 160), np.float32)
    height[35:55, 70:90] = 30
    low, _ = far_visibility(height, FROM_LEFT, (0.0, 0.0), 2.0)
    assert low[45, 60] == pytest.approx(1, abs=0.02)
    assert low[45, 100] < 0.02
    assert low[45, 159] > 0.5
    assert low[10, 100] == pytest.approx(1, abs=0.02)


def test_a_corner_sees_less_sky_than_a_plain() -> None:
    height = np.zeros((60, 60), np.float32)
    height[:, 30:] = 40
    sky = sky_share(height, 2.0)
    assert sky[30, 28] < 0.75 < sky[30, 2]


@pytest.mark.parametrize("light", LIGHTS)
def test_a_white_diffuser_in_the_middle_is_white(light: str) -> None:
    lamp = draw_lamps(np.random.default_rng(1))[light]
    window = Window(0, 0, BENCH.width, BENCH.height)
    direction, strength = light_on(BENCH, lamp, window, 0.0)
    middle = np.s_[BENCH.height // 2, BENCH.width // 2]
    assert direction[middle][2] * strength[middle] == pytest.approx(1, rel=0.02)


def plate(roughness: float, metal: float = 0.0) -> Staged:
    window = Window(0, 0, BENCH.width, BENCH.height)
    shape = (BENCH.height, BENCH.width)

    def filled(value: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return np.full(shape, value, np.float32)

    return Staged(
        window=window, level_mm=0.0, albedo=np.full((*shape, 3), 0.04, np.float32),
        height=filled(0), roughness=filled(roughness), specular=filled(0.04), metal=filled(metal),
        opacity=filled(1), cover=filled(1), film=filled(0),
    )  # fmt: skip


def test_a_glossy_plate_mirrors_the_lamp_in_one_place_and_a_rough_one_spreads_it() -> None:
    lamp = Lamp((100.0, 0.0, 1000.0), (60.0, 60.0), 0.1)
    ones = np.ones((BENCH.height, BENCH.width), np.float32)
    bench = np.zeros((BENCH.height, BENCH.width, 3), np.float32)
    glossy = shade(BENCH, plate(0.05), lamp, ones, ones, bench).light[..., 1]
    rough = shade(BENCH, plate(0.7), lamp, ones, ones, bench).light[..., 1]
    row = glossy[BENCH.height // 2]
    # The camera is 900 mm up, the lamp 1000 mm up and 100 mm to the right: by the law of
    # reflection the image lies at 900 / 1900 of the way to the lamp.
    expected = BENCH.centre[0] + 100 * (900 / 1900) / BENCH.mm_per_px(0)
    lit = np.flatnonzero(row > row.max() / 2)
    assert lit.mean() == pytest.approx(expected, abs=3)
    assert glossy.max() > 3 * rough.max()


def test_a_ramp_that_faces_the_lamp_is_brighter() -> None:
    staged = plate(0.9)
    x = np.arange(BENCH.width, dtype=np.float32)[None, :] * np.float32(BENCH.mm_per_px(0))
    ones = np.ones((BENCH.height, BENCH.width), np.float32)
    bench = np.zeros((BENCH.height, BENCH.width, 3), np.float32)
    middle = np.s_[BENCH.height // 2, BENCH.width // 2, 1]
    staged.height[...] = 0.3 * x
    towards = shade(BENCH, staged, FROM_LEFT, ones, ones, bench).light[middle]
    staged.height[...] = -0.3 * x
    away = shade(BENCH, staged, FROM_LEFT, ones, ones, bench).light[middle]
    assert towards > 2 * away


@pytest.mark.parametrize("mtf50", [0.16, 0.25])
def test_an_edge_has_the_contrast_the_camera_was_measured_at(mtf50: float) -> None:
    from dataclasses import replace

    light = np.full((64, 256, 3), 0.2, np.float32)
    light[:, 128:] = 0.7
    camera = replace(STILL, mtf50=mtf50, full_well=1e7, read_noise=0.0)
    picture = exposed(light, camera, np.random.default_rng(1))
    code = picture[16:48, :, 1].mean(axis=0) / 255
    linear = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    spread = np.gradient(linear)[96:160]
    transfer = np.abs(np.fft.rfft(spread))
    frequency = np.fft.rfftfreq(64)
    # The central difference has its own known loss.
    transfer[1:] /= np.sinc(2 * frequency[1:])
    found = float(np.interp(mtf50, frequency, transfer / transfer[0]))
    assert found == pytest.approx(0.5, abs=0.12)


def test_noise_grows_with_light_as_photons_do() -> None:
    deviations = []
    for level in (0.1, 0.4):
        light = np.full((128, 128, 3), level, np.float32)
        picture = exposed(light, STILL, np.random.default_rng(3)).astype(np.float64)[..., 1] / 255
        linear = ((picture + 0.055) / 1.055) ** 2.4
        deviations.append(float(linear[8:-8, 8:-8].std()))
    assert deviations[1] / deviations[0] == pytest.approx(2.0, abs=0.5)


def test_a_drawn_camera_takes_a_measured_sharpness() -> None:
    assert draw_camera(np.random.default_rng(1), mtf50=0.21).mtf50 == 0.21


def test_the_stream_decodes_to_the_picture() -> None:
    ramp = np.repeat(np.linspace(0, 1, 64, dtype=np.float32)[None, :], 64, 0)
    picture = exposed(f32(np.dstack([ramp] * 3)), STILL, np.random.default_rng(1))
    again = cv2.imdecode(np.frombuffer(jpeg(picture, 95), np.uint8), cv2.IMREAD_COLOR)
    assert again is not None
    assert float(np.abs(again.astype(float) - picture).mean()) < 4
