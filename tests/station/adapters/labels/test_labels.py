"""Labels as data: refused when unreadable, printed readable, and no text ever a command."""

from pathlib import Path

import pytest
import zxingcpp
from hypothesis import example, given, settings
from hypothesis import strategies as st
from zpl_picture import picture

from firmware_bridge.clients.zpl import check_label
from firmware_bridge.codecs.zpl import texts, tokens
from station.adapters.labels.drawing import draw_label
from station.adapters.labels.lettering import lettered
from station.adapters.labels.templates import parse_template, read_template
from station.domain.faults import StationError
from station.domain.label import FIELDS, Label, LabelKind, LabelTemplate, qr_modules

DEFAULTS = Path("station/defaults/labels")
RESULT = read_template(DEFAULTS / "result.toml")
PLATE = read_template(DEFAULTS / "plate.toml")
LINK = "https://id.gs1.org/01/09520123456788/21/R-0001"
SAID = {
    "link": LINK,
    "item": "(01)09520123456788(21)R-0001",
    "name": "Thermos gift box 保温杯",
    "order": "RMA-77",
    "grade": "REPAIR",
    "grade_zh": "返修",
    "condition": "",
    "disposition": "repair shop",
    "bin": "REPAIR-R12",
    "deadline": "2026-03-07 08:00 UTC",
    "inspection": "019a0000-0000-7000-8000-000000000001",
    "time": "2026-03-04 08:00 UTC",
}
HEAD = 'schema = 1\nname = "t"\nkind = "result"\nwidth = 60\nheight = 40\n'
QR = '[[element]]\nkind = "qr"\nx = 2.5\ny = 16\nsize = 21.5\ntext = "{link}"\n'


def result(**said: str) -> Label:
    return Label(LabelKind.RESULT, "i", tuple({**SAID, **said}.items()))


def plate(code: str) -> Label:
    said = {"plate": code, "number": code[9:], **{k: SAID[k] for k in ("item", "name", "order")}}
    return Label(LabelKind.PLATE, "i", tuple({**said, "time": SAID["time"]}.items()))


def read(label: bytes) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(picture(label))]


@pytest.mark.parametrize(
    ("grade", "word"), [("RESELLABLE", "再售"), ("REPAIR", "返修"), ("SCRAP", "报废")]
)
def test_a_result_label_is_one_label_whose_code_can_be_read(grade: str, word: str) -> None:
    zpl = draw_label(RESULT, result(grade=grade, grade_zh=word))

    check_label(zpl)
    assert read(zpl) == [LINK]
    assert grade in texts(tokens(zpl))


def test_the_three_grades_differ_in_shape_beside_their_words() -> None:
    shapes = {
        grade: [
            token.command
            for token in tokens(draw_label(RESULT, result(grade=grade)))[:24]
            if token.command in ("^GC", "^GD", "^GB")
        ]
        for grade in ("RESELLABLE", "REPAIR", "SCRAP")
    }

    assert shapes["RESELLABLE"][:3] == ["^GC", "^GD", "^GD"]
    assert shapes["REPAIR"][:3] == ["^GD", "^GD", "^GB"]
    assert shapes["SCRAP"][:3] == ["^GB", "^GD", "^GD"]


def test_a_plate_is_read_like_a_pre_printed_one() -> None:
    code = "RG:PLATE:019a0000-0000-7000-8000-000000000001"

    assert read(draw_label(PLATE, plate(code))) == [code]


def test_the_longest_link_still_fits_and_is_read() -> None:
    longest = "https://id.gs1.org/01/09520123456788/21/" + "%2F" * 20

    assert len(longest) == FIELDS[LabelKind.RESULT]["link"]
    assert read(draw_label(RESULT, result(link=longest))) == [longest]


@given(characters=st.integers(1, 213))
def test_a_qr_code_is_never_larger_than_reserved(characters: int) -> None:
    text = "aB%/" * 53 + "x"
    code = zxingcpp.create_barcode(
        text[:characters], zxingcpp.BarcodeFormat.QRCode, ec_level="M"
    ).to_image(scale=1, add_quiet_zones=False)

    assert code.shape[0] <= qr_modules(characters)


def test_chinese_is_drawn_as_dots_so_that_any_printer_prints_it() -> None:
    word, other = lettered("返修", 96, 48), lettered("再售", 96, 48)

    assert word.shape[0] == 48
    assert 0.1 < word.mean() < 0.6
    assert word.shape != other.shape or (word != other).any()


def test_what_does_not_fit_is_cut_with_an_ellipsis() -> None:
    assert lettered("W" * 60, 200, 24).shape[1] <= 200
    name = draw_label(PLATE, plate("RG:PLATE:" + "x" * 40))
    assert any(text.endswith("...") for text in texts(tokens(name)))


COMMANDS = [token.command for token in tokens(draw_label(RESULT, result()))]
HOSTILE = "^XZ^XA~JA_5E{item}%n\x00\x1b\r\n\u202e\u2066=cmd|'/c'!A0';DROP TABLE--再" * 3


@settings(max_examples=60)
@given(said=st.fixed_dictionaries({field: st.text(max_size=60) for field in SAID}))
@example(said=dict.fromkeys(SAID, HOSTILE))
@example(said=dict.fromkeys(SAID, "x" * 4096))
def test_no_field_adds_removes_or_changes_a_command(said: dict[str, str]) -> None:
    zpl = draw_label(RESULT, result(**{**said, "grade": "REPAIR"}))

    check_label(zpl)
    assert [token.command for token in tokens(zpl)] == COMMANDS
    assert not any(byte < 0x20 or byte > 0x7E for byte in zpl)
    printed = "".join(texts(tokens(zpl)))
    assert not set("\x00\x1b\r\n\u202e\u2066") & set(printed)


@pytest.mark.parametrize(
    ("elements", "sentence"),
    [
        (QR.replace("{link}", "{colour}"), "there is no field 'colour'"),
        (QR.replace("{link}", "{link!r}"), "write a field of"),
        (QR.replace("{link}", "{link.x}"), "write a field of"),
        (QR.replace("{link}", "{0}"), "write a field of"),
        (QR.replace("{link}", "{link"), "stray brace"),
        (QR.replace("x = 2.5", "x = 45"), "lies outside the label"),
        (QR.replace("x = 2.5", "x = 0.5"), "quiet zone of a code reaches beyond"),
        (QR.replace("size = 21.5", "size = 8"), "too fine"),
        (
            QR + '[[element]]\nkind = "line"\nx = 25\ny = 16\nwidth = 5\nheight = 1\n',
            "stands in the quiet zone",
        ),
        (
            QR + '[[element]]\nkind = "line"\nx = 20\ny = 16\nwidth = 5\nheight = 1\n',
            "two elements overlap",
        ),
        (
            '[[element]]\nkind="text"\nx=1\ny=1\nwidth=20\nheight=3\ntext="{name}"\n',
            "up to 80 characters do not fit",
        ),
        (
            '[[element]]\nkind="code128"\nx=5\ny=1\nwidth=50\nheight=8\ntext="{link}"\n',
            "Code 128 of up to 100 characters is",
        ),
        ('[[element]]\nkind="line"\nx=1\ny=1\nwidth=0\nheight=1\n', "positive size"),
        ('[[element]]\nkind="photo"\nx=1\ny=1\n', "element.0"),
        ("", "element"),
        (QR + "colour = 3\n", "colour"),
    ],
)
def test_an_unreadable_template_is_refused_with_a_sentence(elements: str, sentence: str) -> None:
    with pytest.raises(StationError) as caught:
        parse_template((HEAD + elements).encode(), "site.toml")

    assert sentence in str(caught.value)
    assert str(caught.value).startswith("site.toml: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"\xff", b"schema = ", b""])
def test_text_that_is_no_template_is_refused(content: bytes) -> None:
    with pytest.raises(StationError, match=r"site\.toml"):
        parse_template(content, "site.toml")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StationError, match="name a label template"):
        read_template(tmp_path / "none.toml")


def test_a_shape_needs_a_grade() -> None:
    plate_text = (DEFAULTS / "plate.toml").read_bytes()
    shape = b'\n[[element]]\nkind = "shape"\nx = 1\ny = 22\nsize = 2\n'

    with pytest.raises(StationError, match="only a result label has a grade"):
        parse_template(plate_text + shape, "plate.toml")


def test_a_code_that_cannot_be_a_barcode_is_a_fault_and_not_a_wrong_label() -> None:
    bars = (
        '[[element]]\nkind="code128"\nx=6\ny=1\nwidth=50\nheight=8\nbar=0.25\ntext="{grade_zh}"\n'
    )
    template = parse_template((HEAD + bars).encode(), "bars.toml")

    with pytest.raises(StationError, match="printable ASCII"):
        draw_label(template, result())
    wide = draw_label(template, result(grade_zh="R>"))
    assert read(wide) == ["R>"]


def test_templates_scale_with_the_printer() -> None:
    finer = LabelTemplate(
        "fine", LabelKind.RESULT, 60, 40, 300, RESULT.elements, digest=RESULT.digest
    )

    assert read(draw_label(finer, result())) == [LINK]
    assert picture(draw_label(finer, result())).shape == (480, 720)
