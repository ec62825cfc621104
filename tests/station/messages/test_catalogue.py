"""The catalogues say everything the station can show, alike in every language."""

import ast
import re
from itertools import chain
from pathlib import Path
from string import Formatter

import pytest

from station.domain.defect import Defect, Quantity, Unit
from station.domain.faults import FaultCode, StationError
from station.domain.grading import Condition, Doubt, Grade, Level
from station.domain.item import Unidentified
from station.messages.catalogue import LOCALES, Catalogue, MessageError
from station.screen.equipment import DeviceKind, DeviceState
from station.screen.view import Band

ROOT = Path(__file__).resolve().parents[3]
SOURCES = [*(ROOT / "station/workflow").glob("*.py"), ROOT / "station/domain/scan.py"]
SCREEN = list((ROOT / "station/screen").glob("*.py"))
NOTICING = {"Notice", "say", "_say", "_told", "NotUnderstood"}
ENUMS = {
    "band": Band,
    "defect": Defect,
    "quantity": Quantity,
    "unit": Unit,
    "grade": Grade,
    "condition": Condition,
    "doubt": Doubt,
    "fault": FaultCode,
    "remedy": FaultCode,
    "device": DeviceKind,
    "device-state": DeviceState,
}


@pytest.fixture(params=LOCALES)
def catalogue(request: pytest.FixtureRequest) -> Catalogue:
    """Each catalogue in turn."""
    return Catalogue.load(request.param)


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def notice_ids() -> set[str]:
    """Every notice id written in the machine, and the outcomes of a look-up that become one."""
    trees = [ast.parse(source.read_text("utf-8")) for source in SOURCES]
    calls = [n for t in trees for n in ast.walk(t) if isinstance(n, ast.Call)]
    words = chain.from_iterable(
        ast.walk(argument)
        for call in calls
        if called(call) in NOTICING
        for argument in call.args[: 3 if called(call) in {"say", "_say", "_told"} else 1]
    )
    ids = {w.value for w in words if isinstance(w, ast.Constant) and isinstance(w.value, str)}
    return {i for i in ids if i} | {problem.value for problem in Unidentified}


def literal_texts() -> set[str]:
    """Every whole message id that the screens name."""
    trees = [ast.parse(source.read_text("utf-8")) for source in SCREEN]
    calls = [n for t in trees for n in ast.walk(t) if isinstance(n, ast.Call)]
    first = [call.args[0] for call in calls if called(call) == "Text" and call.args]
    return {a.value for a in first if isinstance(a, ast.Constant)}


def test_both_languages_have_the_same_ids() -> None:
    ids = [Catalogue.load(locale).ids for locale in LOCALES]

    assert ids[0] == ids[1]


def test_both_languages_take_the_same_arguments() -> None:
    english, chinese = (Catalogue.load(locale) for locale in LOCALES)

    def placeholders(catalogue: Catalogue, message: str) -> set[tuple[str | None, str | None]]:
        return {(n, f) for _, n, f, _ in Formatter().parse(catalogue.entry(message)) if n}

    for message in english.ids:
        assert placeholders(english, message) == placeholders(chinese, message), message


def test_every_notice_of_the_machine_has_words(catalogue: Catalogue) -> None:
    ids = notice_ids()

    assert {"too-soon", "same-item", "still-looking", "scan-too-long", "unknown-item"} <= ids
    assert ids == {i.removeprefix("notice.") for i in catalogue.ids if i.startswith("notice.")}


@pytest.mark.parametrize("family", sorted(ENUMS))
def test_every_value_of_the_domain_has_words(family: str, catalogue: Catalogue) -> None:
    missing = [v.value for v in ENUMS[family] if f"{family}.{v.value}" not in catalogue.ids]

    assert not missing


def test_every_limit_has_words(catalogue: Catalogue) -> None:
    levels = {f"limit.{level.name.lower()}" for level in Level if level is not Level.AS_NEW}

    assert levels <= catalogue.ids


def test_every_message_a_screen_names_exists(catalogue: Catalogue) -> None:
    named = literal_texts()

    assert "do.scan-tote" in named
    assert named <= catalogue.ids


def test_nested_families_exist(catalogue: Catalogue) -> None:
    for message in catalogue.ids:
        for _, _, family, _ in Formatter().parse(catalogue.entry(message)):
            assert not family or any(i.startswith(f"{family}.") for i in catalogue.ids)


def test_cause_and_remedy_are_at_most_twelve_words() -> None:
    english = Catalogue.load("en")
    for code in FaultCode:
        said = f"{english.text(f'fault.{code.value}')} {english.text(f'remedy.{code.value}')}"
        assert len(said.split()) <= 12, said
        which = {"camera": "side", "fault": code.value}
        told, remedy = (
            english.text(message, **which)
            for message in ("screen.fault-at", f"remedy-at.{code.value}")
        )
        assert len(f"{told.removeprefix('side: ')} {remedy}".split()) <= 12, remedy


def test_chinese_is_chinese() -> None:
    chinese = Catalogue.load("zh-CN")
    foreign = {"unit", "key-cap", "limit"}
    plain = [
        i
        for i in chinese.ids
        if i.split(".")[0] not in foreign
        and not re.search("[\u4e00-\u9fff]", re.sub(r"\{[^}]*\}", "", chinese.entry(i)))
    ]

    assert sorted(plain) == [
        "disposition.other",
        "pose-name.other",
        "reason.measured",
        "reason.short",
        "remedy-at.other",
        "screen.device",
        "screen.fault-at",
        "screen.scale",
        "screen.trouble",
        "screen.trouble-at",
        "shot.other",
        "zone.other",
    ]


def test_arguments_are_words_of_the_same_language() -> None:
    chinese = Catalogue.load("zh-CN")
    said = chinese.text(
        "reason.measured", defect="dent", quantity="area", value="620", U="40", unit="mm2"
    )

    assert said == "凹陷面积 620 ± 40 mm²"


def test_an_open_family_takes_what_a_site_added(catalogue: Catalogue) -> None:
    assert "front left" in catalogue.text("pose.front_left")
    assert catalogue.text("zone.top") != "top"


def test_an_unknown_id_is_a_bug(catalogue: Catalogue) -> None:
    with pytest.raises(MessageError, match="no message"):
        catalogue.text("notice.no-such-thing")


def test_a_missing_argument_is_a_bug(catalogue: Catalogue) -> None:
    with pytest.raises(MessageError, match="needs the argument 'code'"):
        catalogue.text("notice.unknown-item")


def test_an_argument_too_many_is_ignored(catalogue: Catalogue) -> None:
    assert catalogue.text("notice.too-soon", code="x") == catalogue.text("notice.too-soon")


def test_an_unknown_language_is_refused_in_a_sentence() -> None:
    with pytest.raises(StationError, match="choose en or zh-CN"):
        Catalogue.load("fr")
