"""Inspections kept before items were weighed are still read."""

import json

from station.adapters.store.codec import Codec
from tests.support.kept import inspection


def test_an_inspection_without_a_weight_is_read_as_not_weighed() -> None:
    codec = Codec()
    kept = json.loads(codec.inspection_text(inspection(1)))
    del kept["weight_g"]

    assert codec.inspection(json.dumps(kept)) == inspection(1)
    assert inspection(1).weight_g is None
