"""Digital Link addresses, by the cases of GS1's own syntax engine (gs1/gs1-syntax-engine)."""

import pytest

from station.domain.gs1 import NotGs1Error, digital_link

SSCC = {"00": "006141411234567890"}
GTIN = {"01": "12312312312333"}
DEMO = {"01": "09520123456788"}


@pytest.mark.parametrize(
    ("address", "values"),
    [
        ("http://a/00/006141411234567890", SSCC),
        ("HTTP://a/00/006141411234567890", SSCC),
        ("https://a/00/006141411234567890", SSCC),
        ("HTTPS://a/00/006141411234567890", SSCC),
        ("https://a/01/12312312312333", GTIN),
        ("https://xn--fsq.xn--0zwm56d/01/12312312312333", GTIN),
        ("https://a./01/12312312312333", GTIN),
        ("https://a:65535/01/12312312312333", GTIN),
        ("https://192.0.2.1/01/12312312312333", GTIN),
        ("https://[2001:db8::1]/01/12312312312333", GTIN),
        ("https://a/stem/00/006141411234567890", SSCC),
        ("https://a/more/stem/00/006141411234567890", SSCC),
        ("https://a/00/faux/00/006141411234567890", SSCC),
        (
            "https://a/01/12312312312333/22/TEST/10/ABC/21/XYZ",
            GTIN | {"22": "TEST", "10": "ABC", "21": "XYZ"},
        ),
        ("https://a/01/12312312312333/235/TEST", GTIN | {"235": "TEST"}),
        ("https://a/253/1231231231232", {"253": "1231231231232"}),
        (
            "https://a/253/1231231231232TEST5678901234567",
            {"253": "1231231231232TEST5678901234567"},
        ),
        (
            "https://a/8018/123456789012345675/8019/123",
            {"8018": "123456789012345675", "8019": "123"},
        ),
        ("https://a/stem/00/006141411234567890?", SSCC),
        ("https://a/stem/00/006141411234567890?99=ABC", SSCC | {"99": "ABC"}),
        ("https://a/stem/401/12345678?99=ABC", {"401": "12345678", "99": "ABC"}),
        ("https://a/01/12312312312333?99=ABC&98=XYZ", GTIN | {"99": "ABC", "98": "XYZ"}),
        ("https://a/01/12312312312333?&&&99=ABC&&&98=XYZ&&&", GTIN | {"99": "ABC", "98": "XYZ"}),
        ("https://a/01/12312312312333?99=ABC&unknown=666", GTIN | {"99": "ABC"}),
        ("https://a/01/12312312312333?singleton&99=ABC", GTIN | {"99": "ABC"}),
        (
            "https://a/01/12312312312333/22/ABC%2d123?99=ABC&98=XYZ%2f987",
            GTIN | {"22": "ABC-123", "99": "ABC", "98": "XYZ/987"},
        ),
        ("https://a/01/12312312312333/22/ABC+123", GTIN | {"22": "ABC+123"}),
        ("https://a/01/12312312312333/21/xyz#fragment", GTIN | {"21": "xyz"}),
        ("https://a/stem/00/006141411234567890?99=ABC#fragment", SSCC | {"99": "ABC"}),
        ("https://id.gs1.org/01/09520123456788", DEMO),
        ("https://id.gs1.org/01/09520123456788/22/2A", DEMO | {"22": "2A"}),
        (
            "https://id.gs1.org/01/09520123456788/10/ABC1/21/12345?17=180426",
            DEMO | {"10": "ABC1", "21": "12345", "17": "180426"},
        ),
        ("https://id.gs1.org/01/09520123456788/21/01", DEMO | {"21": "01"}),
        ("https://id.gs1.org/01/09520123456788?3103=000195", DEMO | {"3103": "000195"}),
        (
            "https://example.com/01/09520123456788?3103=000195&3922=0299&17=201225",
            DEMO | {"3103": "000195", "3922": "0299", "17": "201225"},
        ),
        (
            "https://id.gs1.org/00/952012345678912345?02=09520123456788&37=25&10=ABC123",
            {"00": "952012345678912345", "02": "09520123456788", "37": "25", "10": "ABC123"},
        ),
        ("https://id.gs1.org/414/9520123456788", {"414": "9520123456788"}),
        (
            "https://id.gs1.org/414/9520123456788/254/32a%2Fb",
            {"414": "9520123456788", "254": "32a/b"},
        ),
        (
            "https://id.gs1.org/01/09520123456788/235/XYZ?10=ABC123",
            DEMO | {"235": "XYZ", "10": "ABC123"},
        ),
    ],
)
def test_an_address_gives_its_values(address: str, values: dict[str, str]) -> None:
    assert digital_link(address) == values


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ftp://",
        "http://",
        "http:///",
        "http://a",
        "http://a/",
        "http://a/b",
        "http://a/b/",
        "HtTp://a/b/00/006141411234567890",
        "https://00/006141411234567890",
        "https://[fe80::1%25lo]/01/12312312312333",
        "https://$a/00/006141411234567890",
        "https://a$/00/006141411234567890",
        "https://a/gtin/12312312312333",
        "https://a/01/2112345678900",
        "https://a/01/416000336108",
        "https://a/01/02345673",
        "https://a/01/12312312312334",
        "https://a/253/1231231231232TEST56789012345678",
        "https://a/stem/00/006141411234567890/",
        "https://a/01/12312312312333?99=",
        "https://a/01/12312312312333?99=ABC&999=faux",
        "https://a/01/12312312312333?98=XYZ+987",
        "https://a/01/12312312312333/22/AB%2",
        "https://a/01/12312312312333/22/AB%GG",
        "https://a/01/12312312312333/22/AB%FF",
        "https://a/01/12312312312333/22/AB%1D10X",
        "https://a/01/09520123456788/21/A/10/B",
        "https://a/01/09520123456788/235/A/10/B",
        "https://a/01/09520123456788/17/261231",
        "https://a/00/006141411234567890/21/A",
        "https://example.com/01/09520123456788?10=ABC123",
        "https://id.gs1.org/01/09520123456788/10/ABC123?01=09520123456788",
        "https://id.gs1.org/01/09520123456788/10/ABC123?10=ABC123",
        "https://id.gs1.org/01/09520123456788/10/ABC123?99=XYZ789&99=XYZ789",
        "https://example.com/01/09520123456788/89/ABC123?99=XYZ",
        "https://example.com/01/09520123456788?99=XYZ&89=ABC123",
        "https://dlnkd.tn.gg/ARHKVAdpQg",
    ],
)
def test_what_is_no_digital_link_is_refused(address: str) -> None:
    with pytest.raises(NotGs1Error):
        digital_link(address)
