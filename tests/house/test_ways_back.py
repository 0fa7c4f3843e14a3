"""An address that only takes forms leads to the page on which its form stands."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from sqlalchemy import Engine, create_engine

from app.core.db import open_session
from app.core.ways_back import ELSEWHERE, page_of_form
from app.main import create_app
from tests.factories import make_campaign, make_person, make_site, make_team

NO_PAGE = {"/language", "/sign-out"}
"""They stand on every page."""


@pytest.fixture
def bare() -> FastAPI:
    return create_app(create_engine("sqlite://"))


def test_each_form_has_a_page(bare: FastAPI) -> None:
    routes = [one for one in iter_route_contexts(bare.routes) if one.path and one.methods]
    pages = {one.path for one in routes if "GET" in (one.methods or ())}
    forms = {
        one.path
        for one in routes
        if one.path and "POST" in (one.methods or ()) and not one.path.startswith("/api/")
    }
    found = {form: page_of_form(bare, re.sub(r"\{\w+\}", "1", form)) for form in forms}
    assert {form for form, page in found.items() if page is None} == NO_PAGE
    assert set(ELSEWHERE) <= forms - pages
    assert set(ELSEWHERE.values()) <= pages


@pytest.mark.usefixtures("clock")
def test_a_form_s_address_read_shows_its_page(engine: Engine, as_: Callable[[Any], TestClient]) -> None:
    with open_session(engine) as session:
        anna = make_person(session, make_team(session, make_site(session)))
        campaign = make_campaign(session)
    browser = as_(anna)
    answer = browser.get("/calendar/address")
    assert (answer.status_code, answer.headers["location"]) == (303, "/calendar")
    assert "voici la page d’où part ce formulaire" in browser.get("/calendar").text
    refused = browser.post(f"/campaigns/{campaign.id}/resumption", data={"unknown": "1"})
    assert refused.status_code == 422
    assert f'href="/campaigns/{campaign.id}/pause"' in refused.text
    assert f'name="next" value="/campaigns/{campaign.id}/resumption"' in refused.text
    where = f"/api/v1/campaigns/{campaign.id}/enrolment"
    broken = browser.put(where, content=b"\xff{", headers={"content-type": "application/json"})
    assert (broken.status_code, broken.json()["error"]["code"]) == (400, "Unreadable")
    method = browser.post(where, json={})
    assert (method.status_code, method.json()["error"]["code"]) == (405, "MethodNotAllowed")
