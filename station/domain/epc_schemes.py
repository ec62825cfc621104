"""The layouts of the EPC schemes that have a company prefix (EPC Tag Data Standard, 14.5)."""

from dataclasses import dataclass

COMPANY_BITS = (40, 37, 34, 30, 27, 24, 20)
"""The bits of a company prefix of 12 to 6 digits, by partition."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """A layout. Reference and serial take `reference_bits[partition]` and `serial_bits` bits.

    The digits of company prefix and reference together are `digits`; none where the reference is
    free. `text` says that the last field holds 7-bit characters, at most `longest` of them.
    """

    name: str
    header: int
    bits: int
    digits: int | None
    reference_bits: tuple[int, ...]
    serial_bits: int = 0
    text: bool = False
    longest: int = 0
    padding: int = 0

    @property
    def identity(self) -> str:
        """The name of its pure identity: `sgtin` of `sgtin-96`."""
        return self.name.partition("-")[0]


_SGTIN = (4, 7, 10, 14, 17, 20, 24)
_GRAI = _SGTIN
_SGLN = (1, 4, 7, 11, 14, 17, 21)
_SSCC = (18, 21, 24, 28, 31, 34, 38)
_GIAI_96 = (42, 45, 48, 52, 55, 58, 62)
_GIAI_202 = (148, 151, 154, 158, 161, 164, 168)

SCHEMES = {
    scheme.name: scheme
    for scheme in (
        Scheme("sgtin-96", 0x30, 96, 13, _SGTIN, 38),
        Scheme("sgtin-198", 0x36, 198, 13, _SGTIN, 140, text=True, longest=20),
        Scheme("sscc-96", 0x31, 96, 17, _SSCC, padding=24),
        Scheme("sgln-96", 0x32, 96, 12, _SGLN, 41),
        Scheme("sgln-195", 0x39, 195, 12, _SGLN, 140, text=True, longest=20),
        Scheme("grai-96", 0x33, 96, 12, _GRAI, 38),
        Scheme("grai-170", 0x37, 170, 12, _GRAI, 112, text=True, longest=16),
        Scheme("giai-96", 0x34, 96, None, _GIAI_96),
        Scheme("giai-202", 0x38, 202, None, _GIAI_202, text=True, longest=30),
    )
}
"""By name. GID-96 has no company prefix and is not among them."""
