"""Order files: each form reads alike, and what is wrong is said with its line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lines import HEADER, csv_file, entry, gtin, json_file, json_lines_file, order_line, row

from station.adapters.orders.files import OrderFile, Progress
from station.adapters.orders.form import FileForm
from station.domain.faults import StationError
from station.domain.identity import ItemCode
from station.domain.item import OrderLine

LINES = (
    order_line("RMA-1", 1, serial="A-1", parcel="1Z999AA10123456784"),
    order_line("RMA-1", 2, parcel="1Z999AA10123456784", quantity=3),
    order_line("RMA-2", 1, serial="A-2"),
)


def read(path: Path, form: FileForm | None = None) -> list[tuple[int, OrderLine]]:
    return list(OrderFile(path, form).lines())


def refusal(path: Path, form: FileForm | None = None) -> str:
    with pytest.raises(StationError) as refused:
        read(path, form)
    return str(refused.value)


def text_file(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


@pytest.mark.parametrize(
    ("make", "name", "first"),
    [(csv_file, "o.csv", 2), (json_file, "o.json", 1), (json_lines_file, "o.jsonl", 1)],
)
def test_every_form_gives_the_same_lines(
    make: Callable[..., Path], name: str, first: int, tmp_path: Path
) -> None:
    found = read(make(tmp_path / name, *LINES))

    assert [line for _, line in found] == list(LINES)
    assert [number for number, _ in found] == [first, first + 1, first + 2]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_table_may_use_any_of_three_separators_and_a_byte_order_mark(
    separator: str, mark: str, tmp_path: Path
) -> None:
    lines = [mark + HEADER, *map(row, LINES)]
    path = text_file(tmp_path / "o.csv", *(line.replace(",", separator) for line in lines))

    assert [line for _, line in read(path)] == list(LINES)


def test_columns_may_stand_in_any_order_and_optional_ones_may_be_left_out(tmp_path: Path) -> None:
    path = text_file(
        tmp_path / "o.csv",
        "Name;GTIN ;size_mm;category;order",
        f'"Tea set; six ""fine"" cups";{gtin(1)};200 x 120 × 80.5;carton;RMA-9',
    )
    ((number, line),) = read(path)

    assert number == 2
    assert line == OrderLine(
        "RMA-9",
        ItemCode(gtin(1)),
        'Tea set; six "fine" cups',
        "carton",
        (200.0, 120.0, 80.5),
    )


def test_the_form_that_the_virtual_trolley_writes_is_read(tmp_path: Path) -> None:
    item = {
        "gtin": "09520123456788",
        "serial": "R-1",
        "name": "Cup",
        "category": "carton",
        "order": "RMA-77",
        "size_mm": [200, 120, 80],
    }
    path = tmp_path / "orders.json"
    path.write_text(json.dumps({"schema": 1, "items": [item]}, indent=1), "utf-8")
    ((_, line),) = read(path)

    assert line.code == ItemCode("09520123456788", "R-1")
    assert (line.order, line.parcel, line.quantity) == ("RMA-77", "", 1)


def test_short_gtins_and_sscc_with_their_identifier_are_brought_to_one_form(tmp_path: Path) -> None:
    line = row(order_line(parcel="(00)340123450000000000")).replace(gtin(1), "4006381333931")
    ((_, read_line),) = read(text_file(tmp_path / "o.csv", HEADER, line))

    assert read_line.code.gtin == "04006381333931"
    assert read_line.parcel == "340123450000000000"


GOOD = row(order_line())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (GOOD.replace(gtin(1), "09520123456780"), "no valid GTIN"),
        (GOOD.replace(gtin(1), "9.52012E+12"), "a spreadsheet may have rounded it"),
        (GOOD + ",more", "10 fields where the header has 9"),
        (GOOD.replace(",1,", ",none,"), "quantity “none” is no whole number"),
        (GOOD.replace(",1,", ",0,"), "quantity must be from 1"),
        (row(order_line(serial="A")).replace(",1,", ",2,"), "names one piece"),
        (row(order_line(serial="A-b")).replace("A-b", "A b"), "serial “A b”"),
        (GOOD.replace("200x120x80", "200x120"), "length, width and height"),
        (GOOD.replace("200x120x80", "200x120x-8"), "length, width and height"),
        (GOOD.replace("200x120x80", "1x2x1e400"), "length, width and height"),
        (GOOD.replace("Goods 1", ""), "name is missing"),
        (GOOD.replace("Goods 1", "x" * 201), "longer than 200"),
        (GOOD.replace("RMA-1", "R" * 41), "order must be 1 to 40"),
        (GOOD.replace("RMA-1", "R\x00"), "printable"),
        (row(order_line(parcel="1Z 9'; DROP TABLE lines")), "neither an SSCC nor a tracking code"),
        (row(order_line(parcel="00340123450000000001")), "neither an SSCC"),
        ('"' + GOOD, "its quotes are wrong"),
        ("x" * 70_000, "longer than 65536 bytes"),
    ],
)
def test_a_wrong_row_in_the_middle_is_named_by_its_line(
    wrong: str, said: str, tmp_path: Path
) -> None:
    path = text_file(tmp_path / "o.csv", HEADER, GOOD, "", wrong, GOOD)
    sentence = refusal(path)

    assert sentence.startswith("o.csv: line 4: ")
    assert said in sentence
    assert sentence.endswith("correct it and import again")
    assert "\x00" not in sentence


def test_a_row_is_named_by_its_first_line(tmp_path: Path) -> None:
    two = row(order_line()).replace("too big", '"too\nbig"')
    path = text_file(tmp_path / "o.csv", HEADER, two, two.replace(gtin(1), "1"))

    assert "line 4: gtin" in refusal(path)
    assert read(text_file(path, HEADER, two))[0][1].buyer_reason == "too big"


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("order,gtin,name,category", "the columns lack size_mm"),
        (HEADER.replace("serial", "seriel"), "no order file has the columns seriel"),
        (HEADER + ",", "no order file has the columns an empty name"),
        (HEADER + ",order", "a column is there twice"),
        ("", "the columns lack category"),
    ],
)
def test_wrong_columns_are_refused(header: str, said: str, tmp_path: Path) -> None:
    sentence = refusal(text_file(tmp_path / "o.csv", header, GOOD))

    assert "line 1" in sentence
    assert said in sentence


def test_other_encodings_are_refused_with_the_line(tmp_path: Path) -> None:
    chinese = GOOD.replace("Goods 1", "保温杯")

    assert "UTF-16" in refusal(text_file(tmp_path / "a.csv", HEADER, encoding="utf-16"))
    path = text_file(tmp_path / "b.csv", HEADER, GOOD, chinese, encoding="gb18030")
    assert "line 3: it is not in UTF-8" in refusal(path)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert "the file is empty" in refusal(text_file(tmp_path / "o.csv"))


def test_a_form_that_the_name_does_not_tell_must_be_declared(tmp_path: Path) -> None:
    path = text_file(tmp_path / "orders.dat", HEADER, GOOD)

    with pytest.raises(StationError, match="say --form"):
        OrderFile(path)
    assert len(read(path, FileForm.CSV)) == 1


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    assert "name a readable file" in refusal(tmp_path / "nowhere.csv")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"gtin": 9520123456788}, "gtin must be text"),
        ({"colour": "red"}, "“colour” is no key"),
        ({"size_mm": [1, 2]}, "length, width and height"),
        ({"size_mm": [1, 2, True]}, "length, width and height"),
        ({"size_mm": "1x2x3"}, "length, width and height"),
        ({"size_mm": [1, 2, 1e300]}, "length, width and height"),
        ({"quantity": 1.5}, "whole number"),
        ({"quantity": True}, "whole number"),
        ({"name": None}, "name is missing"),
    ],
)
@pytest.mark.parametrize("name", ["o.json", "o.jsonl"])
def test_a_wrong_entry_is_named_by_its_line(
    changed: dict[str, object], said: str, name: str, tmp_path: Path
) -> None:
    good = entry(order_line())
    entries = [json.dumps(e) for e in (good, good | changed, good)]
    text = (
        "\n".join(entries)
        if name.endswith("l")
        else '{"schema": 1, "items": [\n' + ",\n".join(entries) + "]}"
    )
    sentence = refusal(text_file(tmp_path / name, text))

    assert f"{name}: line {2 if name.endswith('l') else 3}: " in sentence
    assert said in sentence


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ('{"schema": 2, "items": []}', '"schema": 1'),
        ('{"schema": true, "items": []}', '"schema": 1'),
        ('{"items": []}', '"schema": 1'),
        ('{"schema": 1, "itmes": []}', 'no list "items"'),
        ("[]", '"schema": 1'),
        ("", "broken"),
        ('{"schema": ' + "1" * 5000 + ', "items": []}', "line 1: "),
        ('{"schema": 1, "total": ' + "1" * 5000 + ', "items": []}', "line 1: "),
        ('{"schema": 1,\n "items": [\n{"order": "a",}\n]}', "line 3: the JSON breaks off"),
        ('{"schema": 1,\n "items": [\n{"order": "a"', "line 3: "),
        ('{"schema": 1,\n "items": [\nnull\n]}', "line 3: item 1: it is no JSON object"),
        ('{"schema": 1,\n "items": [\n' + "[" * 100_000, "line 3: "),
    ],
)
def test_a_broken_document_is_refused(document: str, said: str, tmp_path: Path) -> None:
    assert said in refusal(text_file(tmp_path / "o.json", document))


@pytest.mark.parametrize(
    "line", ["{", "[]", "1", '"x"', "nul", "[" * 50_000, '{"a": NaN}', "1" * 5000]
)
def test_a_broken_json_line_is_refused(line: str, tmp_path: Path) -> None:
    good = json.dumps(entry(order_line()))

    assert "o.jsonl: line 2: " in refusal(text_file(tmp_path / "o.jsonl", good, line, good))


def test_a_size_beyond_every_number_is_refused(tmp_path: Path) -> None:
    beyond = json.dumps(entry(order_line()) | {"size_mm": [1, 2, 10**400]})

    assert "length, width and height" in refusal(text_file(tmp_path / "o.jsonl", beyond))


def test_an_empty_document_holds_no_orders(tmp_path: Path) -> None:
    assert read(text_file(tmp_path / "o.json", '{"schema": 1, "items": []}')) == []


@given(st.binary(max_size=300), st.sampled_from(FileForm), st.booleans())
def test_noise_is_refused_in_a_sentence_or_read(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, form: FileForm, headed: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.csv"
    path.write_bytes((HEADER + "\n").encode() * headed + noise)
    said = ""
    try:
        read(path, form)
    except StationError as error:
        said = str(error)
    assert len(said.splitlines()) <= 1


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    told: list[Progress] = []
    for _ in OrderFile(csv_file(tmp_path / "o.csv", *LINES)).lines(told.append):
        pass

    assert told[-1] == Progress(3, 1.0)
