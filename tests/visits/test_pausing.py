"""Pausing and leaving: what is previewed is what is accepted, and what is done."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.availability.errors import PauseImpossible
from app.visits.errors import FallsOtherwise
from app.visits.rules import stands
from tests.visits.life import FRIDAY, MONDAY, TODAY, Company, fell, row

pytestmark = pytest.mark.usefixtures("clock")
YEAR = timedelta(days=366)


@pytest.mark.parametrize(
    ("first", "last", "possible"),
    [
        (TODAY, TODAY, True),
        (MONDAY, MONDAY + YEAR, True),
        (MONDAY, MONDAY + YEAR + timedelta(days=1), False),
        (MONDAY, MONDAY + 2 * YEAR, False),
        (MONDAY, MONDAY - timedelta(days=1), False),
        (TODAY - timedelta(days=1), MONDAY, False),
    ],
)
def test_what_the_page_and_the_program_preview_is_what_is_accepted(
    company: Company, as_: Callable[[Any], TestClient], first: date, last: date, possible: bool
) -> None:
    client, here = as_(company.anna), f"/campaigns/{company.campaign.id}"
    span, refused = {"first": first.isoformat(), "last": last.isoformat()}, PauseImpossible().message()
    page = client.get(f"{here}/pause", params=span).text
    assert ("Faire cette pause" in page) is possible
    assert (refused in page) is not possible
    seen = client.get(f"/api/v1{here}/departure", params=span)
    assert seen.status_code == (200 if possible else 422)
    assert (refused in seen.text) is not possible
    done = client.post(f"{here}/pause", data={**span, "version": "1"})
    assert done.status_code == (303 if possible else 422)
    assert (refused in done.text) is not possible


SPAN = {"first": MONDAY.isoformat(), "last": FRIDAY.isoformat()}
WAYS = pytest.mark.parametrize(("way", "span"), [("pause", SPAN), ("departure", {})])


def shown(page: str) -> str:
    """What the page says of what it shows."""
    return re.findall(r'name="shown" value="(\w+)"', page)[0]


@WAYS
def test_what_the_page_showed_is_done_or_nothing(
    company: Company, engine: Engine, as_: Callable[[Any], TestClient], way: str, span: dict[str, str]
) -> None:
    client, here = as_(company.anna), f"/campaigns/{company.campaign.id}/{way}"
    before = shown(client.get(here, params=span).text)
    fell(company)
    done = client.post(here, data={**span, "version": "1", "shown": before})
    assert done.status_code == 409
    assert FallsOtherwise().message() in done.text
    assert stands(row(engine, company.back))
    done = client.post(here, data={**span, "version": "1", "shown": shown(done.text)})
    assert done.status_code == 303
    assert not stands(row(engine, company.back))


@pytest.mark.parametrize("what", ["the other day falls", "somebody else is told", "another colleague"])
def test_all_that_the_page_showed_is_so_or_nothing_is_done(
    company: Company, engine: Engine, as_: Callable[[Any], TestClient], what: str
) -> None:
    """What stays, and who is told."""
    client, here = as_(company.anna), f"/campaigns/{company.campaign.id}/pause"
    friday = {"first": FRIDAY.isoformat(), "last": FRIDAY.isoformat()}
    old = client.get(here, params=friday).text
    assert "L’autre journée de l’échange n’est pas annulée" in old
    if what == "the other day falls":
        fell(company)
    elif what == "somebody else is told":
        company.back.tutor_id = company.lea.id
    else:
        company.there.host_id = company.lea.id or 0
    company.session.commit()
    done = client.post(here, data={**friday, "version": "1", "shown": shown(old)})
    assert done.status_code == 409
    assert FallsOtherwise().message() in done.text
    assert ("L’autre journée de l’échange n’est pas annulée" in done.text) is (what != "the other day falls")
    assert stands(row(engine, company.back))
    again = {**friday, "version": "1", "shown": shown(done.text)}
    assert client.post(here, data=again).status_code == 303


@WAYS
def test_what_a_program_read_is_done_or_nothing(
    company: Company, engine: Engine, as_: Callable[[Any], TestClient], way: str, span: dict[str, str]
) -> None:
    client, here = as_(company.anna), f"/api/v1/campaigns/{company.campaign.id}"
    before = client.get(f"{here}/departure", params=span).json()["shown"]
    fell(company)
    done = client.post(f"{here}/{way}", json={**span, "version": 1, "shown": before})
    assert (done.status_code, stands(row(engine, company.back))) == (409, True)
    now = client.get(f"{here}/departure", params=span).json()["shown"]
    assert client.post(f"{here}/{way}", json={**span, "version": 1, "shown": now}).json() == {"cancelled": 1}


def test_the_same_form_sent_again_is_answered_as_the_first(
    company: Company, engine: Engine, as_: Callable[[Any], TestClient]
) -> None:
    client, here = as_(company.anna), f"/campaigns/{company.campaign.id}"
    before = shown(client.get(f"{here}/pause", params=SPAN).text)
    sent = {**SPAN, "version": "1", "shown": before}
    for _time in range(2):
        done = client.post(f"{here}/pause", data=sent)
        assert done.status_code == 303
        assert "Votre pause est notée" in client.get(done.headers["location"]).text
    other = {**sent, "last": MONDAY.isoformat()}
    assert client.post(f"{here}/pause", data=other).status_code == 409
    for _time in range(2):
        done = client.post(f"{here}/resumption", data={"version": "2"})
        assert done.status_code == 303
        assert "Votre pause est terminée" in client.get(done.headers["location"]).text
    assert client.post(f"{here}/pause", data=sent).status_code == 409  # it is over since


def test_a_second_pause_says_that_the_first_one_ends(
    company: Company, as_: Callable[[Any], TestClient]
) -> None:
    client, here = as_(company.anna), f"/campaigns/{company.campaign.id}/pause"
    other = {
        "first": (FRIDAY + timedelta(days=7)).isoformat(),
        "last": (FRIDAY + timedelta(days=9)).isoformat(),
    }
    assert "Cette pause remplace la vôtre" not in client.get(here, params=SPAN).text
    assert client.post(here, data={**SPAN, "version": "1"}).status_code == 303
    assert "Cette pause remplace la vôtre" in client.get(here, params=other).text
    assert "Cette pause remplace la vôtre" not in client.get(here, params=SPAN).text
