"""The API's description names each shape once and shortly: what makes a client drops the others."""

from collections import Counter
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import create_engine

from app.main import create_app

pytestmark = pytest.mark.database("sqlite", "postgresql")


def ill_named(schemas: dict[str, dict[str, Any]]) -> list[str]:
    """Shapes that share their title with another one, or are called by the module that has them."""
    titles = Counter(shape.get("title", key) for key, shape in schemas.items())
    return [key for key, shape in schemas.items() if "__" in key or titles[shape.get("title", key)] > 1]


def bare() -> FastAPI:
    engine = create_engine("sqlite://")
    engine.dispose()
    return create_app(engine)


def test_no_two_shapes_of_the_description_have_the_same_name() -> None:
    assert ill_named(bare().openapi()["components"]["schemas"]) == []


def test_two_shapes_of_one_name_are_found() -> None:
    twice = {"app__here__State": {"title": "State"}, "app__there__State": {"title": "State"}, "Other": {}}
    assert ill_named(twice) == ["app__here__State", "app__there__State"]
    assert ill_named({"HereState": {"title": "State"}, "ThereState": {"title": "State"}, "Other": {}}) == [
        "HereState",
        "ThereState",
    ]
