"""The JSON door: one's own enrolment, and HR's counts."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.availability.tables import Answer, Enrolment, Wish
from tests.availability.conftest import Company, Open
from tests.factories import make_enrolment

Enter = Callable[..., TestClient]


def address(company: Company, part: str = "enrolment") -> str:
    return f"/api/v1/campaigns/{company.campaign.id}/{part}"


def whole(company: Company, **over: Any) -> dict[str, Any]:
    return {
        "version": 0,
        "answer": "yes",
        "visit_days": ["2027-04-29"],
        "host_days": ["2027-05-03"],
        "wishes": [company.shop.id],
        "languages": ["fr", "en"],
        "avoid": [company.chloe.id],
        "excluded_sites": [company.lille.id],
        **over,
    }


def test_one_reads_one_s_own_enrolment(enter: Enter, company: Company) -> None:
    found = enter(company.anna).get(address(company)).json()
    assert (found["version"], found["answer"], found["changeable"]) == (0, None, True)
    assert (len(found["possible_days"]), found["possible_hosts"]) == (14, 2)


def test_one_sets_the_whole_of_it(enter: Enter, company: Company) -> None:
    client = enter(company.anna)
    found = client.put(address(company), json=whole(company)).json()
    for name, value in whole(company).items():
        if name != "version":
            assert found[name] == value, name
    assert client.get(address(company)).json() == found
    again = client.put(address(company), json=whole(company, version=found["version"], answer="no")).json()
    assert (again["answer"], again["visit_days"], again["host_days"]) == ("no", [], None)


@pytest.mark.parametrize(
    ("over", "status", "code"),
    [
        ({"version": 7}, 409, "Stale"),
        ({"visit_days": ["2027-05-06"]}, 422, "DayNotPossible"),
        ({"wishes": [999_999]}, 422, "WishNotPossible"),
        ({"languages": ["xx"]}, 422, "LanguageNeeded"),
        ({"person_id": 1}, 422, "Unreadable"),
        ({"wishes": [1, 2, 3, 4]}, 422, "Unreadable"),
        ({"answer": "maybe"}, 422, "Unreadable"),
    ],
)
def test_a_refusal_changes_nothing(
    enter: Enter, company: Company, committed: Open, over: dict[str, Any], status: int, code: str
) -> None:
    sent = enter(company.anna).put(address(company), json=whole(company, **over))
    assert (sent.status_code, sent.json()["error"]["code"]) == (status, code)
    with committed() as session:
        assert session.exec(select(Enrolment)).all() == []
        assert session.exec(select(Wish)).all() == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("", "La demande n’a pas la forme attendue. body.wishes : Choisissez-en 3 au plus."),
        ("fr", "La demande n’a pas la forme attendue. body.wishes : Choisissez-en 3 au plus."),
        ("en", "The request isn’t in the expected form. body.wishes: Choose 3 at most."),
    ],
)
def test_an_unreadable_request_names_the_field_and_what_is_allowed(
    enter: Enter, company: Company, language: str, said: str
) -> None:
    client = enter(company.anna)
    client.headers["accept-language"] = language
    sent = client.put(address(company), json=whole(company, wishes=[1, 2, 3, 4]))
    assert sent.json()["error"]["message"].replace("\u00a0", " ") == said


def test_without_a_session_nothing_is_told(client: TestClient, company: Company) -> None:
    assert client.get(address(company)).status_code == 401
    assert client.put(address(company), json=whole(company)).status_code == 401
    assert client.get(address(company, "answers")).status_code == 401


def test_hr_counts_the_answers(enter: Enter, company: Company, committed: Open) -> None:
    with committed() as session:
        make_enrolment(session, company.campaign, company.anna)
        make_enrolment(session, company.campaign, company.bruno, answer=Answer.NO)
    found = enter(company.hr).get(address(company, "answers")).json()
    assert {name: found[name] for name in ("invited", "answered", "yes", "no")} == {
        "invited": 5,
        "answered": 2,
        "yes": 1,
        "no": 1,
    }
    shop = next(team for team in found["teams"] if team["team_id"] == company.shop.id)
    assert shop == {
        "invited": 1,
        "answered": 1,
        "team_id": company.shop.id,
        "team": "Boutique Bellecour",
        "side": "front",
        "site_id": company.lyon.id,
        "site": "Lyon Part-Dieu",
    }


@pytest.mark.parametrize("who", ["anna", "manager", "lead"])
def test_nobody_else_counts_them(enter: Enter, company: Company, who: str) -> None:
    assert enter(getattr(company, who)).get(address(company, "answers")).status_code == 403
