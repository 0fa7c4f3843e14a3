"""A place whose named host left the company or the team: nobody finds it until it is said who receives."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.booking import queries, unled
from app.booking.queries import Wanted
from app.booking.tables import Approval, RequestStatus
from app.campaigns.tables import Status
from app.core import jobs as events
from app.home.decisions import decisions
from app.home.task import Task
from app.home.tasks import asked_tasks
from app.people.importing.run import run_import
from app.people.tables import ImportKind, Person, Team
from app.worker import drain
from tests.booking.conftest import (
    MONDAY,
    NOW,
    TODAY,
    TUESDAY,
    WEDNESDAY,
    Shop,
    cancel,
    check_counts,
    let_go,
    mails,
    statuses,
)
from tests.booking.test_pages import As

pytestmark = pytest.mark.usefixtures("clock")


def leave(engine: Engine, session: Session, person: Person) -> None:
    session.get_one(Person, person.id).active = False
    events.record(session, "person.left", person_id=person.id)
    session.commit()
    drain(engine)


def move(engine: Engine, session: Session, person: Person, team: Team) -> None:
    """As HR's file says."""
    content = f"Matricule;Prénom;Nom;Équipe\n{line_of(person, team)}\n".encode()
    run_import(session, ImportKind.PEOPLE, content, now=NOW, apply=True)
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


@pytest.mark.parametrize("moves", [True, False])
def test_a_booked_day_is_listed_where_its_host_works_now(
    engine: Engine, session: Session, shop: Shop, as_: As, *, moves: bool
) -> None:
    """As its page and its mail say; what is only asked for is where its place is."""
    asker, waits, host = *shop.askers[:2], shop.hosts[0]
    place = shop.offer(host_id=host.id)
    booked = shop.ask(asker, place)
    place.host_id = None
    move(engine, session, host, shop.accounts if moves else shop.shop)
    queued = shop.ask(waits, place, wait=True)
    let_go(session, asker, waits, shop.marc, shop.accounts, shop.shop, shop.here, shop.there, place, booked)
    there, left = ("Comptabilité · Siège", "Boutique Bellecour · Lyon")[:: 1 if moves else -1]
    mine = as_(asker).get("/booking/requests").text
    assert there in mine
    assert left not in mine
    page = as_(asker).get(f"/booking/requests/{booked.id}").text
    assert there.split(" · ")[0] in page
    assert "Boutique Bellecour · Lyon" in as_(waits).get("/booking/requests").text
    assert queued.place_id == place.id


def test_nobody_is_told_when_somebody_leaves_who_is_named_nowhere(
    engine: Engine, session: Session, shop: Shop
) -> None:
    place = shop.offer(host_id=shop.hosts[1].id)
    leave(engine, session, shop.hosts[0])
    assert not mails(session, "place_host")
    assert listed(session, shop) == [place.id]


def test_a_named_host_who_moves_to_another_team_ends_what_waits_there(
    engine: Engine, session: Session, asked_shop: Shop
) -> None:
    """Its askers read so, and who leads the team that it is to say who receives."""
    shop = asked_shop
    gone, stays = shop.hosts[:2]
    theirs = shop.offer(host_id=gone.id)
    other = shop.offer(host_id=stays.id, job="Caisse")
    ended, stands = shop.ask(shop.askers[0], theirs), shop.ask(shop.askers[1], other, TUESDAY)
    move(engine, session, gone, shop.accounts)
    assert statuses(session, ended, stands) == [RequestStatus.EXPIRED, RequestStatus.REQUESTED]
    [said] = mails(session, "booking_expired")
    assert said.person_id == ended.person_id
    assert "Personne ne peut plus vous recevoir" in said.text
    [told] = mails(session, "place_host")
    assert told.person_id == shop.marc.id
    assert f"/team/places/{theirs.id}/edit" in told.text
    assert "entreprise" not in told.text
    assert gone.last_name not in told.text
    assert "Caisse" not in told.text
    check_counts(session)


@pytest.mark.parametrize("moves", [True, False])
def test_hr_read_before_an_import_which_requests_end(
    session: Session, asked_shop: Shop, as_: As, *, moves: bool
) -> None:
    """Those where whoever moves is named, not those of the whole team or of another host."""
    shop = asked_shop
    gone, stays = shop.hosts[:2]
    asker, other = shop.askers[:2]
    shop.ask(asker, shop.offer(host_id=gone.id))
    shop.ask(other, shop.offer(host_id=stays.id, job="Caisse"), TUESDAY)
    let_go(session, shop.hr, gone, asker, other)
    hr, there = as_(shop.hr), shop.accounts if moves else shop.shop
    page = previewed(hr, gone, there)
    said = "1 demande ou attente d’une journée s’arrêtera : qui devait recevoir change d’équipe"
    assert (said in page) is moves
    assert (f"{asker.name} · {shop.shop.name}" in page) is moves
    assert f"{other.name} · {shop.shop.name}" not in page
    file = {"file": ("rh.csv", f"Matricule;Prénom;Nom;Équipe\n{line_of(gone, there)}\n".encode())}
    ending = hr.post("/api/v1/imports/people?dry_run=true", files=file).json()["ending"]
    assert [(one["person"], one["team"]) for one in ending] == (
        [(asker.name, shop.shop.name)] if moves else []
    )
    assert hr.post("/api/v1/imports/people", files=file).json()["ending"] is None


def previewed(hr: TestClient, person: Person, team: Team) -> str:
    content = f"Matricule;Prénom;Nom;Équipe\n{line_of(person, team)}\n".encode()
    answer = hr.post("/people/import", data={"kind": "people"}, files={"file": ("rh.csv", content)})
    return hr.get(str(answer.headers["location"])).text.replace("\u00a0", " ")


def line_of(person: Person, team: Team) -> str:
    return f"{person.employee_number};{person.first_name};{person.last_name};{team.name}"


def test_what_was_kept_with_a_host_who_moves_is_over(engine: Engine, session: Session, shop: Shop) -> None:
    _place, (booked, first, second) = shop.line_up(2)
    cancel(session, shop, booked)
    drain(engine)
    assert statuses(session, first, second) == [RequestStatus.OFFERED, RequestStatus.WAITING]
    move(engine, session, shop.hosts[0], shop.accounts)
    assert statuses(session, first, second) == [RequestStatus.EXPIRED] * 2
    check_counts(session)


def test_a_place_of_the_whole_team_goes_on_without_who_moves_as_long_as_somebody_receives(
    engine: Engine, session: Session, asked_shop: Shop
) -> None:
    shop = asked_shop
    asked = shop.ask(shop.askers[0], shop.offer())
    for one in (*shop.hosts, shop.marc):
        assert statuses(session, asked) == [RequestStatus.REQUESTED]
        move(engine, session, one, shop.accounts)
    assert statuses(session, asked) == [RequestStatus.EXPIRED]
    assert not mails(session, "place_host")


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


def to_name(found: list[Task]) -> list[str]:
    return [one.href for one in found if one.kind == "place_host"]


def asked_of(session: Session, person: Person) -> list[str]:
    session.flush()
    return to_name(asked_tasks(session, person, today=TODAY, now=NOW))


@pytest.mark.parametrize("how", ["left", "moved", "stays"])
def test_whoever_leads_the_team_has_to_say_who_receives(session: Session, shop: Shop, how: str) -> None:
    """Once it is said, there is nothing left to do."""
    gone = shop.hosts[0]
    place = shop.offer(host_id=gone.id)
    gone.active = how != "left"
    gone.team_id = (shop.accounts if how == "moved" else shop.shop).id or 0
    assert asked_of(session, shop.marc) == ([] if how == "stays" else [f"/team/places/{place.id}/edit"])
    assert asked_of(session, shop.martine) == asked_of(session, shop.hosts[1]) == []
    assert to_name(decisions(session, today=TODAY)) == []
    place.host_id = None
    assert asked_of(session, shop.marc) == []


@pytest.mark.parametrize("over", ["taken back", "past", "campaign closed"])
def test_a_place_that_is_offered_no_more_needs_nobody(session: Session, shop: Shop, over: str) -> None:
    place, later = shop.offer(host_id=shop.hosts[0].id), TODAY
    shop.hosts[0].active = False
    if over == "taken back":
        place.withdrawn_at = NOW
    elif over == "past":
        later = WEDNESDAY
    else:
        shop.campaign.status = Status.CLOSED
    session.flush()
    assert to_name(asked_tasks(session, shop.marc, today=later, now=NOW)) == []


def test_several_places_are_one_thing_to_do(session: Session, shop: Shop) -> None:
    for job in ("Caisse", "Réserve"):
        shop.offer(host_id=shop.hosts[0].id, job=job)
    shop.hosts[0].active = False
    assert asked_of(session, shop.marc) == ["/team/places"]


@pytest.mark.parametrize("led", [True, False])
def test_hr_has_to_say_it_where_nobody_leads(session: Session, shop: Shop, led: bool) -> None:
    place = shop.offer(host_id=shop.hosts[0].id)
    shop.hosts[0].active, shop.marc.active = False, led
    session.flush()
    assert to_name(decisions(session, today=TODAY)) == ([] if led else [f"/team/places/{place.id}/edit"])


@pytest.mark.parametrize("both", [True, False])
def test_a_request_that_ends_is_not_said_to_wait_as_well(session: Session, shop: Shop, both: bool) -> None:
    shop.terms.approval = Approval.MANAGER
    gone = [shop.marc.id or 0, *([shop.hosts[0].id or 0] if both else [])]
    shop.ask(shop.askers[0], shop.offer(host_id=shop.hosts[0].id))
    [team] = unled.left_by(session, gone, [])
    assert team.requests == (0 if both else 1)
