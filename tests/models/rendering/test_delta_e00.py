import numpy as np
import pytest

from models.rendering.colour import decode, delta_e00, encode, lab

# G. Sharma, W. Wu, E. N. Dalal: The CIEDE2000 Color-Difference Formula, table 1.
SHARMA = [
    ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
    ((50.0, 3.1571, -77.2803), (50.0, 0.0, -82.7485), 2.8615),
    ((50.0, 2.8361, -74.0200), (50.0, 0.0, -82.7485), 3.4412),
    ((50.0, -1.3802, -84.2814), (50.0, 0.0, -82.7485), 1.0000),
    ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
    ((50.0, 2.4900, -0.0010), (50.0, -2.4900, 0.0009), 7.1792),
    ((50.0, 2.4900, -0.0010), (50.0, -2.4900, 0.0011), 7.2195),
    ((50.0, 2.5, 0.0), (50.0, 0.0, -2.5), 4.3065),
    ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
    ((50.0, 2.5, 0.0), (61.0, -5.0, 29.0), 22.8977),
    ((50.0, 2.5, 0.0), (56.0, -27.0, -3.0), 31.9030),
    ((50.0, 2.5, 0.0), (58.0, 24.0, 15.0), 19.4535),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize(("first", "second", "expected"), SHARMA)
def test_rendered_colour_difference_matches_the_published_pairs(
    first: tuple[float, ...], second: tuple[float, ...], expected: float
) -> None:
    forward = float(delta_e00(np.array(first), np.array(second)))
    backward = float(delta_e00(np.array(second), np.array(first)))
    assert forward == pytest.approx(expected, abs=1e-4)
    assert backward == pytest.approx(expected, abs=1e-4)


def test_white_has_lightness_100_and_no_chroma() -> None:
    assert lab(np.ones(3)) == pytest.approx([100.0, 0.0, 0.0], abs=0.02)


def test_every_code_survives_linear_light() -> None:
    for code in range(0, 256, 5):
        linear = decode(code, code, code)[None]
        assert abs(int(encode(linear)[0, 0]) - code) <= (1 if code < 40 else 0)


def test_light_out_of_range_is_clipped() -> None:
    assert encode(np.array([[-1.0, 0.5, 7.0]], dtype=np.float32)).tolist() == [[0, 188, 255]]
