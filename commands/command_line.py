"""A command as a person types it: what a refusal tells him to do next can be copied as it stands."""

from __future__ import annotations

import json
import shlex
from typing import Any

from marshmallow import Schema
from marshmallow.fields import Field

from ledger.limits import HINT_CHARACTERS_MAX


def propose_line(name: str, schema: Schema, given: dict[str, Any], maker: str) -> str:
    """The line by which a command with its content, as it was read, is proposed; a long list comes from a file."""
    fields = words_of(schema, given)
    if len(fields) > HINT_CHARACTERS_MAX:
        fields = "--json-input FILE"
    return f"provident propose {name} {fields} --by {shlex.quote(maker)}"


def words_of(schema: Schema, given: dict[str, Any]) -> str:
    """The fields of a content as ``name=value`` words, without those that say what is the default."""
    written: dict[str, Any] = schema.dump(given)
    return " ".join(
        shlex.quote(f"{field}={_text(value)}")
        for field, value in written.items()
        if given[field] != _default(schema.fields[field])
    )


def _default(field: Field[Any]) -> Any:
    default = field.load_default
    return default() if callable(default) else default


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
