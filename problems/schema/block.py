"""What every block of a problem file shares.

Belongs here: the strict base model. Does not belong here: any field.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema


class Block(BaseModel):
    """A frozen block of a problem file that refuses unknown keys."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
        arbitrary_types_allowed=True,
        # Only the root is validated: building every block's validator would double the start-up.
        defer_build=True,
    )


def _name(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"must be a name (given {value!r})")
    text = str(value)
    if not text.strip():
        raise ValueError("must not be an empty name")
    return text


Name = Annotated[str, PlainValidator(_name), WithJsonSchema({"type": "string", "minLength": 1})]
Country = Annotated[
    str,
    Field(pattern=r"^[A-Z]{2}$", examples=["CN", "SG"], description="ISO 3166 two-letter code."),
]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["CNY", "USD"])]
PositiveNumber = Annotated[float, Field(gt=0, allow_inf_nan=False)]
