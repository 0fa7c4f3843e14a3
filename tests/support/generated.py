"""A client made from the product's own description and nothing else, as a program's author would make it.

`api.booking_ask_for(person_id=7, idempotency_key="…", body={…})`: operations by their id, parameters by their
name. What is sent and what comes back must be as described; a refusal is raised as the description types it.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import jsonschema_rs
from fastapi.testclient import TestClient

DESCRIPTION = "/api/v1/openapi.json"


class Refused(Exception):
    """The service said no: status, stable code, sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message = status, code, message


class Undescribed(Exception):
    """The service did, or was asked, something that its description does not say."""


class GeneratedClient:
    """One method for each operation that the description names."""

    def __init__(self, http: TestClient, key: str) -> None:
        self._http = http
        self._headers = {"authorization": f"Bearer {key}"}
        self._described = http.get(DESCRIPTION).json()
        self.operations: dict[str, tuple[str, str, dict[str, Any]]] = {}
        for path, methods in self._described["paths"].items():
            for method, operation in methods.items():
                if self.operations.setdefault(operation["operationId"], (method, path, operation))[2] is not (
                    operation
                ):
                    raise Undescribed(f"two operations are called {operation['operationId']}")

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_") or name not in self.operations:
            raise AttributeError(name)
        return partial(self._call, *self.operations[name])

    def _call(
        self,
        method: str,
        path: str,
        operation: dict[str, Any],
        /,
        *,
        body: Any = None,
        file: bytes | None = None,
        **given: Any,
    ) -> Any:
        places: dict[str, dict[str, str]] = {"path": {}, "query": {}, "header": dict(self._headers)}
        for parameter in operation.get("parameters", []):
            name = parameter["name"].replace("-", "_").lower()
            if name in given:
                places[parameter["in"]][parameter["name"]] = str(given.pop(name))
            elif parameter.get("required"):
                raise Undescribed(f"{operation['operationId']} needs {name}")
        if given:
            raise Undescribed(f"{operation['operationId']} takes no {', '.join(given)}")
        if body is not None:
            self._check(operation["requestBody"]["content"]["application/json"]["schema"], body)
        sent: dict[str, Any] = {"json": body}
        if file is not None:
            [field] = operation["requestBody"]["content"]["multipart/form-data"]["schema"]["required"]
            sent = {"files": {field: ("sent.csv", file)}}
        answer = self._http.request(
            method, path.format(**places["path"]), params=places["query"], headers=places["header"], **sent
        )
        described = operation["responses"].get(str(answer.status_code))
        if described is None:
            raise Undescribed(f"{operation['operationId']} answered {answer.status_code}")
        if "content" not in described:
            return None
        found = answer.json()
        self._check(described["content"]["application/json"]["schema"], found)
        if answer.status_code >= 400:
            raise Refused(answer.status_code, **found["error"])
        return found

    def _check(self, schema: dict[str, Any], value: Any) -> None:
        whole = {**schema, "components": self._described["components"]}
        jsonschema_rs.Draft202012Validator(whole).validate(value)
