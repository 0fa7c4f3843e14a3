"""Deny by default: a route that does not say who may enter fails here."""

from collections.abc import Iterator

import pytest
from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import create_engine

from app.core.security import SAFE_METHODS, everyone, policies
from app.main import create_app

pytestmark = pytest.mark.database("sqlite", "postgresql")

# Served without a guard: our own static files and the description of the API, the same for everybody.
PUBLIC = {"/static", "/api/v1/openapi.json"}


def undeclared(app: FastAPI) -> dict[str, list[str]]:
    """Routes that declare no policy, or more than one."""
    return {
        f"{'|'.join(sorted(route.methods or {'*'}))} {route.path}": declared
        for route in iter_route_contexts(app.routes)
        if route.path not in PUBLIC
        and len(declared := policies(route.dependant) if isinstance(route.original_route, APIRoute) else [])
        != 1
    }


@pytest.fixture
def bare() -> Iterator[FastAPI]:
    """The application's routes; no database is asked."""
    engine = create_engine("sqlite://")
    yield create_app(engine)
    engine.dispose()


def test_each_route_declares_one_policy(bare: FastAPI) -> None:
    assert undeclared(bare) == {}


def test_an_undeclared_route_is_found(bare: FastAPI) -> None:
    bare.add_api_route("/forgotten", lambda: None, methods=["GET"])
    bare.add_api_route("/declared", lambda: None, methods=["GET"], dependencies=[Depends(everyone)])
    assert undeclared(bare) == {"GET /forgotten": []}


def test_a_change_never_shares_a_route_with_a_reading(bare: FastAPI) -> None:
    mixed = [
        route.path
        for route in iter_route_contexts(bare.routes)
        if route.methods and route.methods & SAFE_METHODS and route.methods - SAFE_METHODS
    ]
    assert mixed == []
