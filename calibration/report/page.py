"""The calibration report: one printable page of HTML in English and Chinese, without scripts."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from calibration.record import Calibration, Claim
from calibration.report.figures import flat_field_figure, mtf_figure, pod_figure
from calibration.report.phrases import chinese_quantity, chinese_sentence, chinese_word
from calibration.sections.detection import Detectability
from calibration.sections.provenance import Result

_SHAPES = {"pass": "●", "marginal": "▲", "fail": "■"}
_WORDS = {
    "pass": ("pass", "合格"),
    "marginal": ("marginal", "勉强"),
    "fail": ("fail", "不合格"),
}
_STEPS = {
    "lens": ("Lens", "镜头"),
    "plane": ("Bench plane", "台面"),
    "light": ("Light", "灯光"),
    "flat field": ("Flat field", "平场"),
    "exposure": ("Exposure", "曝光"),
    "colour": ("Colour", "颜色"),
    "focus": ("Focus", "清晰度"),
    "noise": ("Noise", "噪声"),
    "repeatability": ("Repeatability", "重复性"),
    "verify": ("Daily check", "每日校验"),
}
_CLAIMS = {
    Claim.MILLIMETRES: ("sizes in millimetres", "以毫米表示尺寸"),
    Claim.COLOUR_DIFFERENCE: ("colour differences ΔE00", "色差 ΔE00"),
    Claim.SMALLEST_FAULT: ("the smallest fault it finds", "可检出的最小缺陷"),
    Claim.LIGHT_CHALLENGE: ("light challenges", "灯光质询"),
}
_STYLE = """
@page { size: A4; margin: 14mm }
body { font: 10.5pt/1.45 "Noto Sans", "Noto Sans SC", sans-serif; color: #1B2430; max-width: 190mm;
  margin: 8mm auto }
h1 { font-size: 18pt; margin: 0 } h2 { font-size: 13pt; margin: 7mm 0 2mm; break-after: avoid }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: 1mm 2mm;
  border-bottom: 0.2mm solid #D7DEE6; vertical-align: top } th { font-weight: 600 }
td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.pass { color: #0B66C3 } .marginal { color: #8A5A00 } .fail { color: #6B1027; font-weight: 700 }
figure { margin: 2mm 0; break-inside: avoid } figcaption { font-size: 9pt; color: #5D6B79 }
svg { width: 100%; height: auto } .sheet img { width: 18%; margin: 0.5% }
.small { font-size: 8pt; word-break: break-all; color: #5D6B79 }
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: SVG or a JPEG's bytes, with its caption in English and Chinese."""

    caption: tuple[str, str]
    svg: str = ""
    jpegs: Sequence[bytes] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a report: a heading with its figures in numbers, as HTML, and its drawings."""

    html: str
    figures: Sequence[Figure] = field(default_factory=tuple)


def report_sections(
    record: Calibration, figures: Mapping[str, Sequence[Figure]]
) -> tuple[Section, ...]:
    """Return the report of a record in its parts. `figures` are shown with their step's results.

    Curves of sharpness and detection are drawn from the record itself.
    """
    steps = list(dict.fromkeys([*(result.step for result in record.results), *figures]))
    sections = [Section(_head(record))]
    for step in steps:
        results = [result for result in record.results if result.step == step]
        shown = list(figures.get(step, ()))
        edges = record.sharpness.edges if record.sharpness and step == "focus" else ()
        if any(edge.mtf for edge in edges):
            caption = ("MTF of every slanted edge", "各斜边的 MTF")
            shown.append(Figure(caption, mtf_figure(edges)))
        for lamp in record.lamps:
            if step == f"lamp {lamp.name}" and lamp.flat_field:
                caption = ("flat field, % of its brightest cell", "平场，占最亮格的百分比")
                shown.append(Figure(caption, flat_field_figure(lamp.flat_field)))
        sections.append(Section(_heading(*_step(step)) + _results(results), shown))
    if record.detection:
        caption = ("probability of detection over size", "检出概率与尺寸")
        curves = Figure(caption, pod_figure(record.detection))
        heading = _heading("What this bench finds", "本工位能检出什么")
        sections.append(Section(heading + _found(record.detection), [curves]))
    sections += [Section(part) for part in _provenance(record)]
    return tuple(sections)


def report_page(record: Calibration, figures: Mapping[str, Sequence[Figure]]) -> str:
    """Return the report of a record as one page of HTML, as `report_sections` has it."""
    body = [
        section.html + "".join(_figure(each) for each in section.figures)
        for section in report_sections(record, figures)
    ]
    title = escape(f"Calibration {record.id}")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(body)}</body></html>"
    )


def caption_of(figure: Figure) -> str:
    """A figure's caption in both languages, as HTML."""
    english, chinese = figure.caption
    return f"{escape(english)} · {chinese}"


def _heading(english: str, chinese: str) -> str:
    return f"<h2>{escape(english)} · {escape(chinese)}</h2>"


def _step(step: str) -> tuple[str, str]:
    """A step's name; each lamp is a step of its own."""
    lamp = step.removeprefix("lamp ")
    return (f"Lamp {lamp}", f"灯 {lamp}") if lamp != step else _STEPS.get(step, (step, step))


def _head(record: Calibration) -> str:
    camera = record.camera
    verdicts = [result.verdict for result in record.results]
    worst = max(verdicts, key=["pass", "marginal", "fail"].index, default="fail")
    rows = [
        (("Camera", "相机"), f"{camera.name}, {camera.width} x {camera.height}"),
        (("Model, serial", "型号、序列号"), ", ".join(filter(None, (camera.model, camera.serial)))),
        (("Made", "校准时间"), f"{record.made_at:%Y-%m-%d %H:%M} UTC"),
        (("By", "校准人"), record.made_by or ""),
        (("Valid until", "有效期至"), f"{record.valid_until:%Y-%m-%d}"),
        *_optics(record),
    ]
    if record.environment and record.environment.temperature_c is not None:
        rows.append((("Temperature", "温度"), f"{record.environment.temperature_c:g} °C"))
    claims = [
        f"{'●' if claim in record.claims else '○'} {escape(english)} · {chinese}"
        for claim, (english, chinese) in _CLAIMS.items()
    ]
    return (
        f"<h1>Calibration report · 校准报告</h1><p>{escape(record.id)} — {_word(worst)}</p>"
        + _table([(f"{a} · {b}", escape(value)) for (a, b), value in rows if value])
        + f"<p>May claim · 可声明: {'; '.join(claims)}</p>"
    )


def _optics(record: Calibration) -> list[tuple[tuple[str, str], str]]:
    rows = []
    if lens := record.lens:
        numbers = f"fx {lens.fx:.2f}, fy {lens.fy:.2f}, cx {lens.cx:.2f}, cy {lens.cy:.2f} px"
        rows.append((("Lens", "镜头"), f"{numbers}; U {lens.U_px:.2f} px"))
    if plane := record.plane:
        rows.append(
            (
                ("Bench", "台面"),
                ", ".join(
                    [
                        f"{plane.distance_mm:.1f} ± {plane.U_distance_mm:.1f} mm",
                        f"tilt {plane.tilt_deg:.2f} ± {plane.U_tilt_deg:.2f}°",
                        f"U {100 * plane.U_relative:.2f} % of a length (k = 2)",
                    ]
                ),
            )
        )
    return rows


def _results(results: Sequence[Result]) -> str:
    if not results:
        return ""
    rows = []
    for each in results:
        name = escape(each.quantity)
        if chinese_name := chinese_quantity(each.quantity):
            name += f"<br>{chinese_name}"
        unit = "" if each.unit == "1" else f" {escape(each.unit)}"
        limits = (
            ""
            if each.pass_limit is None or each.marginal_limit is None
            else f"{each.pass_limit:g} / {each.marginal_limit:g}{unit}"
        )
        said = ""
        if each.reason and each.remedy:
            said = f"{escape(each.reason)}: {escape(each.remedy)}."
            chinese = [chinese_sentence(text) for text in (each.reason, each.remedy)]
            said += f"<br>{'：'.join(filter(None, chinese))}"
        rows.append(
            f'<tr><td>{name}</td><td class="n">{each.value:.4g}{unit}</td>'
            f'<td class="n">{limits}</td><td>{_word(each.verdict)}</td><td>{said}</td></tr>'
        )
    head = "<tr><th></th><th>value · 值</th><th>pass / marginal · 限值</th><th></th><th></th></tr>"
    return f'<table width="100%">{head}{"".join(rows)}</table>'


def _found(found: Sequence[Detectability]) -> str:
    """The sizes from which 90 % of each kind are found."""
    rows = []
    for each in found:
        unit = each.unit.replace("mm2", "mm²")
        sizes = [
            "—" if size is None else f"{float(f'{size:.3g}'):g} {unit}"
            for size in (each.a90, each.a90_95)
        ]
        cells = "".join(f'<td class="n">{size}</td>' for size in sizes)
        name = each.defect.replace("_", " ")
        if chinese := chinese_word(name):
            name += f" · {chinese}"
        rows.append(f'<tr><td>{escape(name)}</td>{cells}<td class="n">{each.trials}</td></tr>')
    head = "<tr><th></th><th>a90</th><th>a90/95</th><th>faults tried · 试验数</th></tr>"
    observer = escape(found[0].observer)
    said = (
        f"90 % are found from this size on; a90/95: sure to 95 %; —: at no size tried. "
        f"Who looks: {observer}, at {100 * found[0].false_calls:.0f} % false calls.<br>"
        "从该尺寸起检出 90 %；a90/95：置信度 95 %；—：所试尺寸均不能保证。"
    )
    return f'<table width="100%">{head}{"".join(rows)}</table><p>{said}</p>'


def _figure(figure: Figure) -> str:
    images = "".join(
        f'<img alt="" src="data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}">'
        for jpeg in figure.jpegs
    )
    inside = figure.svg or f'<div class="sheet">{images}</div>'
    return f"<figure>{inside}<figcaption>{caption_of(figure)}</figcaption></figure>"


def _provenance(record: Calibration) -> list[str]:
    """What it rests on; the pictures apart, since there may be pages of them."""
    targets = "; ".join(
        f"{target.kind}, serial {target.serial}"
        + ("" if target.U_relative is None else f", U {100 * target.U_relative:.2f} %")
        for target in record.targets
    )
    pictures = "<br>".join(
        f"{escape(each.step)} {escape(each.name)} {each.sha256}" for each in record.pictures
    )
    return [
        _heading("What it rests on", "依据") + f"<p>Targets · 标定物: {escape(targets) or '—'}</p>"
        f"<p>Digest of the record · 记录摘要 (SHA-256 of RFC 8785): {record.digest}</p>",
        f'<p class="small">{pictures}</p>',
    ]


def _table(rows: Sequence[tuple[str, str]]) -> str:
    lines = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in rows)
    return f'<table width="100%">{lines}</table>'


def _word(verdict: str) -> str:
    english, chinese = _WORDS[verdict]
    return f'<span class="{verdict}">{_SHAPES[verdict]} {english} · {chinese}</span>'
