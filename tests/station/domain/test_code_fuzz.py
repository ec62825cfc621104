"""Damaged codes and tags never stop the reading of codes, and seldom name another item."""

import random
import time
from collections.abc import Callable

import pytest

from station.domain.reading_codes import decode_epc, decode_gs1
from station.domain.scan import ItemScanned, read_scan

CORPUS = (
    "]C1010952012345678821R-0001\x1d10LOT7",
    "]d20109520123456788172612312112345\x1d91INTERNAL",
    "(01)09520123456788(21)R\\(1\\)(17)261231",
    "]Q1https://id.gs1.org/stem/01/09520123456788/10/A%2FB/21/R-0001?17=261231&linkType=x",
    "00106141412345678908",
    "]E09520123456788",
    "04252614",
    "1Z5R89390357567127",
    "RR123456785CN",
    "490154203237518",
    "RG:BIN:REPAIR-R12",
    "3036450FEC2C9B80000003E9",
    "3674257BF6B7A659B2C2BF100000000000000000000000000000",
    "F70795211411234538566CB0AFC4",
    "^XA^FD%s${x}\u202e\0'; DROP TABLE events;--",
)
SIGNS = "0123456789ABCDEFGRXZ()/%?&=:]\x1d\0\x7f é再\u202e"
LONGEST_S = 0.1


def mutated(chance: random.Random) -> str:
    text = list(chance.choice(CORPUS))
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(text) + 1)
        match chance.randrange(5):
            case 0:
                text[at : at + 1] = chance.choice(SIGNS)
            case 1:
                text.insert(at, chance.choice(SIGNS))
            case 2:
                del text[at : at + chance.randint(1, 6)]
            case 3:
                text[at:at] = chance.choice(CORPUS)
            case _:
                text[at:at] = chance.choice(SIGNS) * chance.randint(1, 300)
    return "".join(text)


def fuzzed(count: int) -> None:
    chance = random.Random(20)
    readers: tuple[Callable[[str], object], ...] = (read_scan, decode_gs1, decode_epc)
    for _ in range(count):
        text = mutated(chance)
        for reads in readers:
            began = time.thread_time()
            reads(text)
            assert time.thread_time() - began < LONGEST_S, repr(text[:100])


def test_any_damaged_code_is_answered_at_once() -> None:
    fuzzed(10_000)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_million_damaged_codes_are_answered_at_once() -> None:
    fuzzed(1_000_000)


def test_no_more_wrong_numbers_pass_than_one_check_digit_allows() -> None:
    """One digit in ten is right by chance; a single wrong digit never is (see test_scan)."""
    chance = random.Random(7)
    count, passed = 20_000, 0
    for _ in range(count):
        digits = list("9520123456788")
        for at in chance.sample(range(len(digits)), 4):
            digits[at] = chance.choice("0123456789")
        text = "".join(digits)
        passed += text != "9520123456788" and isinstance(read_scan(f"]E0{text}"), ItemScanned)

    assert passed / count < 0.12
