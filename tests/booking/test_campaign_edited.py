"""HR edit the dates or the people of a campaign in which days are booked or asked for: no booked day is left
outside it, and what waits ends only once HR confirmed it, its askers reading why."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, delete

from app.booking import fallen
from app.booking.tables import BookingRequest, RefusalReason, RequestStatus
from app.campaigns import service
from app.campaigns.errors import TermsRefused
from app.campaigns.schemas import Group
from app.campaigns.tables import Campaign, InvitedGroup, InvitedKind
from app.people.tables import ContractKind
from app.visits.tables import By
from app.worker import drain
from tests.booking.conftest import (
    MONDAY,
    NOW,
    TODAY,
    TUESDAY,
    WEDNESDAY,
    Shop,
    check_counts,
    fall,
    mails,
    offers,
    statuses,
)
from tests.factories import make_person, make_team
from tests.support.web import Clock

pytestmark = pytest.mark.usefixtures("clock")

Enter = Callable[[Any], TestClient]
LAST = date(2027, 4, 30)
EVERYBODY = [Group(kind=InvitedKind.EVERYBODY)]


def edit(shop: Shop, **values: Any) -> list[str]:
    """As HR does, on the version that stands."""
    groups, ends = values.pop("groups", None), values.pop("ends_requests", False)
    campaign = shop.session.get_one(Campaign, shop.campaign.id)
    return service.change(
        shop.session,
        campaign,
        values,
        version=campaign.version,
        actor=shop.boss,
        now=NOW,
        today=TODAY,
        groups=groups,
        ends_requests=ends,
    )


def refused(shop: Shop, **values: Any) -> dict[str, str]:
    with pytest.raises(TermsRefused) as why:
        edit(shop, **values)
    shop.session.refresh(shop.campaign)
    assert shop.campaign.version == 1
    return why.value.faults


def only(team: Any) -> list[Group]:
    return [Group(kind=InvitedKind.TEAM, ref=str(team.id))]


def dates(campaign: Campaign, **over: Any) -> dict[str, Any]:
    names = ("first_day", "last_day", "enrol_until", "plan_by", "debrief_until", "version")
    return {**{name: str(getattr(campaign, name)) for name in names}, **over}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"closing_days": [TUESDAY]}, "closing_days"),
        ({"first_day": WEDNESDAY}, "first_day"),
        ({"last_day": MONDAY}, "last_day"),
    ],
)
def test_a_day_on_which_booked_days_stand_is_not_taken_out(
    shop: Shop, values: dict[str, Any], field: str
) -> None:
    place = shop.offer()
    shop.ask(shop.askers[0], place, TUESDAY)
    faults = refused(shop, **values)
    assert set(faults) == {field}
    assert "mardi 6 avril" in faults[field]


def test_a_saturday_on_which_a_day_is_booked_stays(session: Session) -> None:
    shop = Shop(session, saturdays=True)
    saturday = date(2027, 4, 10)
    for one in (*shop.askers, *shop.hosts):
        one.worked_weekdays = "1111110"
        session.add(one)
    shop.ask(shop.askers[0], shop.offer([saturday]), saturday)
    assert set(refused(shop, saturdays=False)) == {"saturdays"}


def test_days_on_which_nothing_stands_are_taken_out(shop: Shop) -> None:
    shop.ask(shop.askers[0], shop.offer(), TUESDAY)
    assert edit(shop, first_day=TUESDAY, last_day=WEDNESDAY, closing_days=[WEDNESDAY]) == [
        "closing_days",
        "first_day",
        "last_day",
    ]


def test_a_booked_day_that_was_cancelled_keeps_no_date(shop: Shop) -> None:
    asked = shop.ask(shop.askers[0], shop.offer([TUESDAY], host_id=shop.hosts[0].id), TUESDAY)
    fall(shop.session, shop, asked, By.VISITOR)
    assert edit(shop, closing_days=[TUESDAY]) == ["closing_days"]


def test_what_already_stands_outside_hinders_no_other_change(shop: Shop) -> None:
    shop.ask(shop.askers[0], shop.offer(), TUESDAY)
    shop.campaign.closing_days = [TUESDAY.isoformat()]
    shop.session.add(shop.campaign)
    shop.session.flush()
    assert edit(shop, last_day=date(2027, 4, 29)) == ["last_day"]


def test_requests_of_a_day_taken_out_end_once_confirmed_and_their_askers_read_why(
    engine: Engine, session: Session, asked_shop: Shop
) -> None:
    shop = asked_shop
    place = shop.offer()
    gone, stays = shop.ask(shop.askers[0], place, TUESDAY), shop.ask(shop.askers[1], place)
    assert set(refused(shop, closing_days=[TUESDAY])) == {"ends_requests"}
    assert edit(shop, closing_days=[TUESDAY], ends_requests=True) == ["closing_days"]
    assert statuses(session, gone, stays) == [RequestStatus.EXPIRED, RequestStatus.REQUESTED]
    assert session.get_one(BookingRequest, gone.id).reason == RefusalReason.OUTSIDE
    drain(engine)
    [said] = mails(session, "booking_expired")
    assert said.person_id == shop.askers[0].id
    assert "Les RH ont retiré ce jour de la campagne." in said.text
    check_counts(session)


def test_confirming_the_end_of_requests_takes_out_no_booked_day(shop: Shop) -> None:
    _place, (_booked, waits) = shop.line_up()
    assert set(refused(shop, closing_days=[MONDAY], ends_requests=True)) == {"closing_days"}
    assert statuses(shop.session, waits) == [RequestStatus.WAITING]


@pytest.mark.parametrize("whose", ["visitor", "host"])
def test_nobody_who_has_a_booked_day_is_left_uninvited(shop: Shop, whose: str) -> None:
    shop.ask(shop.askers[0], shop.offer())
    stay = shop.shop if whose == "visitor" else shop.accounts
    faults = refused(shop, groups=only(stay))
    assert set(faults) == {"groups"}
    assert "lundi 5 avril" in faults["groups"]


def test_people_without_days_or_requests_are_uninvited(shop: Shop) -> None:
    asked = shop.ask(shop.askers[0], shop.offer())
    other = make_team(shop.session, shop.there, name="Boutique Perrache")
    make_person(shop.session, other)
    assert edit(shop, groups=[*only(shop.accounts), *only(shop.shop)]) == ["groups"]
    assert statuses(shop.session, asked) == [RequestStatus.BOOKED]


def test_agency_workers_who_booked_stay_invited(session: Session) -> None:
    shop = Shop(session, include_temporary=True)
    shop.askers[0].contract = ContractKind.TEMPORARY
    session.add(shop.askers[0])
    shop.ask(shop.askers[0], shop.offer())
    assert set(refused(shop, include_temporary=False)) == {"groups"}


def test_requests_of_the_uninvited_end_once_confirmed_and_they_read_why(
    engine: Engine, session: Session, asked_shop: Shop
) -> None:
    shop = asked_shop
    place = shop.offer()
    asked = [shop.ask(one, place) for one in shop.askers[:2]]
    faults = refused(shop, groups=only(shop.shop))
    assert set(faults) == {"ends_requests"}
    assert "2 demandes" in faults["ends_requests"]
    assert edit(shop, groups=only(shop.shop), ends_requests=True) == ["groups"]
    assert statuses(session, *asked) == [RequestStatus.EXPIRED] * 2
    drain(engine)
    said = mails(session, "booking_expired")
    assert {one.person_id for one in said} == {one.id for one in shop.askers[:2]}
    for one in said:
        assert "La campagne ne vous invite plus." in one.text
        assert "autre place" not in one.text
        assert "/booking?campaign=" not in one.text
    check_counts(session)


def test_requests_of_those_who_stay_invited_go_on(asked_shop: Shop) -> None:
    asked = asked_shop.ask(asked_shop.askers[0], asked_shop.offer())
    assert edit(asked_shop, groups=only(asked_shop.accounts)) == ["groups"]
    assert statuses(asked_shop.session, asked) == [RequestStatus.REQUESTED]


@pytest.mark.parametrize("invited", [True, False])
def test_who_is_invited_no_more_is_kept_nothing_instead_of_a_day_that_fell(
    engine: Engine, session: Session, shop: Shop, invited: bool
) -> None:
    place = shop.offer(host_id=shop.hosts[0].id)
    first, second = shop.ask(shop.askers[0], place), shop.ask(shop.askers[1], place, TUESDAY)
    fall(session, shop, first, By.HOST)
    fall(session, shop, second, By.HOST)
    if not invited:
        session.exec(delete(InvitedGroup).where(col(InvitedGroup.campaign_id) == shop.campaign.id))
        session.commit()
    drain(engine)
    assert bool(offers(session) or fallen.without_another(session, today=TODAY)) is invited


def test_the_form_of_dates_keeps_what_was_typed_and_leads_to_the_days(
    shop: Shop, as_: Enter, clock: Clock
) -> None:
    shop.ask(shop.askers[0], shop.offer(), TUESDAY)
    shop.session.commit()
    hr, here = as_(shop.hr), f"/campaigns/{shop.campaign.id}"
    page = hr.post(f"{here}/edit/dates", data=dates(shop.campaign, closing_days=["2027-04-06", "2027-04-20"]))
    assert page.status_code == 422
    assert 'value="2027-04-20"' in page.text
    assert f"{here}/visits?status=planned&amp;first=2027-04-06&amp;last=2027-04-06" in page.text
    assert f"{here}/repairs/closure" in page.text
    assert 'name="ends_requests"' not in page.text
    saved = hr.post(f"{here}/edit/dates", data=dates(shop.campaign, closing_days=["2027-04-20"]))
    assert saved.status_code == 303


def test_the_form_of_people_shows_what_ends_and_asks_for_a_confirmation(
    asked_shop: Shop, as_: Enter, clock: Clock
) -> None:
    shop = asked_shop
    asked = shop.ask(shop.askers[0], shop.offer())
    shop.session.commit()
    hr, here = as_(shop.hr), f"/campaigns/{shop.campaign.id}"
    typed = {"scope": "some", "teams": [str(shop.shop.id)], "version": "1"}
    page = hr.post(f"{here}/edit/people", data=typed)
    assert page.status_code == 422
    assert "Une demande ou attente prend fin" in page.text
    assert 'name="ends_requests"' in page.text
    assert statuses(shop.session, asked) == [RequestStatus.REQUESTED]
    assert hr.post(f"{here}/edit/people", data={**typed, "ends_requests": "1"}).status_code == 303
    assert statuses(shop.session, asked) == [RequestStatus.EXPIRED]


def test_a_form_of_another_version_changes_nothing(asked_shop: Shop, as_: Enter, clock: Clock) -> None:
    shop = asked_shop
    asked = shop.ask(shop.askers[0], shop.offer())
    shop.session.commit()
    typed = {"scope": "some", "teams": [str(shop.shop.id)], "version": "9", "ends_requests": "1"}
    page = as_(shop.hr).post(f"/campaigns/{shop.campaign.id}/edit/people", data=typed)
    assert page.status_code == 409
    assert statuses(shop.session, asked) == [RequestStatus.REQUESTED]


def test_programs_read_the_same_refusals(asked_shop: Shop, as_: Enter, clock: Clock) -> None:
    shop = asked_shop
    place = shop.offer()
    shop.approve(shop.ask(shop.askers[0], place, TUESDAY))
    waits = shop.ask(shop.askers[1], place)
    shop.session.commit()
    hr, here = as_(shop.hr), f"/api/v1/campaigns/{shop.campaign.id}"

    def sent(**values: Any) -> tuple[int, str]:
        version = hr.get(here).json()["version"]
        answer = hr.patch(here, json={"version": version, **values})
        return answer.status_code, answer.text

    status, said = sent(closing_days=["2027-04-06"])
    assert status == 422
    assert "OutsideCampaign" in said
    assert "mardi 6 avril" in said
    assert sent(closing_days=["2027-04-05"])[0] == 422
    assert statuses(shop.session, waits) == [RequestStatus.REQUESTED]
    assert sent(closing_days=["2027-04-05"], ends_requests=True)[0] == 200
    assert statuses(shop.session, waits) == [RequestStatus.EXPIRED]


def test_the_list_of_days_is_filtered_by_dates(shop: Shop, as_: Enter, clock: Clock) -> None:
    place = shop.offer()
    monday, tuesday = (
        shop.ask(one, place, day) for one, day in zip(shop.askers, (MONDAY, TUESDAY), strict=False)
    )
    shop.session.commit()
    page = as_(shop.hr).get(f"/campaigns/{shop.campaign.id}/visits?first=2027-04-06&last=2027-04-07").text
    assert f"/visits/{tuesday.visit_id}" in page
    assert f"/visits/{monday.visit_id}" not in page
