"""Who sees which visits, and how HR cancels one."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.core.db import open_session
from app.visits.tables import Unmatched, Visit, VisitStatus
from tests.factories import make_account, make_campaign, make_person, make_team, make_visit
from tests.support.web import Clock

pytestmark = pytest.mark.usefixtures("clock")


class Company:
    """Anna (back, led by Martine) and Bruno (front, led by Marc) swap; Zoé has nothing to do with it."""

    def __init__(self, session: Session) -> None:
        self.hr = make_account(session, "Claire Morel", is_hr=True)
        shop = make_team(session, name="Boutique Bellecour")
        payroll = make_team(session, name="Paie", side="back", department="RH")
        self.martine = make_person(session, payroll, first_name="Martine", last_name="Chef")
        self.marc = make_person(session, shop, first_name="Marc", last_name="Chef")
        self.anna = make_person(
            session, payroll, first_name="Anna", last_name="Roy", manager_id=self.martine.id
        )
        self.bruno = make_person(session, shop, first_name="Bruno", last_name="Lam", manager_id=self.marc.id)
        self.zoe = make_person(session, first_name="Zoé", last_name="Loin")
        self.other_manager = make_person(session, first_name="Paul", last_name="Ailleurs")
        make_person(session, first_name="Un", last_name="Équipier", manager_id=self.other_manager.id)
        self.campaign = make_campaign(session)
        self.there = make_visit(session, self.campaign, self.anna, self.bruno, day=date(2027, 4, 6))


@pytest.fixture
def company(engine: Engine) -> Company:
    with open_session(engine) as session:
        return Company(session)


def test_both_people_see_their_day(company: Company, as_: Callable[[Any], TestClient]) -> None:
    visitor = as_(company.anna).get("/visits").text
    assert "Vous passez la journée avec Bruno Lam" in visitor
    assert f"/visits/{company.there.id}.ics" in visitor
    assert "Vous recevez Anna Roy" in as_(company.bruno).get("/visits").text
    assert "Rien de prévu" in as_(company.zoe).get("/visits").text


def test_of_a_day_that_is_over_no_list_says_that_one_receives(
    company: Company, as_: Callable[[Any], TestClient], clock: Clock
) -> None:
    clock.set(datetime(2027, 4, 7, 8, 0, tzinfo=UTC))
    for who, name in ((company.anna, "Bruno Lam"), (company.bruno, "Anna Roy")):
        page = as_(who).get("/visits").text
        assert f"Journée avec {name}" in page
        assert f"Vous recevez {name}" not in page + as_(who).get("/home").text
        assert "Vous passez la journée" not in page


@pytest.mark.parametrize("who", ["anna", "bruno", "martine", "marc", "hr"])
def test_those_concerned_enter(company: Company, as_: Callable[[Any], TestClient], who: str) -> None:
    client = as_(getattr(company, who))
    assert client.get(f"/visits/{company.there.id}").status_code == 200
    assert client.get(f"/api/v1/visits/{company.there.id}").json()["visitor"]["name"] == "Anna Roy"


@pytest.mark.parametrize("who", ["zoe", "other_manager"])
def test_for_others_the_visit_does_not_exist(
    company: Company, as_: Callable[[Any], TestClient], who: str
) -> None:
    client = as_(getattr(company, who))
    assert client.get(f"/visits/{company.there.id}").status_code == 404
    assert client.get(f"/api/v1/visits/{company.there.id}").status_code == 404


def test_the_reason_is_read_by_the_person_alone(
    company: Company, engine: Engine, as_: Callable[[Any], TestClient]
) -> None:
    with open_session(engine) as session:
        session.add(
            Unmatched(
                campaign_id=company.campaign.id,
                person_id=company.zoe.id,
                reason="no_common_day",
                text_fr="Aucun des 3 collègues possibles n’a de jours communs avec les vôtres.",
                text_en="None of the 3 possible colleagues shares days with yours.",
                created_at=datetime(2027, 3, 2, tzinfo=UTC),
            )
        )
    french = as_(company.zoe)
    assert "Aucun des 3 collègues possibles" in french.get("/visits").text
    assert "None of the 3" in french.get("/visits", headers={"accept-language": "en"}).text
    assert "Aucun des 3" not in as_(company.anna).get("/visits").text


def test_hr_cancels_with_a_reason(company: Company, engine: Engine, as_: Callable[[Any], TestClient]) -> None:
    client, address = as_(company.hr), f"/visits/{company.there.id}/cancellation"
    assert "Annuler la journée d’Anna Roy chez Bruno Lam" in client.get(address).text
    assert client.post(address, data={"revision": "0"}).status_code == 422
    done = client.post(address, data={"revision": "0", "reason": "service"})
    assert (done.status_code, done.headers["location"]) == (303, f"/visits/{company.there.id}")
    assert "annulée" in client.get(f"/visits/{company.there.id}").text
    assert client.post(address, data={"revision": "0", "reason": "mistake"}).status_code == 409
    with open_session(engine) as session:
        assert session.get(Visit, company.there.id).status == VisitStatus.CANCELLED  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("who", "reason", "answer"),
    [
        ("anna", "unavailable", 303),
        ("bruno", "closed", 303),
        ("martine", "service", 303),
        ("martine", "not_for_me", 422),
        ("anna", "mistake", 422),
        ("zoe", "service", 404),
    ],
)
def test_each_cancels_for_reasons_of_their_own(
    company: Company, as_: Callable[[Any], TestClient], who: str, reason: str, answer: int
) -> None:
    client = as_(getattr(company, who))
    sent = {"revision": "0", "reason": reason}
    assert client.post(f"/visits/{company.there.id}/cancellation", data=sent).status_code == answer
    api = client.post(
        f"/api/v1/visits/{company.there.id}/cancellation", json={"revision": 0, "reason": reason}
    )
    assert api.status_code == (200 if answer == 303 else answer)  # their own hand's step, sent again


def test_a_manager_sees_who_leaves_and_who_comes(company: Company, as_: Callable[[Any], TestClient]) -> None:
    back = as_(company.martine).get("/team?start=2027-04-05").text
    assert "Anna Roy → Boutique Bellecour" in back
    assert "Anna Roy, avec Bruno Lam" in as_(company.marc).get("/team?start=2027-04-05").text
    assert "Anna Roy" not in as_(company.other_manager).get("/team?start=2027-04-05").text
    assert as_(company.anna).get("/team").status_code == 403


def test_hr_lists_a_campaigns_visits(company: Company, as_: Callable[[Any], TestClient]) -> None:
    client, here = as_(company.hr), f"/campaigns/{company.campaign.id}/visits"
    assert "Une" not in client.get(here).text.split("<h1")[1].split("</h1>")[0]
    assert "Anna Roy" in client.get(here).text
    assert "Anna Roy" not in client.get(f"{here}?q=personne").text
    assert "Anna Roy" in client.get(here, params={"q": "BELLECOUR ànna"}).text
    assert "Anna Roy" not in client.get(here, params={"q": "anna personne"}).text
    assert "Anna Roy → Bruno Lam" in client.get(f"{here}?view=calendar&site=&status=").text
    assert as_(company.anna).get(here).status_code == 403
    listed = client.get(f"/api/v1/campaigns/{company.campaign.id}/visits").json()["visits"]
    assert [(row["visitor"]["name"], row["day"]) for row in listed] == [("Anna Roy", "2027-04-06")]
