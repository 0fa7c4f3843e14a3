"""The API's description, good enough to make a client from: each operation named once, each refusal typed."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel

from app.core.security import policies

REFUSALS = {
    "401": "Nobody is signed in, or the key is unknown, revoked or over.",
    "403": "Signed in, but not allowed in.",
    "404": "It does not exist, or not for whoever asks.",
    "409": "A rule said no, or somebody changed the same thing meanwhile. Nothing was changed.",
    "422": "The request is not of the form that the operation takes.",
    "503": "The database does not answer. Nothing was changed: try again.",
}


class RefusalDetail(BaseModel):
    """`code` is a stable word for programs, `message` a sentence in the reader's language."""

    code: str
    message: str


class RefusalOut(BaseModel):
    """The one shape of every refusal."""

    error: RefusalDetail


POLICY = "x-policy"
"""The field of an operation that names the policy of its route."""

FILE_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}
"""`openapi_extra` of an operation that reads the multipart field `file` by itself."""


def operation_id(route: APIRoute) -> str:
    """`booking_ask`: the feature and the function. A test holds them unique."""
    feature = str(route.tags[0]) if route.tags else "service"
    return f"{feature}_{route.name}".replace("-", "_")


def complete_description(app: FastAPI) -> None:
    """State in the description who may enter, and what `app.main` answers when a rule says no, not FastAPI's
    own shape."""
    make: Callable[[], dict[str, Any]] = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _with_policies(app, _with_refusals(make()))
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def _with_refusals(schema: dict[str, Any]) -> dict[str, Any]:
    shapes = schema["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        shapes.pop(name, None)
    shapes["RefusalDetail"] = RefusalDetail.model_json_schema()
    shapes["RefusalOut"] = RefusalOut.model_json_schema(ref_template="#/components/schemas/{model}")
    shapes["RefusalOut"].pop("$defs", None)
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/RefusalOut"}}}
    for path in schema["paths"].values():
        for operation in path.values():
            for status, words in REFUSALS.items():
                operation["responses"][status] = {"description": words, "content": content}
    return schema


def _with_policies(app: FastAPI, schema: dict[str, Any]) -> dict[str, Any]:
    for route in iter_route_contexts(app.routes):
        for method in route.methods or ():
            operation = schema["paths"].get(route.path, {}).get(method.lower())
            if operation is not None:
                [operation[POLICY]] = policies(route.dependant)
    return schema
