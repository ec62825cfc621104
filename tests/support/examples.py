"""The example bytes of a protocol document."""

import re
from pathlib import Path

import firmware_bridge

DOCUMENTS = Path(firmware_bridge.__file__).with_name("protocols")
_ROW = re.compile(r"^\| `((?:[0-9A-F]{2} ?)+)` \| (computer|device) \| (.+) \|$", re.MULTILINE)


def examples(document: str, heading: str) -> list[tuple[bytes, str, str]]:
    """Bytes, who sends them and what they mean, of the section under a heading."""
    text = (DOCUMENTS / document).read_text("utf-8")
    section = text.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return [(bytes.fromhex(raw), who, said) for raw, who, said in _ROW.findall(section)]
