"""A place whose named host left the company or the team: nobody finds it until it is said who receives."""

from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.booking import queries
from app.booking.queries import Wanted
from app.core import jobs as events
from app.people.tables import Person
from app.worker import drain
from tests.booking.conftest import MONDAY, TUESDAY, Shop, let_go, mails
from tests.booking.test_pages import As

pytestmark = pytest.mark.usefixtures("clock")


def leave(engine: Engine, session: Session, person: Person) -> None:
    session.get_one(Person, person.id).active = False
    events.record(session, "person.left", person_id=person.id)
    session.commit()
    drain(engine)


def listed(session: Session, shop: Shop) -> list[int | None]:
    found = [one.place.id for one in queries.offered_places(session, shop.campaign.id or 0, Wanted())]
    session.commit()
    return found


@pytest.mark.parametrize("led", [True, False])
def test_who_leads_the_team_reads_which_places_have_nobody_to_receive(
    engine: Engine, session: Session, shop: Shop, led: bool
) -> None:
    if not led:
        for one in (shop.marc, *shop.hosts):
            session.get_one(Person, one.id).manager_id = None
    gone, stays = shop.hosts[:2]
    theirs = shop.offer(host_id=gone.id)
    others = [shop.offer(host_id=stays.id, job="Caisse"), shop.offer(job="Réserve")]
    leave(engine, session, gone)
    [told] = mails(session, "place_host")
    assert told.person_id == (shop.marc.id if led else None)
    assert "Vendeuse, vendeur" in told.text
    assert f"/team/places/{theirs.id}/edit" in told.text
    assert "Caisse" not in told.text
    assert gone.last_name not in told.text  # such a message outlives the forgotten
    assert listed(session, shop) == [one.id for one in others]
    drain(engine)
    events.record(session, "person.left", person_id=gone.id)
    leave(engine, session, gone)
    assert len(mails(session, "place_host")) == 1


def test_nobody_is_told_when_somebody_leaves_who_is_named_nowhere(
    engine: Engine, session: Session, shop: Shop
) -> None:
    place = shop.offer(host_id=shop.hosts[1].id)
    leave(engine, session, shop.hosts[0])
    assert not mails(session, "place_host")
    assert listed(session, shop) == [place.id]


@pytest.mark.parametrize("how", ["left", "moved"])
def test_the_team_names_somebody_else_or_nobody_and_the_place_is_found_again(
    engine: Engine, session: Session, shop: Shop, as_: As, how: str
) -> None:
    gone = shop.hosts[0]
    place = shop.offer((MONDAY, TUESDAY), host_id=gone.id)
    asker = shop.askers[0]
    if how == "left":
        leave(engine, session, gone)
    else:
        session.get_one(Person, gone.id).team_id = shop.accounts.id or 0
        session.commit()
    let_go(session, asker, shop.marc, shop.campaign, shop.shop, place, gone)
    here = "/booking"
    assert "Vendeuse, vendeur" not in as_(asker).get(here).text
    page = as_(asker).get(f"/booking/places/{place.id}").text
    assert gone.name not in page
    assert "personne pour recevoir" in page
    marc = as_(shop.marc)
    page = marc.get("/team/places").text
    assert gone.name not in page
    assert f'<a href="/team/places/{place.id}/edit">Dites qui reçoit</a>' in page
    sent = _form(shop, place)
    refused = marc.post(f"/team/places/{place.id}", data={**sent, "host_id": str(gone.id)})
    assert refused.status_code == 422
    assert marc.post(f"/team/places/{place.id}", data={**sent, "host_id": ""}).status_code == 303
    assert "Vendeuse, vendeur" in as_(asker).get(here).text
    assert "Dites qui reçoit" not in marc.get("/team/places").text


def _form(shop: Shop, place: Any) -> dict[str, Any]:
    kept = {"campaign_id": place.campaign_id, "team_id": shop.shop.id, "job": place.job, "seen": place.seen}
    return {**kept, "part": "full", "per_day": 1, "days": [str(MONDAY), str(TUESDAY)], "version": 1}
