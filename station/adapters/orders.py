"""Return orders from a JSON file.

The file is `{"schema": 1, "items": [{"gtin", "serial"?, "name", "category", "order",
"size_mm": [length, width, height], "buyer_reason"?}]}`.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from station.domain.faults import refuse
from station.domain.identity import ItemCode
from station.domain.item import Item, LookUp, Unidentified

_Millimetres = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class _ItemForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    gtin: str
    serial: str | None = None
    name: Annotated[str, Field(min_length=1, max_length=200)]
    category: str
    order: str
    size_mm: tuple[_Millimetres, _Millimetres, _Millimetres]
    buyer_reason: str = ""


class _OrdersForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    schema_: Annotated[Literal[1], Field(alias="schema")]
    items: list[_ItemForm]


class OrdersFile:
    """The return orders of one file, held in memory."""

    def __init__(self, items: dict[ItemCode, Item]) -> None:
        self._items = items

    @classmethod
    def read(cls, path: Path) -> "OrdersFile":
        """Read a file. StationError says in one sentence what is wrong with it."""
        try:
            form = _OrdersForm.model_validate_json(path.read_bytes())
            items = [_item(entry) for entry in form.items]
        except OSError as error:
            reason = error.strerror or "unreadable"
            raise refuse(f"{path} cannot be read ({reason}): name a readable file") from error
        except ValidationError as error:
            problem = error.errors()[0]
            place = ".".join(str(part) for part in problem["loc"]) or "file"
            raise refuse(f"{path.name}: {place}: {problem['msg']}; correct it") from error
        except ValueError as error:
            raise refuse(f"{path.name}: {error}; correct it") from error
        return cls({item.code: item for item in items})

    def look_up(self, code: ItemCode) -> LookUp:
        """The item a code names; a code with an unlisted serial names nothing."""
        item = self._items.get(code)
        return LookUp(item) if item else LookUp(None, Unidentified.UNKNOWN)


def _item(form: _ItemForm) -> Item:
    code = ItemCode(form.gtin, form.serial)
    return Item(code, form.name, form.category, form.order, form.size_mm, form.buyer_reason)
