"""A page of another site changes nothing here, at any route, whoever is signed in."""

from collections.abc import Iterator

import pytest
from fastapi import Depends, FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from sqlalchemy import create_engine

from app.core.security import SAFE_METHODS, everyone
from app.main import create_app

REFUSED = "cross-site change refused"

CROSS_SITE = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site", "origin": "http://testserver"},
    {"origin": "http://evil.example", "cookie": "vmv_session=x"},
    {"origin": "null", "cookie": "vmv_session=x"},
    {"cookie": "vmv_session=x"},
]
OURS = [{"sec-fetch-site": "same-origin"}, {"origin": "http://testserver"}, {"authorization": "Bearer x"}]


@pytest.fixture
def bare() -> Iterator[FastAPI]:
    """The application's routes; a change that got through would fail for want of tables."""
    engine = create_engine("sqlite://")
    yield create_app(engine)
    engine.dispose()


def changes(app: FastAPI) -> list[tuple[str, str]]:
    """Every method and path that may change something, its parameters filled in."""
    return [
        (method, "/".join("1" if part.startswith("{") else part for part in route.path.split("/")))
        for route in iter_route_contexts(app.routes)
        for method in sorted((route.methods or set()) - SAFE_METHODS)
    ]


@pytest.mark.parametrize("headers", CROSS_SITE)
def test_every_change_refuses_other_sites(bare: FastAPI, headers: dict[str, str]) -> None:
    client = TestClient(bare, raise_server_exceptions=False)
    found = changes(bare)
    assert len(found) > 20
    through = [one for one in found if client.request(*one, headers=headers).text != REFUSED]
    assert through == []


@pytest.mark.parametrize(("language", "said"), [("fr", "Rien n’a été changé"), ("en", "Nothing was changed")])
def test_a_browser_reads_why_in_its_language(bare: FastAPI, language: str, said: str) -> None:
    reads = {"accept": "text/html,*/*", "accept-language": language}
    answer = TestClient(bare).post("/sign-out", headers={**CROSS_SITE[0], **reads})
    assert answer.status_code == 403
    assert said in answer.text
    assert "Content-Security-Policy".lower() in answer.headers


@pytest.mark.parametrize("headers", OURS)
def test_our_own_pages_and_programs_pass(bare: FastAPI, headers: dict[str, str]) -> None:
    bare.add_api_route("/ours", lambda: "done", methods=["POST"], dependencies=[Depends(everyone)])
    assert TestClient(bare).post("/ours", headers=headers).json() == "done"
