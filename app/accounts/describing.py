"""The API's description as its page shows it: read from OpenAPI and nothing else."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.core.openapi import POLICY, REFUSALS

REF = "#/components/schemas/"
LARGEST = 2**31 - 1
"""Of an id: says nothing that its type does not."""
BOUNDS = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern", "default")
SENTENCE = re.compile(r"(?<=\.)\s")

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Piece:
    """Part of a type's notation; `shape` names what it links to."""

    text: str
    shape: str = ""


@dataclass(frozen=True)
class Field:
    """One thing that is sent or answered; `place` (path, query, header, form) for parameters only."""

    name: str
    type: list[Piece]
    required: bool
    says: str
    bounds: str
    place: str = ""


@dataclass(frozen=True)
class Shape:
    """A body, or part of one."""

    name: str
    title: str
    says: str
    fields: list[Field]
    values: list[str]
    """Of a word that is one of a few."""


@dataclass(frozen=True)
class Answer:
    """What comes back when it went well."""

    status: str
    type: list[Piece]
    """Empty: nothing comes back."""


@dataclass(frozen=True)
class Operation:
    """One address and method."""

    id: str
    method: str
    path: str
    part: str
    policy: str
    says: list[str]
    """Its description; the first is one sentence."""
    parameters: list[Field]
    body: list[Piece]
    media: str
    """Of the body; empty without one."""
    answers: list[Answer]
    refusals: list[tuple[str, str]]

    def holds(self, words: Iterable[str]) -> bool:
        """Whether every word stands in its name, address or description."""
        text = f"{self.method} {self.path} {self.id} {' '.join(self.says)}".casefold()
        return all(word in text for word in words)


def operations(described: Schema) -> list[Operation]:
    """Every operation, by part in the order of the description."""
    return [
        _operation(described, path, method, one)
        for path, methods in described["paths"].items()
        for method, one in methods.items()
    ]


def by_part(found: Iterable[Operation]) -> dict[str, list[Operation]]:
    """Operations under the part of the product that they belong to, by address."""
    parts: dict[str, list[Operation]] = {}
    for one in found:
        parts.setdefault(one.part, []).append(one)
    return {part: sorted(inside, key=lambda one: one.path) for part, inside in parts.items()}


def shapes_of(described: Schema, operation: Operation) -> list[Shape]:
    """The shapes that an operation's parameters, answers and body are made of, those within them after."""
    found: dict[str, Shape] = {}
    whole = [*(one.type for one in operation.parameters), *(one.type for one in operation.answers)]
    waiting = [piece for one in (*whole, operation.body) for piece in one]
    while waiting:
        name = waiting.pop(0).shape
        if name and name not in found:
            found[name] = _shape(described, name)
            waiting += [piece for field in found[name].fields for piece in field.type]
    return list(found.values())


def _operation(described: Schema, path: str, method: str, one: Schema) -> Operation:
    [(media, sent)] = one.get("requestBody", {}).get("content", {"": {"schema": {}}}).items()
    body, form = sent["schema"], sent["schema"].get("properties", {})
    return Operation(
        id=one["operationId"],
        method=method.upper(),
        path=path,
        part=one["tags"][0],
        policy=one[POLICY],
        says=_sentences(one["description"]),
        parameters=[
            _field(described, each["name"], each["schema"], required=each["required"], place=each["in"])
            for each in one.get("parameters", ())
        ]
        + [
            _field(described, name, each, required=name in body.get("required", ()), place="form")
            for name, each in form.items()
        ],
        body=_type(described, body) if body and not form else [],
        media=media,
        answers=[
            Answer(status, _answered(described, answer))
            for status, answer in one["responses"].items()
            if status.startswith("2")
        ],
        refusals=[(status, words) for status, words in REFUSALS.items() if status in one["responses"]],
    )


def _sentences(text: str) -> list[str]:
    """The first sentence, then what follows it, paragraph by paragraph."""
    first, *rest = SENTENCE.split(" ".join(text.split()), maxsplit=1)
    return [first, *rest]


def _answered(described: Schema, answer: Schema) -> list[Piece]:
    schema = answer.get("content", {}).get("application/json", {}).get("schema")
    return _type(described, schema) if schema is not None else []


def _shape(described: Schema, name: str) -> Shape:
    schema = described["components"]["schemas"][name]
    required = schema.get("required", ())
    return Shape(
        name=name,
        title=schema.get("title", name),
        says=schema.get("description", ""),
        fields=[
            _field(described, key, one, required=key in required)
            for key, one in schema.get("properties", {}).items()
        ],
        values=[str(one) for one in schema.get("enum", ())],
    )


def _field(described: Schema, name: str, schema: Schema, *, required: bool, place: str = "") -> Field:
    bounds = dict(schema)
    for one in schema.get("anyOf", ()):
        bounds |= one
    return Field(
        name=name,
        type=_type(described, schema),
        required=required,
        says=schema.get("description", ""),
        bounds=", ".join(
            f"{key} {_bound(bounds[key])}" for key in BOUNDS if bounds.get(key) not in (None, "", [], LARGEST)
        ),
        place=place,
    )


def _bound(value: Any) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole else str(value).lower() if isinstance(value, bool) else str(value)


def _type(described: Schema, schema: Schema) -> list[Piece]:
    """A type in the notation that programs' authors know: `VisitOut[]`, `date | null`, `"yes" | "no"`."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(REF)
        return [Piece(described["components"]["schemas"][name].get("title", name), name)]
    if "anyOf" in schema:
        return _joined(" | ", (_type(described, one) for one in schema["anyOf"]))
    if "enum" in schema:
        return [Piece(" | ".join(f'"{one}"' for one in schema["enum"]))]
    if "prefixItems" in schema:
        inside = _joined(", ", (_type(described, one) for one in schema["prefixItems"]))
        return [Piece("["), *inside, Piece("]")]
    if "items" in schema:
        inside = _type(described, schema["items"])
        several = len(inside) > 1 or "enum" in schema["items"]
        return [Piece("("), *inside, Piece(")[]")] if several else [*inside, Piece("[]")]
    if isinstance(schema.get("additionalProperties"), dict):
        inside = _type(described, schema["additionalProperties"])
        return [Piece("{string: "), *inside, Piece("}")]
    return [Piece(schema.get("format") or schema.get("type", "any"))]


def _joined(sign: str, types: Iterable[list[Piece]]) -> list[Piece]:
    found: list[Piece] = []
    for one in types:
        found += [Piece(sign), *one] if found else one
    return found
