"""What `devices decode epc` and `devices decode gs1` say of a text."""

from hypothesis import given
from hypothesis import strategies as st

from station.domain.reading_codes import decode_epc, decode_gs1


def test_an_epc_is_told_with_its_names() -> None:
    (tag,) = decode_epc("3036 450f ec2c 9b80 0000 03e9")

    assert tag["damaged"] is False
    assert tag["epc"] == tag["raw"] == "3036450FEC2C9B80000003E9"
    assert tag["scheme"] == "sgtin-96"
    assert tag["uri"] == "urn:epc:id:sgtin:9520123.045678.1001"
    assert tag["tag_uri"] == "urn:epc:tag:sgtin-96:1.9520123.045678.1001"
    assert tag["gs1"] == "(01)09520123456788(21)1001"
    assert (tag["gtin"], tag["serial"]) == ("09520123456788", "1001")


def test_every_line_is_a_tag_and_a_bad_one_says_why() -> None:
    good, factory, broken = decode_epc(
        "F70795211411234538566CB0AFC4\nE28011606000020512345678\nxyz"
    )

    assert good["gs1"] == "(01)79521141123453(21)32a/b"
    assert (factory["damaged"], factory["reason"]) == (True, "unprogrammed")
    assert factory["epc"] == "E28011606000020512345678"
    assert (broken["damaged"], broken["reason"]) == (True, "hex")


def test_gs1_data_is_told_in_brackets_whatever_its_form() -> None:
    forms = [
        "]C1010952012345678821R-0001\x1d10LOT7",
        "(01)09520123456788(21)R-0001(10)LOT7",
    ]
    link = "]Q1https://id.gs1.org/01/09520123456788/10/LOT7/21/R-0001"
    first, second = decode_gs1("\n".join(forms))
    (third,) = decode_gs1(link)

    assert first["gs1"] == second["gs1"] == "(01)09520123456788(21)R-0001(10)LOT7"
    assert third["elements"] == first["elements"]
    for entry in (first, second, third):
        assert entry["meaning"] == "ItemScanned"
        assert (entry["gtin"], entry["serial"]) == ("09520123456788", "R-0001")


def test_numbers_and_parcels_are_gs1_data_too() -> None:
    number, parcel, bracket = decode_gs1("036000291452\n00106141412345678908\n(21)a\\(b\\)")

    assert number["gs1"] == "(01)00036000291452"
    assert (parcel["gs1"], parcel["meaning"]) == ("(00)106141412345678908", "ParcelScanned")
    assert bracket["gs1"] == "(21)a\\(b\\)"


def test_what_is_no_gs1_data_says_why() -> None:
    wrong, unknown, carrier = decode_gs1("0109520123456789\n8912\n1Z5R89390357567127")

    assert (wrong["damaged"], wrong["reason"]) == (True, "check-digit")
    assert (unknown["damaged"], unknown["reason"]) == (True, "syntax")
    assert (carrier["damaged"], carrier["reason"]) == (True, "syntax")


@given(st.text(max_size=100))
def test_any_text_is_answered(text: str) -> None:
    for entry in decode_epc(text) + decode_gs1(text):
        assert isinstance(entry["damaged"], bool)
        assert not entry["damaged"] or entry["reason"]
