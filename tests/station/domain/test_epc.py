"""EPCs on tags, both ways. Vectors: GS1's Tag Data Standard and nedap/retail-epcpy's tests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.domain.epc import Epc, Unread, decode, encode, sgtin, to_bits, to_hex
from station.domain.epc_schemes import SCHEMES
from station.domain.identity import ItemCode

VECTORS = [
    ("3074257BF7194E4000001A85", "sgtin-96:3.0614141.812345.6789"),
    ("3674257BF6B7A659B2C2BF100000000000000000000000000000", "sgtin-198:3.0614141.712345.32a%2Fb"),
    ("30C579D5D4ADB60000000000", "sgtin-96:6.50712192365.88.0"),
    (
        "362579D5D4ADB6172574B98B34C0000000000000000000000000",
        "sgtin-198:1.50712192365.88..%25:.13%26",
    ),
    (
        "36A579D5D4ADB6172574B98B34C0000000000000000000000000",
        "sgtin-198:5.50712192365.88..%25:.13%26",
    ),
    ("36C579D5D4ADB618000000000000000000000000000000000000", "sgtin-198:6.50712192365.88.0"),
    ("3036450FEC2C9B80000003E9", "sgtin-96:1.9520123.045678.1001"),
    ("3154257BF4499602D2000000", "sscc-96:2.0614141.1234567890"),
    ("31583BF982DFDC1C35000000", "sscc-96:2.061414.12345678901"),
    ("31003932449F003039000000", "sscc-96:0.061414123456.12345"),
    ("31A03932449F000000000000", "sscc-96:5.061414123456.00000"),
    ("3234257BF460720000000190", "sgln-96:1.0614141.12345.400"),
    ("320039318D8401FFFFFFFFFF", "sgln-96:0.061411123456..2199023255551"),
    ("3934257BF46072C0000000000000000000000000000000000000", "sgln-195:1.0614141.12345.0"),
    ("3914257BF46072C1880000000000000000000000000000000000", "sgln-195:0.0614141.12345.01"),
    ("39183BF8C06072C1880000000000000000000000000000000000", "sgln-195:0.061411.012345.01"),
    ("390039318D8400C1880000000000000000000000000000000000", "sgln-195:0.061411123456..01"),
    (
        "390039318D8401057AD850E2458D1E449952E64D9D3E851A4000",
        "sgln-195:0.061411123456..A%2F-BCDEFGHIJKLMNOPQR",
    ),
    (
        "390039318D8400C98B972C193364D5AB56AC8000000000000000",
        "sgln-195:0.061411123456..2199023255552",
    ),
    ("33B4257BF40C0E4000000190", "grai-96:5.0614141.12345.400"),
    ("3300393243FF740000000000", "grai-96:0.061414113245..0"),
    ("3300393243FF743FFFFFFFFF", "grai-96:0.061414113245..274877906943"),
    ("3714257BF40C0E5A3060C183060C183060C183060C00", "grai-170:0.0614141.12345.4000000000000000"),
    ("3700393243FF74183100000000000000000000000000", "grai-170:0.061414113245..01"),
    ("3714257BF40C0E60C287118B266D1780000000000000", "grai-170:0.0614141.12345.ABCD1234%2F"),
    ("3714257BF40C0E60C287122C68F224CA97326CE9F400", "grai-170:0.0614141.12345.ABCDEFGHIJKLMNOP"),
    ("3834257BF58B266D1AB460C00000000000000000000000000000", "giai-202:1.0614141.12345400"),
    ("3814257BF58C1858D7C400000000000000000000000000000000", "giai-202:0.0614141.1ABc%2FD"),
    ("38983BF8D831830B1AF880000000000000000000000000000000", "giai-202:4.061411.01ABc%2FD"),
    (
        "38380C0E583164CDA356CDDC3960C593368D5B3770E583164CC0",
        "giai-202:1.012345.012345678901234567890123",
    ),
    ("3834257BF5832000000000000000000000000000000000000000", "giai-202:1.0614141.02"),
    ("3434257BF400000000000000", "giai-96:1.0614141.0"),
    ("3434257BF400000000BC6038", "giai-96:1.0614141.12345400"),
    ("355AB1C60003039000000190", "gid-96:95100000.12345.400"),
    ("355AB1C60003039000000000", "gid-96:95100000.12345.0"),
    ("350000000000000000000000", "gid-96:0.0.0"),
    ("35FFFFFFFFFFFFFFFFFFFFFF", "gid-96:268435455.16777215.68719476735"),
]


@pytest.mark.parametrize(("bank", "tag"), VECTORS)
def test_a_vector_reads_and_writes(bank: str, tag: str) -> None:
    read = decode(bank)

    assert isinstance(read, Epc)
    assert read.tag_uri == f"urn:epc:tag:{tag}"
    assert encode(read) == bank
    assert decode(bank.lower()) == read
    assert decode(" ".join(bank[at : at + 4] for at in range(0, len(bank), 4))) == read


@pytest.mark.parametrize(
    ("bank", "uri", "elements"),
    [
        (VECTORS[0][0], "sgtin:0614141.812345.6789", (("01", "80614141123458"), ("21", "6789"))),
        (
            VECTORS[1][0],
            "sgtin:0614141.712345.32a%2Fb",
            (("01", "70614141123451"), ("21", "32a/b")),
        ),
        (VECTORS[2][0], "sgtin:50712192365.88.0", (("01", "85071219236581"), ("21", "0"))),
        (VECTORS[6][0], "sgtin:9520123.045678.1001", (("01", "09520123456788"), ("21", "1001"))),
        (VECTORS[7][0], "sscc:0614141.1234567890", (("00", "106141412345678908"),)),
        (VECTORS[8][0], "sscc:061414.12345678901", (("00", "106141423456789018"),)),
        (VECTORS[10][0], "sscc:061414123456.00000", (("00", "006141412345600001"),)),
        (VECTORS[11][0], "sgln:0614141.12345.400", (("414", "0614141123452"), ("254", "400"))),
        (VECTORS[13][0], "sgln:0614141.12345.0", (("414", "0614141123452"),)),
        (VECTORS[16][0], "sgln:061411123456..01", (("414", "0614111234560"), ("254", "01"))),
        (VECTORS[19][0], "grai:0614141.12345.400", (("8003", "00614141123452400"),)),
        (VECTORS[23][0], "grai:061414113245..01", (("8003", "0061414113245401"),)),
        (VECTORS[26][0], "giai:0614141.12345400", (("8004", "061414112345400"),)),
        (VECTORS[33][0], "gid:95100000.12345.400", ()),
    ],
)
def test_an_epc_is_also_a_gs1_key(
    bank: str, uri: str, elements: tuple[tuple[str, str], ...]
) -> None:
    read = decode(bank)

    assert isinstance(read, Epc)
    assert read.uri == f"urn:epc:id:{uri}"
    assert read.elements == elements


def test_only_an_sgtin_names_an_item() -> None:
    item, case = decode("3036450FEC2C9B80000003E9"), decode("3154257BF4499602D2000000")

    assert isinstance(item, Epc)
    assert item.item == ItemCode("09520123456788", "1001")
    assert isinstance(case, Epc)
    assert case.item is None


@pytest.mark.parametrize(
    ("bank", "reason"),
    [
        ("", "hex"),
        ("30", "hex"),
        ("3036450FEC2C9B80000003EG", "hex"),
        ("٣٠٣٦", "hex"),
        ("E28011606000020512345678", "unprogrammed"),
        ("E2003412013001234567890A", "unprogrammed"),
        ("000000000000000000000001", "unprogrammed"),
        ("FFFFFFFFFFFFFFFFFFFFFFFF", "scheme"),
        ("2F0000000000000000000000", "scheme"),
        ("3036450FEC2C9B80000003E90000", "length"),
        ("3036450FEC2C9B800000", "length"),
        ("3674257BF6B7A659B2C2BF1000000000000000000000", "length"),
        ("303E450FEC2C9B80000003E9", "content"),
        ("3034FFFFFFEC9B80000003E9", "content"),
        ("3074257BF7FFFFC000001A85", "content"),
        ("3674257BF6B7A659B2C2BF100000000000000000000000000001", "padding"),
        ("3154257BF4499602D2000001", "padding"),
        ("362579D5D4ADB6172574B98B34C000000000000000000000C000", "content"),
        ("362579D5D4ADB6000000000000000000000000000000000000".ljust(52, "0"), "content"),
        ("362579D5D4ADB60800000000000000000000000000000000000".ljust(52, "0"), "content"),
        ("3934257BF46072C0000000000000000000000000000000000001", "padding"),
        ("350000", "hex"),
        ("35000000", "length"),
    ],
)
def test_what_breaks_a_rule_is_no_epc(bank: str, reason: str) -> None:
    read = decode(bank)

    assert isinstance(read, Unread)
    assert read.reason == reason
    assert read.sentence.endswith(".")


@pytest.mark.parametrize(
    ("scheme", "parts"),
    [
        ("sgtin-96", (1, "9520123", "045678", "0012")),
        ("sgtin-96", (1, "9520123", "045678", "274877906944")),
        ("sgtin-96", (1, "9520123", "045678", "A1")),
        ("sgtin-96", (1, "9520123", "45678", "1")),
        ("sgtin-96", (1, "9520123", "0456789", "1")),
        ("sgtin-96", (8, "9520123", "045678", "1")),
        ("sgtin-96", (None, "9520123", "045678", "1")),
        ("sgtin-96", (1, "95201", "04567890", "1")),
        ("sgtin-96", (1, "9520123456788", "0", "1")),
        ("sgtin-96", (1, "9520123", "04567٨", "1")),
        ("sgtin-198", (1, "9520123", "045678", "")),
        ("sgtin-198", (1, "9520123", "045678", "S" * 21)),
        ("sgtin-198", (1, "9520123", "045678", "a#b")),
        ("sscc-96", (1, "9520123", "0456789012", "1")),
        ("sgln-96", (1, "9520123", "04567", "2199023255552")),
        ("grai-96", (1, "9520123", "04567", "274877906944")),
        ("grai-170", (1, "9520123", "04567", "S" * 17)),
        ("giai-96", (1, "9520123", "02", "")),
        ("giai-96", (1, "061414123456", str(2**42), "")),
        ("giai-202", (1, "012345", "0" * 25, "")),
        ("gid-96", (None, "268435456", "1", "1")),
        ("gid-96", (None, "1", "01", "1")),
        ("gid-96", (0, "1", "1", "1")),
        ("cpi-96", (1, "9520123", "045678", "1")),
    ],
)
def test_what_a_scheme_has_no_room_for_is_refused(
    scheme: str, parts: tuple[int | None, str, str, str]
) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Epc(scheme, *parts)


def test_an_sgtin_is_made_of_an_item() -> None:
    piece = ItemCode("80614141123458", "6789")

    assert encode(sgtin(piece, 7, pos_filter=3)) == "3074257BF7194E4000001A85"
    assert sgtin(ItemCode("80614141123458", "R-1"), 7, long=True).item == ItemCode(
        "80614141123458", "R-1"
    )
    with pytest.raises(ValueError, match="serial"):
        sgtin(ItemCode("80614141123458"), 7)
    with pytest.raises(ValueError, match="number"):
        sgtin(ItemCode("80614141123458", "R-1"), 7)


@given(st.data())
def test_every_epc_comes_back_from_its_tag(data: st.DataObject) -> None:
    scheme = data.draw(st.sampled_from(sorted(SCHEMES.values(), key=lambda s: s.name)))
    company = data.draw(st.text("0123456789", min_size=6, max_size=12))
    partition = 12 - len(company)
    text = st.text("!\"%&'()*+,-./0123456789:;<=>?AMZ_amz", min_size=1)
    if scheme.digits is None:
        width = scheme.reference_bits[partition]
        reference = data.draw(
            text.filter(lambda t: len(t) <= 30 - len(company))
            if scheme.text
            else st.integers(0, 2**width - 1).map(str)
        )
        serial = ""
    else:
        count = scheme.digits - len(company)
        reference = data.draw(st.text("0123456789", min_size=count, max_size=count))
        serial = ""
        if scheme.serial_bits:
            serial = data.draw(
                text.filter(lambda t: len(t) <= scheme.longest)
                if scheme.text
                else st.integers(0, 2**scheme.serial_bits - 1).map(str)
            )
    epc = Epc(scheme.name, data.draw(st.integers(0, 7)), company, reference, serial)

    bank = encode(epc)

    assert len(bank) % 4 == 0
    assert decode(bank) == epc


@given(st.text(max_size=80) | st.text("0123456789ABCDEF", min_size=24, max_size=24))
def test_any_text_is_an_epc_or_says_why_not(text: str) -> None:
    read = decode(text)

    if isinstance(read, Epc):
        assert encode(read) == "".join(text.split()).upper()


@given(st.sampled_from([bank for bank, _ in VECTORS]), st.data())
def test_what_reads_with_a_bit_flipped_is_another_whole_epc(bank: str, data: st.DataObject) -> None:
    bits = to_bits(bank)
    assert isinstance(bits, str)
    at = data.draw(st.integers(0, len(bits) - 1))
    flipped = to_hex(bits[:at] + str(1 - int(bits[at])) + bits[at + 1 :])

    read = decode(flipped)

    assert isinstance(read, Unread) or encode(read) == flipped
