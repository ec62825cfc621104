"""Label templates from TOML text, validated on load."""

import hashlib
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from station.domain.faults import refuse
from station.domain.label import (
    Code128Element,
    Element,
    LabelKind,
    LabelTemplate,
    LineElement,
    Place,
    QrElement,
    ShapeElement,
    TextElement,
)

_Mm = Annotated[float, Field(ge=0, le=300, allow_inf_nan=False)]
_Text = Annotated[str, Field(min_length=1, max_length=200)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Placed(_Form):
    x: _Mm
    y: _Mm


class _TextForm(_Placed):
    kind: Literal["text"]
    width: _Mm
    height: _Mm
    text: _Text
    drawn: bool = False
    cut: bool = False

    def element(self) -> Element:
        place = Place(self.x, self.y, self.width, self.height)
        return TextElement(place, self.text, self.drawn, self.cut)


class _QrForm(_Placed):
    kind: Literal["qr"]
    size: _Mm
    text: _Text

    def element(self) -> Element:
        return QrElement(Place(self.x, self.y, self.size, self.size), self.text)


class _Code128Form(_Placed):
    kind: Literal["code128"]
    width: _Mm
    height: _Mm
    text: _Text
    bar: _Mm = 0.25

    def element(self) -> Element:
        return Code128Element(Place(self.x, self.y, self.width, self.height), self.text, self.bar)


class _ShapeForm(_Placed):
    kind: Literal["shape"]
    size: _Mm

    def element(self) -> Element:
        return ShapeElement(Place(self.x, self.y, self.size, self.size))


class _LineForm(_Placed):
    kind: Literal["line"]
    width: _Mm
    height: _Mm

    def element(self) -> Element:
        return LineElement(Place(self.x, self.y, self.width, self.height))


_ElementForm = Annotated[
    _TextForm | _QrForm | _Code128Form | _ShapeForm | _LineForm, Field(discriminator="kind")
]


class _TemplateForm(_Form):
    schema_: Annotated[Literal[1], Field(alias="schema")]
    name: Annotated[str, Field(min_length=1, max_length=80)]
    kind: LabelKind
    width: _Mm
    height: _Mm
    dpi: Literal[203, 300, 600] = 203
    element: Annotated[tuple[_ElementForm, ...], Field(min_length=1, max_length=60)]


def read_template(path: Path) -> LabelTemplate:
    """The template of a file. StationError, one sentence, if a label of it could be unreadable."""
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise refuse(f"{path} cannot be read ({reason}): name a label template.") from error
    return parse_template(content, path.name)


def parse_template(content: bytes, name: str) -> LabelTemplate:
    """The template in TOML text; `name` is how messages call it."""
    try:
        form = _TemplateForm.model_validate(tomllib.loads(content.decode("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise refuse(f"{name} is not valid TOML: {error}") from error
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise refuse(f"{name}: {place}: {problem['msg']}; correct it.") from error
    try:
        return LabelTemplate(
            form.name,
            form.kind,
            form.width,
            form.height,
            form.dpi,
            tuple(element.element() for element in form.element),
            hashlib.sha256(content).hexdigest(),
        )
    except ValueError as error:
        raise refuse(f"{name}: {error}.") from error
