"""Imitated devices go on whatever they are told and sent; a dead emulator says so."""

from pathlib import Path

import pytest

from firmware_bridge.codecs import uhfreader18
from firmware_bridge.codecs.uhfreader18 import Frame
from firmware_bridge.emulators.aandd import AandDImitation
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.imitation import Imitation
from firmware_bridge.emulators.ports import PtyPort
from firmware_bridge.emulators.scale_pattern import PatternScaleImitation
from firmware_bridge.emulators.sics import SicsImitation
from firmware_bridge.emulators.uhfreader18 import UhfReader18Imitation
from firmware_bridge.families import aandd, scale_generic, sics
from firmware_bridge.family import Family

SCALES: list[tuple[Family, list[str], bytes]] = [
    (sics.FAMILY, [], b"SI\r\n"),
    (aandd.FAMILY, [], b"Q\r\n"),
    (scale_generic.FAMILY, [], b"S\r\n"),
    (scale_generic.FAMILY, ["dialect toledo"], b""),
]
"""Families of scales, the deeds that choose their dialect, and their question for the weight."""


def scale(family: Family, deeds: list[str]) -> Imitation:
    assert family.imitate is not None
    return family.imitate(deeds)


@pytest.mark.parametrize(("family", "deeds", "question"), SCALES)
@pytest.mark.parametrize(
    ("load", "beyond"),
    [
        ("99999 g", None),
        ("-99999 g", None),
        ("99999.01 g", "over"),
        ("9999999 kg", "over"),
        ("-9999999 g", "under"),
    ],
)
def test_a_load_beyond_a_scales_range_is_an_overload(
    family: Family, deeds: list[str], question: bytes, load: str, beyond: str | None
) -> None:
    imitated = scale(family, deeds)
    imitated.plugged(0.0)
    said = imitated.act(f"weight {load}", 1.0)
    said += [*imitated.hear(question, 2.0), *imitated.tick(2.0)]
    (weight,) = [entry for entry in family.decode(said[-1]) if entry["name"] != "other"]

    assert not weight["damaged"]
    told = f"{weight.get('status')} {weight.get('meaning')}"
    assert ("over" in told or "under" in told) == (beyond is not None)


@pytest.mark.parametrize("imitated", [SicsImitation(), AandDImitation(), PatternScaleImitation()])
def test_a_load_beyond_the_range_is_neither_zero_nor_tare(imitated: Imitation) -> None:
    imitated.act("weight 9999999 kg", 0.0)
    for command in (b"Z\r\n", b"ZI\r\n", b"T\r\n", b"TI\r\n", b"TA\r\n", b"SI\r\n", b"Q\r\n"):
        imitated.hear(command, 1.0)
        imitated.tick(9.0)
    imitated.act("weight 1 g", 9.0)

    said = b"".join([*imitated.hear(b"S\r\n", 10.0), *imitated.tick(10.0)])
    assert b"1.00" in said


@pytest.mark.parametrize("antenna", [0x00, 0x7F, 0x84, 0xFF])
def test_a_uhfreader_refuses_an_antenna_that_it_does_not_have(antenna: int) -> None:
    reader = UhfReader18Imitation()
    reader.act("tag 3036450FEC2C9B80000003E9", 0.0)
    asked = Frame(0xFF, uhfreader18.INVENTORY, bytes((4, 0, 1, 0, 0, 0, 0, antenna, 3)))
    said = [*reader.hear(uhfreader18.encode(asked), 1.0), *reader.tick(2.0)]

    refused = Frame(0, uhfreader18.INVENTORY, b"", uhfreader18.BAD_PARAMETER)
    assert said == [uhfreader18.encode(refused)]


def test_a_deed_for_an_emulator_that_has_ended_is_refused(tmp_path: Path) -> None:
    with Emulator(SicsImitation(), PtyPort(tmp_path / "scale")) as emulator:
        emulator.act("weight 1 g")

    with pytest.raises(RuntimeError, match="has ended"):
        emulator.act("weight 2 g")
