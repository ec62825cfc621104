"""The canonical bytes of JSON (RFC 8785): equal values give equal bytes."""

from collections.abc import Mapping
from typing import Any, cast

import rfc8785


def canonical(value: Mapping[str, object]) -> bytes:
    """UTF-8 without white space, keys in order; a ValueError where JSON cannot carry the value."""
    return rfc8785.dumps(cast("Any", value))
