"""A booked day that did not take place counts no more, unless its visitor was the absent one."""

import pytest
from sqlmodel import Session

from app.booking import facts
from app.booking.errors import EnoughBooked
from app.booking.tables import BookingRequest
from app.visits import absences, queries
from app.visits.changing import Situation, situation
from app.visits.history import Hand
from app.visits.tables import By
from tests.booking.conftest import MONDAY, NOW, WEDNESDAY, Shop, check_counts, let_go
from tests.booking.test_pages import As
from tests.support.web import Clock

pytestmark = pytest.mark.usefixtures("clock")
LATER = WEDNESDAY.replace(month=5)


@pytest.fixture
def lost(session: Session, shop: Shop, clock: Clock) -> BookingRequest:
    """Anna's only day, at another company's, which had not signed; it is over."""
    shop.askers[0].legal_entity, shop.hosts[0].legal_entity = "Vélo SA", "Vélo Services"
    shop.campaign.last_day = max(shop.campaign.last_day, LATER)
    request = shop.ask(shop.askers[0], shop.offer([MONDAY, LATER], host_id=shop.hosts[0].id))
    session.commit()
    clock.forward(days=(MONDAY - NOW.date()).days + 1)
    return request


def test_the_day_is_given_back_and_another_is_chosen(
    session: Session, shop: Shop, as_: As, lost: BookingRequest
) -> None:
    anna, here = as_(shop.askers[0]), f"/visits/{lost.visit_id}"
    again, find = f"/booking?campaign={shop.campaign.id}", "/booking"
    let_go(session, *shop.askers, *shop.hosts, lost, shop.campaign)
    assert "Vous avez toutes vos journées" in anna.get(find).text
    assert "Réservez une journée" not in anna.get("/home").text
    anna.post(f"{here}/not-held")
    assert again in anna.get(here).text
    assert "Vous avez toutes vos journées" not in anna.get(find).text
    assert "Votre journée du lundi 5 avril 2027 n’a pas eu lieu" in anna.get("/home").text
    mine = anna.get("/booking/requests").text
    assert "Aucune demande en cours" in mine
    assert "n’a pas eu lieu" in mine
    assert "réservée" not in mine
    sent = {"day": str(LATER), "key": "again-after"}
    anna.post(f"/booking/places/{lost.place_id}/requests", data=sent)
    check_counts(session)
    assert "Une demande en cours" in anna.get("/booking/requests").text
    session.commit()
    anna.post(f"{here}/absence/withdrawal")
    assert "Vous avez toutes vos journées" in anna.get(find).text  # the first counts again


def test_hr_s_pages_say_so_as_well(session: Session, shop: Shop, as_: As, lost: BookingRequest) -> None:
    let_go(session, *shop.askers, *shop.hosts, lost, shop.campaign)
    page, booked = f"/campaigns/{shop.campaign.id}/booking", "réservée</span>"
    assert booked not in as_(shop.boss).get(page).text  # past, and nobody knows yet
    as_(shop.askers[0]).post(f"/visits/{lost.visit_id}/not-held")
    assert "n’a pas eu lieu" in as_(shop.boss).get(page).text


@pytest.mark.parametrize(
    ("said", "ruled", "back"),
    [
        ({By.HOST}, None, True),
        ({By.VISITOR}, None, False),
        ({By.HOST, By.VISITOR}, None, False),
        ({By.HOST}, {By.HOST}, True),
        ({By.HOST}, {By.VISITOR}, False),
        ({By.HOST}, {By.HOST, By.VISITOR}, False),
        ({By.VISITOR}, {By.HOST}, True),
        ({By.HOST}, set(), False),
    ],
)
def test_who_was_absent_decides(
    session: Session, shop: Shop, clock: Clock, said: set[By], ruled: set[By] | None, back: bool
) -> None:
    shop.campaign.last_day = max(shop.campaign.last_day, LATER)
    request = shop.ask(shop.askers[0], shop.offer([MONDAY, LATER], host_id=shop.hosts[0].id))
    session.commit()
    clock.forward(days=(MONDAY - NOW.date()).days + 1)

    def before(by: By) -> tuple[Situation, Hand]:
        who = {By.VISITOR: shop.askers[0].id, By.HOST: shop.hosts[0].id}.get(by)
        seen = queries.visit(session, request.visit_id or 0)
        return situation(session, seen, by, who, clock.at.date()), Hand(by, shop.boss, clock.at)

    for absent in said:
        absences.report(session, *before(By.VISITOR if absent is By.HOST else By.HOST))
    if ruled is not None:
        now, hand = before(By.HR)
        absences.rule(session, now, ruled, hand, version=absences.said_so_far(now.visit, now.reports))
    campaign = shop.campaign.id or 0
    assert facts.days_held(session, campaign, shop.askers[0].id or 0) == (0 if back else 1)
    assert facts.at_limit(session, shop.askers[0].id or 0, [campaign]) == (set() if back else {campaign})
    if back:
        shop.ask(shop.askers[0], shop.offer([LATER], host_id=shop.hosts[1].id), LATER, now=clock.at)
    else:
        with pytest.raises(EnoughBooked):
            shop.ask(shop.askers[0], shop.offer([LATER], host_id=shop.hosts[1].id), LATER, now=clock.at)
    check_counts(session)
