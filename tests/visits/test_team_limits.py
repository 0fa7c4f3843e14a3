"""HR close weekdays of a team, or let nobody come or leave: what stands on such days all the same is said."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.core.db import open_session
from app.messages.tables import Mail
from app.people.tables import Person, Side, Site, Team
from app.worker import drain
from tests.factories import make_account, make_campaign, make_person, make_team, make_visit
from tests.support.web import Clock

Enter = Callable[..., TestClient]

TUESDAY, WEDNESDAY, PAST = date(2027, 4, 6), date(2027, 4, 7), date(2027, 2, 23)


class Pair:
    """Anna is to see Bruno's shop on a Tuesday; he is to leave it for hers on a Wednesday."""

    def __init__(self, session: Session) -> None:
        self.hr = make_account(session, "Claire Morel", is_hr=True)
        self.shop = make_team(session, name="Boutique Bellecour", max_away=2, max_visitors=2)
        payroll = make_team(session, name="Paie", side=Side.BACK, department="RH", max_away=2)
        anna = make_person(session, payroll, first_name="Anna", last_name="Roy")
        bruno = make_person(session, self.shop, first_name="Bruno", last_name="Lam")
        campaign = make_campaign(session, status="running", first_day=PAST)
        make_visit(session, campaign, anna, bruno, day=PAST)
        make_visit(session, campaign, anna, bruno, day=TUESDAY)
        make_visit(session, campaign, bruno, anna, day=WEDNESDAY)


@pytest.fixture
def pair(engine: Engine, clock: Clock) -> Pair:
    with open_session(engine) as session:
        return Pair(session)


def change(hr: TestClient, team: Team, **values: Any) -> Any:
    kept = {"version": "1", "max_away": "2", "max_visitors": "2", "min_presence": "0"}
    return hr.post(f"/people/teams/{team.id}", data={**kept, **values})


COMES, LEAVES = "Anna Roy avec Bruno Lam le mardi 6 avril", "Bruno Lam avec Anna Roy le mercredi 7 avril"


@pytest.mark.parametrize(
    ("values", "stands"),
    [
        ({"closed": ["1"]}, {COMES}),
        ({"max_visitors": "0"}, {COMES}),
        ({"max_away": "0"}, {LEAVES}),
        ({"max_away": "0", "closed": ["1", "2"]}, {COMES, LEAVES}),
    ],
)
def test_what_stands_on_days_that_the_team_refuses_is_named(
    pair: Pair, as_: Enter, values: dict[str, Any], stands: set[str]
) -> None:
    hr = as_(pair.hr)
    answer = change(hr, pair.shop, **values)
    assert answer.status_code == 303
    there = answer.headers["location"]
    assert there.startswith(f"/team/{pair.shop.id}?")
    page = hr.get(there).text
    assert "L’équipe Boutique Bellecour est à jour. Ce qui était prévu reste" in page
    said = page[page.index("Ce qui était prévu reste") :].split("La liste dit")[0]
    assert {one for one in (COMES, LEAVES) if one in said} == stands
    assert page.count("Voir ou annuler la journée") == len(stands)


@pytest.mark.parametrize("values", [{"closed": ["2", "4"]}, {"max_visitors": "1", "max_away": "1"}])
def test_nothing_is_said_where_nothing_stands_against_it(
    pair: Pair, as_: Enter, values: dict[str, Any]
) -> None:
    """A team that closes a weekday lets its people leave all the same."""
    hr = as_(pair.hr)
    answer = change(hr, pair.shop, **values)
    assert answer.headers["location"] == "/people/teams"
    assert "Ce qui était prévu reste" not in hr.get("/people/teams").text
    assert "Voir ou annuler la journée" not in hr.get(f"/team/{pair.shop.id}?start=2027-04-05").text


def led(engine: Engine, pair: Pair) -> None:
    with open_session(engine) as session:
        marc = make_person(session, session.get_one(Team, pair.shop.id), first_name="Marc", last_name="Chef")
        session.exec(select(Person).where(Person.first_name == "Bruno")).one().manager_id = marc.id


def told(engine: Engine) -> list[str]:
    drain(engine)
    with open_session(engine) as session:
        rows = session.exec(select(Mail).where(Mail.kind == "team_weekdays").order_by(col(Mail.id))).all()
        assert {one.to_name for one in rows} <= {"Marc Chef"}
        return [one.text.replace("\u00a0", " ") for one in rows]


def test_whoever_leads_the_team_reads_which_weekdays_hr_closed_and_what_stands_on_them(
    engine: Engine, pair: Pair, as_: Enter
) -> None:
    led(engine, pair)
    hr = as_(pair.hr)
    change(hr, pair.shop, closed=["1", "2"])
    [text] = told(engine)
    assert "elle n’y reçoit plus de visites (mardi, mercredi)" in text
    assert "Une journée était déjà prévue, et reste" in text
    assert "mardi 6 avril 2027, Anna Roy chez Bruno Lam" in text
    assert "7 avril" not in text  # a team that receives nobody lets its people go
    change(hr, pair.shop, closed=["2"], version="2")
    assert "elle peut y recevoir des visites (mardi)" in told(engine)[1]


def test_other_limits_than_weekdays_are_no_news(engine: Engine, pair: Pair, as_: Enter) -> None:
    led(engine, pair)
    change(as_(pair.hr), pair.shop, max_away="1", max_visitors="0")
    assert told(engine) == []


FILE = "Nom;Site;Côté;Service;Absents max;Visiteurs max;Présence min;Jours fermés\n"


def previewed(hr: TestClient, session: Session, pair: Pair, closed: str, visitors: str = "2") -> Any:
    shop = session.get_one(Team, pair.shop.id)
    site = session.get_one(Site, shop.site_id)
    row = f"{shop.name};{site.code};front;{shop.department};2;{visitors};0;{closed}\n"
    sent = hr.post("/people/import", data={"kind": "teams"}, files={"file": ("equipes.csv", FILE + row)})
    assert sent.status_code == 303
    return sent.headers["location"]


@pytest.mark.parametrize(
    ("closed", "visitors", "stands"), [("mar", "2", True), ("", "0", True), ("jeu", "2", False)]
)
def test_a_file_of_teams_names_what_stands_on_days_that_they_would_refuse(
    engine: Engine, pair: Pair, as_: Enter, closed: str, visitors: str, stands: bool
) -> None:
    led(engine, pair)
    hr = as_(pair.hr)
    with open_session(engine, reads_only=True) as session:
        there = previewed(hr, session, pair, closed, visitors)
    page = hr.get(there).text.replace("\u00a0", " ")
    assert ("une journée à venir reste" in page.lower() or "1 journée à venir reste" in page) is stands
    assert ("Anna Roy chez Bruno Lam · Boutique Bellecour" in page) is stands
    shown = page.split('name="shown" value="')[1].split('"')[0]
    assert hr.post(f"{there}/confirmation", data={"shown": shown}).status_code == 303
    assert len(told(engine)) == (1 if closed else 0)
