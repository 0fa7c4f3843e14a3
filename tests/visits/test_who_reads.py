"""Who reads what becomes of a day beside its two: whoever leads one of their teams, and their managers."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.messages.tables import Mail
from app.people.tables import Person, Site
from app.teams.tables import Delegation
from app.visits import service
from app.visits.tables import CancelReason, Visit, VisitStatus
from app.worker import drain
from tests.booking.conftest import Shop
from tests.factories import make_person, make_site, make_team
from tests.visits.life import FRIDAY, NOW, TODAY, Company
from tests.visits.test_one_file import is_of, running
from tests.visits.test_other_team import beside, read_by
from tests.visits.test_visitor_team import written
from tests.visits.test_whereabouts import elsewhere, ticked

__all__ = ["running"]

pytestmark = pytest.mark.usefixtures("clock")

GONE = "n’aura pas lieu"


def lend(session: Session, manager: Person, delegate: Person) -> None:
    session.add(
        Delegation(
            manager_id=manager.id or 0,
            delegate_id=delegate.id or 0,
            first_day=TODAY,
            last_day=FRIDAY,
            created_at=NOW,
        )
    )
    session.commit()


@pytest.mark.parametrize("named", ["the former leader", "the new one"])
def test_whoever_leads_the_team_reads_that_its_day_fell(running: Company, engine: Engine, named: str) -> None:
    session = running.session
    there = beside(running)
    nina = session.exec(select(Person).where(Person.first_name == "Nina")).one()
    lend(session, nina, make_person(session, there, first_name="Dora"))
    running.bruno.team_id = there.id or 0
    if named == "the new one":
        running.bruno.manager_id = nina.id
    ticked(engine, session)
    service.cancel_visit(session, running.there, CancelReason.UNAVAILABLE, None, NOW, today=TODAY)
    fell = read_by(written(engine, session), "visit_team")
    own = {"Marc"} if named == "the former leader" else set()
    assert set(fell) == {"Nina", "Dora", "Martine"} | own
    assert all(GONE in text for text in fell.values())


@pytest.mark.parametrize("named", ["the former leader", "the new one"])
def test_a_booked_day_that_falls_as_its_host_changes_team_leaves_nobody_to_count_on_it(
    session: Session, engine: Engine, named: str
) -> None:
    shop = Shop(session)
    request = shop.ask(shop.askers[0], shop.offer(host_id=shop.hosts[0].id))
    session.commit()
    drain(engine)
    visit = session.get_one(Visit, request.visit_id)
    host = session.get_one(Person, visit.host_id)
    there = make_team(session, session.get_one(Site, shop.shop.site_id), name="Boutique Part-Dieu")
    nina = make_person(session, there, first_name="Nina", last_name="Chef")
    make_person(session, there, first_name="Zoé", manager_id=nina.id)
    host.team_id, host.contract_ends_on = there.id or 0, visit.day - timedelta(days=1)
    if named == "the new one":
        host.manager_id = nina.id
    sent = [one for one in ticked(engine, session) if one.kind in {"visit_team", "team_moved"}]
    assert visit.status is VisitStatus.CANCELLED
    fell = {"Nina", "Martine"} | ({"Marc"} if named == "the former leader" else set())
    assert set(read_by(sent, "visit_team")) == fell
    left = read_by(sent, "team_moved")
    assert set(left) == {"Marc"} - fell
    for text in left.values():
        assert "Boutique Bellecour → Boutique Part-Dieu" in text
        assert "Rien n’est annulé" not in text


TEAM = "L’équipe qui reçoit change : Boutique Part-Dieu, et non plus Boutique Bellecour."
PLACE = "Le lieu change : Nantes, et non plus Lyon."


def to_martine(sent: list[Mail]) -> list[str]:
    """What Anna's manager reads of her day at Bruno's."""
    return [
        one.text.replace("\u00a0", " ") for one in sent if one.to_name.startswith("Martine") and is_of(one)
    ]


@pytest.mark.parametrize("changes", ["team", "place", "both", "neither"])
def test_the_manager_of_the_visitor_reads_once_where_their_person_goes(
    running: Company, engine: Engine, changes: str
) -> None:
    session = running.session
    there = beside(running)
    if changes == "both":
        there.site_id = make_site(session, name="Nantes").id or 0
    if changes == "place":
        running.shop.site_id = make_site(session, name="Nantes").id or 0
    elif changes != "neither":
        running.bruno.team_id = there.id or 0
    sent = ticked(engine, session)
    texts = to_martine(sent)
    assert len(texts) == (changes != "neither")
    for text in texts:
        assert "un départ vers" in text
        assert (TEAM in text) is (changes in {"team", "both"})
        assert (PLACE in text) is (changes in {"place", "both"})
        assert "9 avril" not in text  # Anna receives as before
        assert "au-delà des limites" not in text  # that is for whoever receives
    marc = [one for one in sent if one.to_name.startswith("Marc")]
    assert bool(marc) is (changes in {"team", "both"})  # he knows where his own team works
    assert ticked(engine, session) == []


@pytest.mark.parametrize("impossible", [True, False])
def test_it_says_as_well_whether_the_day_can_be(running: Company, engine: Engine, impossible: bool) -> None:
    running.bruno.team_id = elsewhere(running.session).id or 0
    if impossible:
        running.bruno.worked_weekdays = "0111100"
    [text] = to_martine(ticked(engine, running.session))
    assert PLACE in text
    assert ("Elle ne peut pas avoir lieu comme prévu" in text) is impossible
