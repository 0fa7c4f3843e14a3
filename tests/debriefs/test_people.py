"""Figures speak of people: nobody is counted twice, and five forms of two people are two people."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.core.db import open_session
from app.debriefs import queries, releasing, service
from app.debriefs.errors import NothingSaid
from app.debriefs.questions import SHARED
from app.debriefs.sealing import pseudonym, unseal
from app.debriefs.service import Author, author_of
from app.debriefs.tables import Answer, Debrief, Role, SealedDebrief
from app.people.tables import Person
from app.visits import queries as visits
from tests.debriefs.conftest import EVENING, Company
from tests.factories import make_campaign, make_visit

STATEMENTS = dict.fromkeys(SHARED, 3)
VISITOR = {"recommend": 9, **STATEMENTS}
HOST = {"prepared": 4, **STATEMENTS}


def back(session: Session, company: Company, number: int = 0) -> Author:
    """The host form of a visitor whom their host visits in turn: the other half of a swap."""
    visitor, host = company.visitors[number], company.hosts[number]
    visit = make_visit(session, company.campaign, host, visitor, day=date(2027, 4, 5))
    return author_of(visits.visit(session, visit.id or 0), visitor.id)


def said(session: Session, company: Company) -> list[tuple[Role, set[str]]]:
    """What each sealed form holds, by role."""
    return sorted(
        (
            Role(form.role),
            set(unseal(form.sealed, f"pool:{company.campaign_id}:{Role(form.role).value}")["said"]),
        )
        for form in session.exec(select(SealedDebrief))
    )


def put(session: Session, company: Company, people: list[Person], *, first: bool = True, **said: Any) -> None:
    for one in people:
        who = pseudonym(company.campaign_id, one.id or 0)
        releasing.put_into_pool(session, company.campaign_id, Role.VISITOR, said, who=who, first=first)


def test_the_shared_statements_are_those_asked_of_both() -> None:
    assert SHARED == (
        "supported",
        "useful",
        "valued",
        "suggestions_heard",
        "customers_heard",
        "whom_to_call",
    )


def test_in_a_swap_the_statements_count_once(company: Company, session: Session) -> None:
    host_form = back(session, company)
    assert service.asks_statements(session, host_form)
    service.send_debrief(session, company.author(session, company.anna), VISITOR, now=EVENING)
    assert not service.asks_statements(session, host_form)
    service.send_debrief(session, host_form, HOST, now=EVENING)
    assert said(session, company) == [(Role.HOST, {"prepared"}), (Role.VISITOR, set(VISITOR))]


def test_two_visits_in_one_role_count_once_too(many: Company, session: Session) -> None:
    visit = make_visit(session, many.campaign, many.anna, many.hosts[1], day=date(2027, 4, 5))
    second = author_of(visits.visit(session, visit.id or 0), many.anna.id)
    service.send_debrief(session, many.author(session, many.anna), VISITOR, now=EVENING)
    service.send_debrief(session, second, VISITOR, now=EVENING)
    assert said(session, many) == [(Role.VISITOR, {"recommend"}), (Role.VISITOR, set(VISITOR))]


def test_the_other_person_and_another_campaign_are_asked(company: Company, session: Session) -> None:
    elsewhere = make_campaign(session, name="Automne", status=company.campaign.status)
    visit = make_visit(session, elsewhere, company.anna, company.bruno, day=date(2027, 4, 5))
    service.send_debrief(session, company.author(session, company.anna), VISITOR, now=EVENING)
    assert service.asks_statements(session, company.author(session, company.bruno))
    assert service.asks_statements(session, author_of(visits.visit(session, visit.id or 0), company.anna.id))


def test_a_second_form_of_statements_alone_says_nothing(company: Company, session: Session) -> None:
    host_form = back(session, company)
    service.send_debrief(session, company.author(session, company.anna), VISITOR, now=EVENING)
    with pytest.raises(NothingSaid):
        service.send_debrief(session, host_form, STATEMENTS, now=EVENING)
    assert [line.sent for line in session.exec(select(Debrief))] == [True]


@pytest.mark.database("sqlite", "postgresql")
def test_of_two_forms_sent_at_once_one_holds_the_statements(many: Company, engine: Engine) -> None:
    with open_session(engine) as session:
        forms = [(back(session, many, n).visit_id, many.visits[n].id or 0) for n in range(4)]

    def press(place: tuple[int, int]) -> None:
        number, half = place
        with open_session(engine) as session:
            author = author_of(visits.visit(session, forms[number][half]), many.visitors[number].id)
            service.send_debrief(session, author, VISITOR if half else HOST, now=EVENING)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(press, [(number, half) for number in range(4) for half in (0, 1)]))
    with open_session(engine) as session:
        found = said(session, many)
        assert len(found) == 8
        assert sum("supported" in keys for _role, keys in found) == 4


def test_five_forms_of_four_people_are_no_batch(many: Company, session: Session) -> None:
    put(session, many, many.visitors[:4], recommend=8)
    put(session, many, many.visitors[:4], first=False, recommend=8)
    assert releasing.release(session, many.campaign_id, Role.VISITOR) == 0
    assert releasing.release(session, many.campaign_id, Role.VISITOR, closing=True) == 0
    put(session, many, many.visitors[4:5], recommend=8)
    assert releasing.release(session, many.campaign_id, Role.VISITOR) == 9
    assert queries.tallies(session, many.campaign_id) == {"recommend": {8: 9}}


def test_statements_of_fewer_than_five_people_wait(many: Company, session: Session) -> None:
    """Of five people, four told elsewhere what they feel: the statements of the fifth would stand alone."""
    put(session, many, many.visitors[:4], first=False, recommend=8)
    put(session, many, many.visitors[4:5], recommend=8, supported=1)
    assert releasing.release(session, many.campaign_id, Role.VISITOR) == 0
    assert releasing.release(session, many.campaign_id, Role.VISITOR, closing=True) == 5
    assert queries.tallies(session, many.campaign_id) == {"recommend": {8: 5}}


def test_second_forms_of_five_people_are_a_batch(many: Company, session: Session) -> None:
    put(session, many, many.visitors[:5], first=False, recommend=8)
    assert releasing.release(session, many.campaign_id, Role.VISITOR) == 5


def test_the_pseudonym_is_dropped_at_the_release(many: Company, session: Session) -> None:
    put(session, many, many.visitors[:5], surprise="Le bruit", recommend=8)
    releasing.release(session, many.campaign_id, Role.VISITOR)
    kept = session.exec(select(Answer).where(Answer.question == "surprise")).all()
    assert len(kept) == 5
    place = f"answer:{many.campaign_id}:surprise"
    assert all(one.sealed and unseal(one.sealed, place) == {"text": "Le bruit"} for one in kept)


def test_a_pseudonym_tells_nothing_without_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    from app.core.settings import settings

    one = pseudonym(1, 2)
    assert one == pseudonym(1, 2)
    assert len({one, pseudonym(2, 1), pseudonym(1, 3), pseudonym(11, 2), pseudonym(1, 12)}) == 5
    monkeypatch.setenv("SECRET_KEY", "another one")
    settings.cache_clear()
    assert pseudonym(1, 2) != one
