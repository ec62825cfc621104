"""What is printed on goods: words, dates, bars, emblems, pictures; laid onto a surface.

Every drawing is coverage, float32 0..1, at the texels of the surface it is meant for.
"""

import string
from datetime import date, timedelta

import cv2
import numpy as np

from models.rendering.colour import decode
from models.rendering.fast.fields import Canvas, Float, blend, chance, f32, fractal, log_uniform
from models.rendering.fast.surface import Surface, SurfaceMark, SurfaceText
from models.rendering.graphics import ean13

_SYLLABLES = (
    "ka", "lo", "mi", "ven", "tor", "sa", "ne", "ru", "bel", "fi", "gra", "ho", "ju", "pel", "qua",
    "ros", "ta", "ul", "vi", "wen", "ze", "ar", "el", "is", "or",
)  # fmt: skip
_CHINESE = (
    "新鲜",
    "有机",
    "净含量",
    "生产日期",
    "保质期",
    "轻拿轻放",
    "洗发水",
    "坚果",
    "手机",
    "优选",
)
_FACES = ("sans", "italic")


def palette(rng: np.random.Generator, count: int) -> list[Float]:
    """Colours that go together: one hue and its neighbours, its opposite, light and dark."""
    hue = any_hue(rng)
    colours = []
    for _ in range(count):
        shift = float(rng.choice(np.array([0.0, 0.06, -0.08, 0.5]))) + float(rng.normal(0, 0.02))
        bright = float(rng.uniform(0.15, 0.98))
        colours.append(hsv((hue + shift) % 1.0, float(rng.beta(1.3, 1.7)), bright))
    return colours


def any_hue(rng: np.random.Generator) -> float:
    """A hue 0..1 as goods have them: warm ones and blues are common, violets are not."""
    kind = rng.random()
    if kind < 0.45:
        return float(rng.uniform(-0.04, 0.16) % 1.0)
    if kind < 0.75:
        return float(rng.normal(0.58, 0.04))
    if kind < 0.88:
        return float(rng.normal(0.36, 0.07))
    return float(rng.random())


def hsv(hue: float, saturation: float, value: float) -> Float:
    """Linear colour, shape (3,), of an HSV colour in sRGB, all 0..1."""
    turn = np.array([hue + 1.0, hue + 2 / 3, hue + 1 / 3]) % 1.0
    ramp = np.clip(np.abs(turn * 6 - 3) - 1, 0, 1)
    held = 0.85 * saturation
    code = 250 * value * (1 - held + held * ramp)
    return decode(*(int(part) for part in code))


def brand(rng: np.random.Generator) -> str:
    """A made-up name."""
    if chance(rng, 0.15):
        return str(rng.choice(np.array(_CHINESE)))
    word = "".join(str(rng.choice(np.array(_SYLLABLES))) for _ in range(int(rng.integers(2, 4))))
    return word.upper() if chance(rng, 0.5) else word.capitalize()


def words(text: str, tall: float, weight: int = 500, face: str = "sans") -> Float:
    """One line of text whose capitals are ``tall`` texels, cropped to its ink."""
    size = max(6, round(tall * 1.4))
    font = cv2.FontFace("uni" if not text.isascii() else face)
    canvas: Canvas = np.zeros((size * 2, size * (len(text) + 2)), np.uint8)
    cv2.putText(canvas, text, (size // 2, int(size * 1.4)), (255,), font, size, weight)
    x, y, width, height = cv2.boundingRect(canvas)
    if not width or not height:
        return np.zeros((1, 1), np.float32)
    return f32(canvas[y : y + height, x : x + width].astype(np.float32) / np.float32(255))


def dotted(text: str, tall: float) -> Float:
    """Text of ink-jet dots, nine dots tall, ``tall`` texels in all."""
    low: Canvas = np.zeros((13, 9 * len(text) + 8), np.uint8)
    cv2.putText(low, text, (2, 10), cv2.FONT_HERSHEY_PLAIN, 0.8, (255,), 1, cv2.LINE_8)
    x, y, width, height = cv2.boundingRect(low)
    dots = low[y : y + height, x : x + width]
    pitch = 12
    disc = np.zeros((pitch, pitch), np.uint8)
    cv2.circle(disc, (pitch // 2, pitch // 2), pitch // 2 - 1, (255,), -1)
    fine = np.kron((dots > 0).astype(np.uint8), disc)
    scale = tall / height
    across = max(1, round(width * scale))
    small = cv2.resize(fine, (across, max(1, round(tall))), interpolation=cv2.INTER_AREA)
    return f32(small.astype(np.float32) / np.float32(255))


def paragraph(rng: np.random.Generator, rows: int, columns: int, tall: float) -> Float:
    """Lines of small print filling a block."""
    block = np.zeros((max(1, rows), max(1, columns)), np.float32)
    top, letters = 0, string.ascii_lowercase + "     "
    while top < rows:
        count = max(4, int(columns / max(tall, 1)))
        line = words("".join(rng.choice(list(letters), count)), tall, 400)
        if top + line.shape[0] > rows:
            break
        keep = min(columns, line.shape[1], round(columns * float(rng.uniform(0.6, 1.0))))
        block[top : top + line.shape[0], :keep] = line[:, :keep]
        top += line.shape[0] + max(1, round(tall * 0.8))
    return block


def bars(gtin: str, module: float, tall: float) -> Float:
    """An EAN-13 symbol of ``module`` texels a module, with its digits, without quiet zones."""
    modules = np.array([int(each) for each in ean13(gtin)], np.float32)
    columns = max(95, round(95 * module))
    line = cv2.resize(np.repeat(modules, 32)[None, :], (columns, 1), interpolation=cv2.INTER_AREA)
    digits = words(gtin[-13:], max(5.0, min(tall * 0.2, 12.0)), 500)
    rows = round(tall)
    picture = np.zeros((rows + digits.shape[0] + 2, columns), np.float32)
    picture[:rows] = line
    wide = min(columns, digits.shape[1])
    left = (columns - wide) // 2
    picture[rows + 2 :, left : left + wide] = digits[:, :wide]
    return picture


def emblem(rng: np.random.Generator, size: int) -> Float:
    """A made-up emblem: a few discs, polygons and rings of ink and of nothing."""
    fine = max(8, size * 2)
    canvas: Canvas = np.zeros((fine, fine), np.uint8)
    for number in range(int(rng.integers(2, 5))):
        ink = (255,) if number == 0 or chance(rng, 0.5) else (0,)
        middle = (rng.normal(0.5, 0.08, 2) * fine).astype(int)
        reach = float(rng.uniform(0.15, 0.46)) * fine * (0.75**number)
        kind = int(rng.integers(4))
        centre = (int(middle[0]), int(middle[1]))
        if kind == 0:
            cv2.circle(canvas, centre, int(reach), ink, -1, cv2.LINE_AA)
        elif kind == 1:
            cv2.circle(canvas, centre, int(reach), ink, max(1, int(reach * 0.3)), cv2.LINE_AA)
        else:
            count = int(rng.integers(3, 9))
            angles = np.linspace(0, 2 * np.pi, count, endpoint=False) + rng.uniform(0, np.pi)
            far = reach * (1 if kind == 2 else rng.uniform(0.4, 1, count))
            spread = np.stack([np.cos(angles), np.sin(angles)], 1) * np.reshape(far, (-1, 1))
            cv2.fillPoly(canvas, [(spread + middle).astype(np.int32)], ink, cv2.LINE_AA)
    small = cv2.resize(canvas, (max(1, size), max(1, size)), interpolation=cv2.INTER_AREA)
    return f32(small.astype(np.float32) / np.float32(255))


def art(rng: np.random.Generator, shape: tuple[int, int], colours: list[Float]) -> Float:
    """A printed picture (rows, columns, 3): gradients, bands, blots and shapes of some colours."""
    rows, columns = shape
    ramp = np.linspace(0, 1, rows, dtype=np.float32)[:, None] * np.float32(rng.uniform(-1, 1))
    ramp = ramp + np.linspace(0, 1, columns, dtype=np.float32)[None] * np.float32(
        rng.uniform(-1, 1)
    )
    picture = blend(np.broadcast_to(colours[0], (rows, columns, 3)).copy(), colours[1], ramp % 1.0)
    for colour in colours[2:]:
        kind = int(rng.integers(4))
        if kind == 0:
            field = fractal(rng, shape, max(rows, columns) * float(rng.uniform(0.1, 0.5)), 2)
            weight = (field > float(rng.uniform(0.2, 1.0))).astype(np.float32)
        elif kind == 1:
            period = float(rng.uniform(0.03, 0.4)) * max(rows, columns)
            angle = float(rng.uniform(0, np.pi))
            y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
            wave = np.sin((x * np.cos(angle) + y * np.sin(angle)) * (2 * np.pi / period))
            weight = np.clip(wave * 4, 0, 1) * float(rng.uniform(0.2, 1))
        else:
            weight = np.zeros(shape, np.float32)
            for _ in range(int(rng.integers(1, 4))):
                size = int(log_uniform(rng, 0.15, 0.7) * min(rows, columns))
                stamp = emblem(rng, max(4, size))
                top = int(rng.integers(0, max(1, rows - stamp.shape[0] + 1)))
                left = int(rng.integers(0, max(1, columns - stamp.shape[1] + 1)))
                area = weight[top : top + stamp.shape[0], left : left + stamp.shape[1]]
                area[...] = np.maximum(area, stamp[: area.shape[0], : area.shape[1]])
        picture = blend(picture, colour, weight * np.float32(rng.uniform(0.6, 1)))
    return f32(cv2.GaussianBlur(picture, (0, 0), 0.6))


def contrasting(rng: np.random.Generator, ground: Float) -> Float:
    """An ink that is easily read on ``ground``."""
    light = float(ground.mean()) < 0.3
    return hsv(any_hue(rng), float(rng.uniform(0, 0.6 if light else 0.9)),
               float(rng.uniform(0.85, 1.0) if light else rng.uniform(0.05, 0.4)))  # fmt: skip


def expiry(rng: np.random.Generator) -> str:
    """A date as printed on food, with or without its words."""
    day = date(2025, 1, 1) + timedelta(days=int(rng.integers(0, 1400)))
    written = day.strftime(
        str(rng.choice(np.array(["%Y-%m-%d", "%d.%m.%Y", "%Y%m%d", "%d/%m/%y", "%Y.%m.%d"])))
    )
    lead = str(rng.choice(np.array(["EXP ", "BBE ", "Best before ", "MHD ", "USE BY ", ""])))
    return lead + written


def lay(
    surface: Surface,
    drawing: Float,
    at: tuple[int, int],
    ink: Float,
    cover: float,
    *,
    kind: str | None = "print",
    within: Float | None = None,
) -> None:
    """Print a drawing with its corner at texel ``at`` (x, y) and note it as a mark ``kind``."""
    left, top = at
    rows, columns = surface.shape
    fits = drawing[max(0, -top) : rows - top, max(0, -left) : columns - left]
    left, top = max(0, left), max(0, top)
    if not fits.size:
        return
    place = np.s_[top : top + fits.shape[0], left : left + fits.shape[1]]
    weight = fits * np.float32(cover)
    if within is not None:
        weight = weight * within[place]
    surface.albedo[place] = blend(surface.albedo[place], ink, weight)
    if kind is not None:
        right, lower = left + fits.shape[1], top + fits.shape[0]
        corners = np.array([[left, top], [right, top], [right, lower], [left, lower]], np.float64)
        surface.marks.append(SurfaceMark(kind, corners - 0.5))


def stamp_date(surface: Surface, rng: np.random.Generator, at: tuple[int, int]) -> None:
    """Print an expiry date in ink-jet dots or type at texel ``at`` and keep its text as truth."""
    text = expiry(rng)
    tall = max(8.0, surface.texels(float(rng.uniform(2.6, 5.0))))
    drawing = dotted(text, tall) if chance(rng, 0.6) else words(text, tall * 0.8, 500)
    ground = surface.albedo[
        at[1] : at[1] + drawing.shape[0], at[0] : at[0] + drawing.shape[1]
    ].reshape(-1, 3)
    if not len(ground):
        return
    ink = decode(20, 20, 24) if float(ground.mean()) > 0.18 else decode(232, 232, 228)
    lay(surface, drawing, at, ink, 0.92, kind="date")
    surface.texts.append(SurfaceText("date", text, surface.marks[-1].corners))


def spot(
    rng: np.random.Generator, surface: Surface, drawing: Float, inset_mm: float = 8.0
) -> tuple[int, int]:
    """A texel (x, y) at which a drawing lies within the item's box, if it fits there."""
    rows, columns = surface.shape
    inset = round(surface.texels(inset_mm))
    free_x = max(0, columns - 2 * inset - drawing.shape[1])
    free_y = max(0, rows - 2 * inset - drawing.shape[0])
    return inset + int(rng.integers(free_x + 1)), inset + int(rng.integers(free_y + 1))


def scatter_print(
    surface: Surface, rng: np.random.Generator, gtin: str, *, inset_mm: float = 8.0
) -> None:
    """A brand, an emblem, small print and perhaps a barcode panel, as goods carry them."""
    rows, columns = surface.shape
    ink = contrasting(rng, f32(surface.albedo[rows // 2, columns // 2]))
    weight, face = int(rng.choice([400, 700, 900])), str(rng.choice(np.array(_FACES)))
    name = words(brand(rng), surface.texels(float(rng.uniform(6, 18))), weight, face)
    lay(surface, name, spot(rng, surface, name, inset_mm), ink, 0.93, kind="text")
    if chance(rng, 0.7):
        sign = emblem(rng, round(surface.texels(float(rng.uniform(12, 45)))))
        colour = ink if chance(rng, 0.5) else palette(rng, 1)[0]
        lay(surface, sign, spot(rng, surface, sign, inset_mm), colour, 0.93, kind="logo")
    if chance(rng, 0.7):
        block = paragraph(rng, round(rows * float(rng.uniform(0.1, 0.3))),
                          round(columns * float(rng.uniform(0.15, 0.4))),
                          surface.texels(float(rng.uniform(1.6, 3.0))))  # fmt: skip
        lay(surface, block, spot(rng, surface, block, inset_mm), ink, 0.85, kind="text")
    if chance(rng, 0.5):
        code_panel(surface, rng, gtin, inset_mm)


def code_panel(
    surface: Surface, rng: np.random.Generator, gtin: str, inset_mm: float = 8.0
) -> None:
    """A pale panel with a barcode, where the surface has room for one."""
    code = bars(gtin, max(1.0, surface.texels(0.33)), surface.texels(float(rng.uniform(8, 18))))
    border = 10
    panel = np.ones((code.shape[0] + border, code.shape[1] + 3 * border), np.float32)
    rows, columns = surface.shape
    inset = surface.texels(inset_mm)
    if panel.shape[0] > rows - 2 * inset or panel.shape[1] > columns - 2 * inset:
        return
    x, y = spot(rng, surface, panel, inset_mm)
    lay(surface, panel, (x, y), decode(236, 236, 232), 0.96, kind="barcode")
    lay(surface, code, (x + 3 * border // 2, y + border // 2), decode(24, 24, 26), 0.96, kind=None)
