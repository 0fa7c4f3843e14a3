"""HR's pages of teams, sites, journeys and links."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.accounts.tables import Account
from app.people.tables import (
    ServiceLink,
    Site,
    Team,
    TravelTime,
)
from app.people.travel import estimate_missing
from tests.factories import make_team
from tests.people.conftest import Import
from tests.support.accounts import SignIn
from tests.support.web import Clock

Committed = Callable[[], AbstractContextManager[Session]]


@pytest.fixture
def hr(client: TestClient, account: Callable[..., Account], sign_in: SignIn, clock: Clock) -> TestClient:
    sign_in(client, account("Claire Morel", is_hr=True))
    return client


def test_a_team_is_changed_once_per_version(hr: TestClient, committed: Committed) -> None:
    with committed() as session:
        team = make_team(session)
    sent = {"version": "1", "max_away": "3", "max_visitors": "2", "min_presence": "4", "closed": ["0", "5"]}
    assert hr.post(f"/people/teams/{team.id}", data=sent).status_code == 303
    assert hr.post(f"/people/teams/{team.id}", data=sent).status_code == 409
    assert (
        hr.post(f"/people/teams/{team.id}", data={**sent, "version": "2", "max_away": "-1"}).status_code
        == 422
    )
    with committed() as session:
        after = session.get_one(Team, team.id)
    assert (after.max_away, after.max_visitors, after.min_presence, after.closed_weekdays) == (
        3,
        2,
        4,
        "1000010",
    )


def test_a_moved_site_has_its_journeys_estimated_again(
    hr: TestClient, company: Import, committed: Committed
) -> None:
    with committed() as session:
        site = session.exec(select(Site).where(Site.code == "LYO")).one()
        before = {(row.from_site_id, row.to_site_id): row.minutes for row in session.exec(select(TravelTime))}
    sent = {"version": "1", "name": "Lille", "latitude": "50,636", "longitude": "3,07", "holidays": "FR"}
    assert hr.post(f"/people/sites/{site.id}", data=sent).status_code == 303
    with committed() as session:
        after = {(row.from_site_id, row.to_site_id): row.minutes for row in session.exec(select(TravelTime))}
    assert {pair for pair in before if before[pair] != after[pair]} == {
        pair for pair in before if site.id in pair
    }
    assert hr.post(f"/people/sites/{site.id}", data=sent).status_code == 409
    half = {**sent, "version": "2", "longitude": ""}
    assert hr.post(f"/people/sites/{site.id}", data=half).status_code == 422


def test_journeys_told_stay_and_emptied_ones_are_estimated(
    hr: TestClient, company: Import, committed: Committed
) -> None:
    with committed() as session:
        one, other = session.exec(select(Site).order_by(Site.id)).all()[:2]
        estimate = session.get_one(TravelTime, (one.id, other.id)).minutes
    address = f"/people/travel/{other.id}"
    told = {f"minutes-{one.id}": "125", f"shown-{one.id}": str(estimate)}
    assert hr.post(address, data=told).status_code == 303
    assert hr.post(address, data={**told, f"minutes-{one.id}": "130"}).status_code == 409
    assert hr.post(address, data={**told, f"minutes-{one.id}": "deux"}).status_code == 422
    with committed() as session:
        estimate_missing(session)
        row = session.get_one(TravelTime, (one.id, other.id))
        assert (row.minutes, row.estimated) == (125, False)
    hr.post(address, data={f"minutes-{one.id}": "", f"shown-{one.id}": "125"})
    with committed() as session:
        row = session.get_one(TravelTime, (one.id, other.id))
        assert (row.minutes, row.estimated) == (estimate, True)


def test_journeys_are_imported_over_the_estimates(company: Import, committed: Committed) -> None:
    report = company(
        "travel", "From;To;Minutes\nPAR;LYO;2h10\nLYO;PAR;130\nLYO;PAR;131\nPAR;PAR;5\nPAR;ZZZ;3\n"
    )
    assert [(one.row, one.column) for one in report.rejected] == [(4, "Minutes"), (5, "To"), (6, "To")]
    assert [one.cells["Minutes"][1] for one in report.updated] == ["130"]
    assert company("travel", "De;À;Durée (min)\nLYO;PAR;130\n").unchanged == 1


def test_links_are_added_and_removed(hr: TestClient, company: Import, committed: Committed) -> None:
    with committed() as session:
        teams = {team.name: team.id for team in session.exec(select(Team))}
    pair = {"back": str(teams["Paie"]), "front": str(teams["SAV Metz"])}
    for _twice in range(2):
        assert hr.post("/people/links", data=pair).status_code == 303
    page = hr.get("/people/links").text
    assert page.count("chain-link") == 1
    assert "Boutique Lyon" in page
    assert hr.post("/people/links", data={"back": pair["front"], "front": pair["back"]}).status_code == 404
    hr.post(f"/people/links/{pair['back']}/{pair['front']}/deletion")
    with committed() as session:
        assert session.exec(select(ServiceLink)).all() == []


def test_links_between_the_wrong_sides_are_rejected(company: Import) -> None:
    report = company(
        "links",
        "Back-office team,Front-office team\nPaie,Boutique Lyon\nBoutique Lyon,Paie\nPaie,Nulle part\n",
    )
    assert [(one.row, one.column) for one in report.rejected] == [
        (3, "Back-office team"),
        (3, "Front-office team"),
        (4, "Front-office team"),
    ]
    assert len(report.created) == 1
