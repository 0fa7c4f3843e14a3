"""Somebody's usual week, or the end of their contract, has them off on a day that they asked for, wait for or
are kept: as a roster does, before a file is confirmed, before the clock ticks, and after."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.booking.tables import Approval, RequestStatus
from app.people.tables import Person
from app.teams.tables import Shift
from app.visits.tables import Visit
from tests.booking.conftest import MONDAY, TUESDAY, Shop, check_counts, let_go, mails, statuses, tick
from tests.booking.test_nobody_receives import held_for_one
from tests.booking.test_pages import As
from tests.factories import make_roster

pytestmark = pytest.mark.usefixtures("clock")

NO_MONDAYS: dict[str, Any] = {"worked_weekdays": "0111100"}
NO_FRIDAYS: dict[str, Any] = {"worked_weekdays": "1111000"}
ENDS: dict[str, Any] = {"contract_ends_on": date(2027, 4, 4)}
ENDS_LATER: dict[str, Any] = {"contract_ends_on": MONDAY}
SCHOOL: dict[str, Any] = {"school_weekdays": "1000000"}


@pytest.fixture
def shop(session: Session) -> Shop:
    """Of a campaign that began before: whoever leaves during it was invited to it."""
    return Shop(session, first_day=date(2027, 3, 29))


@pytest.fixture
def asked_shop(session: Session) -> Shop:
    return Shop(session, first_day=date(2027, 3, 29), approval=Approval.MANAGER)


def change(session: Session, person: Person, **week: Any) -> None:
    """By HR's hand, or as a file does."""
    row = session.get_one(Person, person.id)
    for name, value in week.items():
        setattr(row, name, value)
    session.add(row)
    session.commit()


@pytest.mark.parametrize(
    ("week", "said"),
    [
        (NO_MONDAYS, "Vous ne travaillez pas ce jour de la semaine."),
        (SCHOOL, "Vous ne travaillez pas ce jour de la semaine."),
        (ENDS, "Votre contrat ne couvre pas ce jour."),
        (NO_FRIDAYS, None),
        (ENDS_LATER, None),
    ],
)
def test_what_is_kept_for_them_ends_and_the_next_in_line_has_it(
    engine: Engine, session: Session, shop: Shop, as_: As, week: dict[str, Any], said: str | None
) -> None:
    kept, waits = held_for_one(engine, session, shop)
    change(session, shop.askers[1], **week)
    tick(engine)
    told = mails(session, "booking_expired")
    if said is None:
        assert statuses(session, kept, waits) == [RequestStatus.OFFERED, RequestStatus.WAITING]
        assert not told
    else:
        assert statuses(session, kept, waits) == [RequestStatus.EXPIRED, RequestStatus.OFFERED]
        [mail] = told
        assert mail.person_id == shop.askers[1].id
        assert "la place gardée pour vous" in mail.text.lower()
        for text in (mail.text, mail.html):
            assert said in text
            assert "votre planning" not in text
        asker = shop.askers[1]
        let_go(session, asker)
        assert "vous n’êtes pas au travail à ces heures" in as_(asker).get("/booking/requests").text
    check_counts(session)


@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize("by_roster", [True, False])
def test_what_they_asked_for_or_wait_for_ends_unless_a_roster_has_them_at_work(
    engine: Engine, session: Session, asked_shop: Shop, *, wait: bool, by_roster: bool
) -> None:
    shop, place = asked_shop, asked_shop.offer(host_id=asked_shop.hosts[0].id)
    if wait:
        shop.approve(shop.ask(shop.askers[1], place))
    asked = shop.ask(shop.askers[0], place, wait=wait)
    if by_roster:
        make_roster(session, shop.accounts.id, {(shop.askers[0].id, MONDAY): Shift.FULL})
    session.commit()
    change(session, shop.askers[0], **NO_MONDAYS)
    tick(engine)
    still = RequestStatus.WAITING if wait else RequestStatus.REQUESTED
    assert statuses(session, asked) == [still if by_roster else RequestStatus.EXPIRED]
    told = [one.text for one in mails(session, "booking_expired")]
    assert len(told) == (not by_roster)
    assert all("Vous ne travaillez pas ce jour de la semaine." in one for one in told)
    assert not any("répondre à temps" in one for one in told)
    check_counts(session)


@pytest.mark.parametrize("week", [NO_MONDAYS, ENDS, NO_FRIDAYS])
def test_before_the_clock_ticks_the_asker_takes_no_such_place(
    engine: Engine, session: Session, shop: Shop, as_: As, week: dict[str, Any]
) -> None:
    kept, _waits = held_for_one(engine, session, shop)
    asker, kept_id, revision = shop.askers[1], kept.id, kept.revision
    change(session, asker, **week)
    let_go(session, asker)
    as_(asker).post(f"/booking/requests/{kept_id}/acceptance", data={"revision": revision})
    is_booked = week is NO_FRIDAYS
    assert statuses(session, kept) == [RequestStatus.BOOKED if is_booked else RequestStatus.EXPIRED]
    made = session.exec(select(Visit).where(col(Visit.visitor_id) == kept.person_id)).all()
    assert len(made) == is_booked
    check_counts(session)


@pytest.mark.parametrize("week", [NO_MONDAYS, ENDS, NO_FRIDAYS])
@pytest.mark.parametrize("in_bulk", [True, False])
def test_before_the_clock_ticks_the_team_is_offered_no_yes_and_a_stale_one_ends_it(
    session: Session, asked_shop: Shop, as_: As, week: dict[str, Any], *, in_bulk: bool
) -> None:
    shop = asked_shop
    asked = shop.ask(shop.askers[0], shop.offer())
    session.commit()
    change(session, shop.askers[0], **week)
    asked_id, revision = asked.id, asked.revision
    let_go(session, shop.marc, shop.askers[0])
    marc, may = as_(shop.marc), week is NO_FRIDAYS
    page = marc.get("/team/requests").text.replace("\u00a0", " ")
    assert (f'action="/booking/requests/{asked_id}/approval"' in page) is may
    assert (f"Les règles ne permettent plus cette journée à {shop.askers[0].name}." in page) is not may
    assert "contrat" not in page
    [told] = marc.get("/api/v1/team/requests").json()["requests"]
    assert told["effect"]["fits"] is may
    if in_bulk:
        data: dict[str, Any] = {"request": f"{asked_id}:{revision}", "answer": "approve"}
        marc.post("/team/requests/answers", data=data)
    else:
        marc.post(f"/booking/requests/{asked_id}/approval", data={"revision": revision})
    assert statuses(session, asked) == [RequestStatus.BOOKED if may else RequestStatus.EXPIRED]
    assert len(session.exec(select(Visit)).all()) == may
    check_counts(session)


@pytest.mark.parametrize(("days", "ends"), [("mar mer jeu ven", True), ("lun mar mer jeu", False)])
@pytest.mark.parametrize("kept", [True, False])
def test_the_preview_of_a_staff_file_names_it_and_stands_for_it(
    engine: Engine, session: Session, shop: Shop, as_: As, days: str, *, ends: bool, kept: bool
) -> None:
    line = held_for_one(engine, session, shop)
    asker = shop.askers[1] if kept else shop.askers[2]
    request = line[0] if kept else line[1]
    file, named = _file(asker, f"{days};", shop), request.id if ends else None
    let_go(session, shop.hr, asker, shop.shop)
    _named(as_, shop, file, asker.name, named)
    session.commit()
    assert as_(shop.hr).post("/api/v1/imports/people", files=file).status_code == 200
    tick(engine)
    assert (statuses(session, request)[0] == RequestStatus.EXPIRED) is ends


@pytest.mark.parametrize(("until", "ends"), [("04/04/2027", True), ("05/04/2027", False)])
def test_the_preview_names_what_a_contract_ends(
    engine: Engine, session: Session, shop: Shop, as_: As, until: str, *, ends: bool
) -> None:
    [kept, _waits] = held_for_one(engine, session, shop)
    asker = shop.askers[1]
    file, named = _file(asker, f"lun mar mer jeu ven;{until}", shop), kept.id if ends else None
    let_go(session, shop.hr, asker, shop.shop)
    _named(as_, shop, file, asker.name, named)


def test_what_was_asked_for_since_the_preview_is_shown_before_it_ends(
    session: Session, shop: Shop, as_: As
) -> None:
    place, asker = shop.offer([MONDAY, TUESDAY], host_id=shop.hosts[0].id), shop.askers[0]
    shop.ask(shop.askers[1], place)
    session.commit()
    file = _file(asker, "mar mer jeu ven;", shop)
    let_go(session, shop.hr)
    hr = as_(shop.hr)
    shown = hr.post("/api/v1/imports/people?dry_run=true", files=file).json()["shown"]
    shop.ask(asker, place, wait=True)
    session.commit()
    assert hr.post(f"/api/v1/imports/people?shown={shown}", files=file).status_code == 409
    again: Any = hr.post("/api/v1/imports/people?dry_run=true", files=file).json()
    assert len(again["ending"]) == 1
    assert hr.post(f"/api/v1/imports/people?shown={again['shown']}", files=file).status_code == 200


def _file(person: Person, week: str, shop: Shop) -> dict[str, Any]:
    head = "Matricule;Prénom;Nom;Équipe;Jours travaillés;Fin de contrat"
    who = f"{person.employee_number};{person.first_name};{person.last_name};{shop.accounts.name}"
    return {"file": ("rh.csv", f"{head}\n{who};{week}\n".encode())}


def _named(as_: As, shop: Shop, file: dict[str, Any], name: str, request_id: int | None) -> None:
    hr = as_(shop.hr)
    answer = hr.post("/people/import", data={"kind": "people"}, files=file)
    page = hr.get(str(answer.headers["location"])).text.replace("\u00a0", " ")
    said = (
        "1 demande, attente ou place gardée s’arrêtera : qui l’a demandée ne sera pas au travail ce jour-là"
    )
    assert (said in page) is (request_id is not None)
    assert (f"{name} · {shop.shop.name}" in page) is (request_id is not None)
    assert "qui devait recevoir change d’équipe" not in page
    ending = hr.post("/api/v1/imports/people?dry_run=true", files=file).json()["ending"]
    assert [(one["request_id"], one["asker_off"]) for one in ending] == (
        [(request_id, True)] if request_id is not None else []
    )
