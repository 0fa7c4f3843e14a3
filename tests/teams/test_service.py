"""Who leads a team, and what they may say of its days, its visitors and their own absence."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from app.accounts.tables import AuditEntry
from app.core.errors import NotFound, Stale
from app.people.tables import Person
from app.teams import days, queries, service
from app.teams.errors import DaysOutOfReach, DelegateNotPossible, DelegationOverlaps, DelegationTooLong
from app.teams.queries import find_lead
from app.teams.schemas import ConditionsForm
from app.teams.service import By, Mark
from app.teams.tables import Delegation, RosterDay
from tests.factories import make_person, make_team
from tests.teams.conftest import MONDAY, NOW, TODAY, Import, Shop, actor_of

TUESDAY = MONDAY + timedelta(days=1)


def mark(session: Session, shop: Shop, by: By, *days: Any, as_: Mark = Mark.CLOSED, version: int = 0) -> int:
    made = service.mark_days(session, shop.team.id, days, as_, version=version, by=by, now=NOW, today=TODAY)
    return made.version


def lend(session: Session, shop: Shop, first: int = 0, last: int = 7, to: Person | None = None) -> Delegation:
    return service.delegate(
        session,
        shop.marc,
        (to or shop.anna).id or 0,
        TODAY + timedelta(days=first),
        TODAY + timedelta(days=last),
        actor=actor_of(session, shop.marc),
        now=NOW,
        today=TODAY,
    )


def test_the_manager_of_a_member_leads_the_team(session: Session, shop: Shop) -> None:
    found = find_lead(session, shop.marc, shop.team.id, TODAY)
    assert found is not None
    assert not found.by_delegation


def test_nobody_else_leads_it(session: Session, shop: Shop) -> None:
    assert find_lead(session, shop.anna, shop.team.id, TODAY) is None
    assert find_lead(session, shop.paul, shop.team.id, TODAY) is None


def test_a_delegate_leads_between_the_dates_only(session: Session, shop: Shop) -> None:
    lend(session, shop, 1, 3)
    leads = [
        find_lead(session, shop.anna, shop.team.id, TODAY + timedelta(days=day)) is not None
        for day in range(5)
    ]
    assert leads == [False, True, True, True, False]


def test_a_delegate_decides_for_the_manager_and_the_trail_says_so(session: Session, shop: Shop) -> None:
    lend(session, shop)
    lead = find_lead(session, shop.anna, shop.team.id, TODAY)
    actor = actor_of(session, shop.anna)
    mark(session, shop, By(actor, lead), MONDAY)
    written = session.exec(select(AuditEntry).where(AuditEntry.action == "team.days_marked")).one()
    assert (written.account_id, written.details["for_manager"]) == (actor.account_id, shop.marc.id)


def test_the_same_delegation_given_twice_is_one_and_taken_back_at_once(session: Session, shop: Shop) -> None:
    first, again = lend(session, shop), lend(session, shop)
    assert again.id == first.id
    service.end_delegation(session, shop.marc, first.id or 0, actor=actor_of(session, shop.marc), now=NOW)
    assert find_lead(session, shop.anna, shop.team.id, TODAY) is None


def test_one_that_overlaps_another_to_the_same_colleague_is_refused_and_one_beside_it_is_not(
    session: Session, shop: Shop
) -> None:
    given = lend(session, shop, 0, 5)
    with pytest.raises(DelegationOverlaps) as refused:
        lend(session, shop, 5, 9)
    assert "décide déjà à votre place" in refused.value.message()
    assert lend(session, shop, 6, 9).id != given.id


def test_a_delegation_is_not_passed_on(session: Session, shop: Shop) -> None:
    lend(session, shop, to=shop.paul)
    service.delegate(
        session,
        shop.paul,
        shop.zoe.id or 0,
        TODAY,
        TODAY,
        actor=actor_of(session, shop.paul),
        now=NOW,
        today=TODAY,
    )
    assert find_lead(session, shop.paul, shop.team.id, TODAY) is not None
    assert find_lead(session, shop.zoe, shop.team.id, TODAY) is None


def test_a_member_ones_manager_or_a_manager_near_is_a_delegate(session: Session, shop: Shop) -> None:
    boss = make_person(session, last_name="Directrice")
    shop.marc.manager_id = boss.id
    session.flush()
    for one in (shop.bruno, boss, shop.paul):
        assert lend(session, shop, to=one).delegate_id == one.id


def test_nobody_else_is(session: Session, shop: Shop) -> None:
    far, away = make_person(session, last_name="Loin"), make_team(session)
    managed = make_person(session, away, manager_id=far.id)
    for one in (shop.marc, shop.zoe, far, managed):
        with pytest.raises(DelegateNotPossible):
            lend(session, shop, to=one)


def test_somebody_who_left_is_no_delegate(session: Session, shop: Shop) -> None:
    shop.anna.active = False
    session.add(shop.anna)
    session.flush()
    with pytest.raises(DelegateNotPossible):
        lend(session, shop)


@pytest.mark.parametrize(("first", "last"), [(3, 2), (-9, -1), (0, 200), (367, 368)])
def test_a_delegation_lies_ahead_and_ends(session: Session, shop: Shop, first: int, last: int) -> None:
    with pytest.raises(DelegationTooLong):
        lend(session, shop, first, last)


def test_a_delegation_is_taken_back_by_its_manager_only(session: Session, shop: Shop) -> None:
    made = lend(session, shop)
    with pytest.raises(NotFound):
        service.end_delegation(session, shop.paul, made.id, actor=actor_of(session, shop.paul), now=NOW)
    service.end_delegation(session, shop.marc, made.id, actor=actor_of(session, shop.marc), now=NOW)
    assert find_lead(session, shop.anna, shop.team.id, TODAY) is None


def test_a_mark_replaces_what_was_said_of_the_day(session: Session, shop: Shop, hr: By) -> None:
    version = mark(session, shop, hr, MONDAY, TUESDAY)
    version = mark(session, shop, hr, TUESDAY, as_=Mark.GOOD, version=version)
    marks = days.marks_between(session, MONDAY, TUESDAY)
    assert marks.no_visitors == marks.no_leaving == {shop.team.id: {MONDAY}}
    assert marks.good == {shop.team.id: {TUESDAY}}
    mark(session, shop, hr, MONDAY, as_=Mark.NO_LEAVING, version=version)
    assert days.marks_between(session, MONDAY, TUESDAY).no_visitors == {}
    mark(session, shop, hr, MONDAY, TUESDAY, as_=Mark.ORDINARY, version=version + 1)
    nothing = days.marks_between(session, MONDAY, TUESDAY)
    assert (nothing.no_leaving, nothing.good) == ({}, {})


def test_a_mark_on_a_stale_page_changes_nothing(session: Session, shop: Shop, hr: By) -> None:
    mark(session, shop, hr, MONDAY)
    with pytest.raises(Stale):
        mark(session, shop, hr, TUESDAY)
    assert days.marks_between(session, TUESDAY, TUESDAY).no_visitors == {}


@pytest.mark.parametrize("day", [TODAY - timedelta(days=1), TODAY + timedelta(days=400)])
def test_only_days_ahead_are_marked(session: Session, shop: Shop, hr: By, day: Any) -> None:
    with pytest.raises(DaysOutOfReach):
        mark(session, shop, hr, day)


def test_conditions_keep_every_version(session: Session, shop: Shop, hr: By) -> None:
    assert queries.conditions_of(session, shop.team.id) is None
    first = service.ask_of_visitors(
        session, shop.team.id, ConditionsForm(bank_secrecy=True, version=0), by=hr, now=NOW
    )
    same = service.ask_of_visitors(
        session, shop.team.id, ConditionsForm(bank_secrecy=True, version=1), by=hr, now=NOW
    )
    assert same.id == first.id
    second = service.ask_of_visitors(
        session, shop.team.id, ConditionsForm(equipment="Chaussures fermées", version=1), by=hr, now=NOW
    )
    found = queries.conditions_of(session, shop.team.id)
    assert found is not None
    assert (found.id, found.version, first.version) == (second.id, 2, 1)
    with pytest.raises(Stale):
        service.ask_of_visitors(session, shop.team.id, ConditionsForm(version=1), by=hr, now=NOW)


def test_conditions_emptied_ask_nothing(session: Session, shop: Shop, hr: By) -> None:
    service.ask_of_visitors(
        session, shop.team.id, ConditionsForm(charter="Sourire", version=0), by=hr, now=NOW
    )
    service.ask_of_visitors(session, shop.team.id, ConditionsForm(version=1), by=hr, now=NOW)
    assert queries.conditions_of(session, shop.team.id) is None


def test_presence_follows_the_roster_where_there_is_one(
    session: Session, shop: Shop, import_: Import
) -> None:
    saturday = MONDAY + timedelta(days=5)
    import_(f"Matricule;Jour;Horaires\nA1;{MONDAY};repos\nA1;{saturday};9h-17h\n")
    presence = days.presence_between(session, MONDAY, saturday, [shop.team.id])
    there = [presence.on(shop.team.id, MONDAY + timedelta(days=n)) for n in range(6)]
    assert there == [1, 1, 1, 1, 1, 1]  # Bruno Monday to Friday, Anna on Saturday only


def test_what_is_kept_of_a_person_is_told_and_forgotten(
    session: Session, shop: Shop, import_: Import
) -> None:
    import_(f"Matricule;Jour;Horaires\nA1;{MONDAY};9h-17h\n")
    lend(session, shop)
    kept = service.export(session, shop.anna)
    assert [one.get("shift") or one.get("delegation") for one in kept] == ["hours", "received"]
    service.erase(session, shop.anna)
    assert service.export(session, shop.anna) == []
    assert session.exec(select(RosterDay)).all() == []
