"""What the campaign's rule accepts by itself: never a day that its two people were just asked to choose."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import col, select

from app.core.db import open_session
from app.people.tables import Person
from app.planning.repairs import ruling
from app.planning.repairs.telling_hr import tell_hr
from app.planning.tables import RepairKind, RepairStatus
from app.visits import service
from app.visits.history import Hand
from app.visits.rearranging import Fall, Fresh, rearrange
from app.visits.tables import By, CancelReason, Proposal, Visit, VisitStatus
from app.worker import drain
from tests.planning.repairs.broken import (
    DAYS,
    NOW,
    TODAY,
    Published,
    accept,
    campaign_of,
    cancel,
    last_repair,
    standing,
)
from tests.planning.repairs.test_settled import agree, told
from tests.support.accounts import SignIn


@pytest.fixture
def ruled(engine: Engine, company: Published) -> Published:
    """The service accepts what moves nobody else."""
    with open_session(engine) as session:
        campaign = campaign_of(session, company)
        ruling.set_rules(session, campaign, company.actor, NOW, automatic=True, version=0)
    return company


def test_it_leaves_the_choice_to_the_two_who_were_offered_it(engine: Engine, ruled: Published) -> None:
    fell = ruled.visit(ruled.back[0], ruled.front[0])
    cancel(engine, fell)
    offered = {
        one.person_id for one in told(engine, "visit_cancelled") if f"/visits/{fell.id}/days" in one.text
    }
    assert offered == {fell.visitor_id, fell.host_id}
    assert told(engine, "visit_invitation") == []
    assert last_repair(engine).status == RepairStatus.READY
    assert len(told(engine, "repair_ready")) == 1  # HR may decide
    agree(engine, fell, on_one=True)
    assert last_repair(engine).status == RepairStatus.SETTLED


def test_days_that_fell_beside_such_a_choice_wait_for_hr_and_the_form_says_so(
    engine: Engine, ruled: Published, client: TestClient, sign_in: SignIn
) -> None:
    cancel(engine, ruled.visit(ruled.back[0], ruled.front[0]))
    cancel(engine, ruled.visit(ruled.back[1], ruled.front[1]))
    cancel(engine, ruled.visit(ruled.front[1], ruled.back[1]))
    assert last_repair(engine).status == RepairStatus.READY
    assert told(engine, "visit_invitation") == []
    sign_in(client, ruled.hr)
    form = client.get(f"/campaigns/{ruled.campaign.id}/repairs").text
    assert "vous décidez, aussi des journées tombées en même temps" in form


def test_it_accepts_where_neither_day_stands_and_says_that_the_service_chose(
    engine: Engine, ruled: Published
) -> None:
    cancel(engine, ruled.visit(ruled.back[0], ruled.front[0]))
    cancel(engine, ruled.visit(ruled.front[0], ruled.back[0]))
    repair = last_repair(engine)
    assert (repair.status, repair.decided_by) == (RepairStatus.ACCEPTED, None)
    assert len(standing(engine)) == 4
    invited = told(engine, "visit_invitation")
    assert len(invited) == 4
    assert all("Le service l’a choisie, selon la règle de la campagne" in one.text for one in invited)


def test_what_hr_choose_is_not_said_to_be_the_service_s_and_the_old_pages_lead_to_it(
    engine: Engine, ruled: Published, as_: Callable[[Person], TestClient]
) -> None:
    fell = ruled.visit(ruled.back[0], ruled.front[0])
    cancel(engine, fell)
    accept(engine, ruled, RepairKind.SAME)
    drain(engine)
    assert all("Le service l’a choisie" not in one.text for one in told(engine, "visit_invitation"))
    with open_session(engine) as session:
        made = session.exec(
            select(Visit)
            .where(Visit.swap_id == fell.swap_id, Visit.status == VisitStatus.PLANNED)
            .order_by(col(Visit.id).desc())
        ).first()
    assert made is not None
    asked = as_(ruled.back[0]).get(f"/visits/{fell.id}/days", follow_redirects=True)
    assert asked.url.path == f"/visits/{made.id}"
    assert "Une autre journée remplace" in asked.text
    page = as_(ruled.back[0]).get(f"/visits/{fell.id}").text.split("<h1")[1]
    assert page.index("La journée qui la remplace") == page.index("<h2>") + len("<h2>")
    assert f'/visits/{made.id}"' in page


def test_one_that_another_repair_took_over_is_not_said_to_wait_for_a_decision(
    engine: Engine, company: Published
) -> None:
    """Two decline within seconds: what tells HR of the first runs once the second has taken it along."""
    cancel(engine, company.visit(company.back[0], company.front[0]))
    first = last_repair(engine)
    cancel(engine, company.visit(company.back[1], company.front[1]))
    assert last_repair(engine).id != first.id
    tell_hr(engine, first.id or 0)
    assert [one.key for one in told(engine, "repair_ready") if one.key.endswith(":late")] == []


def successor(engine: Engine, fell: Visit) -> Visit:
    """The latest standing visit of the same swap."""
    with open_session(engine) as session:
        return session.exec(
            select(Visit)
            .where(Visit.swap_id == fell.swap_id, Visit.status == VisitStatus.PLANNED)
            .order_by(col(Visit.id).desc())
        ).all()[0]


@pytest.mark.parametrize("choice", ["one", "day"])
def test_a_choice_sent_from_an_old_page_leads_to_the_day_that_hr_chose_meanwhile(
    engine: Engine, company: Published, as_: Callable[[Person], TestClient], choice: str
) -> None:
    fell = company.visit(company.back[0], company.front[0])
    cancel(engine, fell)
    browser = as_(company.back[0])
    page = browser.get(f"/visits/{fell.id}/days").text
    version = page.split('name="revision" value="')[1].split('"')[0]
    accept(engine, company, RepairKind.SAME)
    drain(engine)
    sent = {"revision": version, "choice": "one_way" if choice == "one" else DAYS[7].isoformat()}
    answered = browser.post(f"/visits/{fell.id}/proposals", data=sent, follow_redirects=True)
    assert answered.url.path == f"/visits/{successor(engine, fell).id}"
    assert "Une autre journée remplace déjà celle qui a été annulée" in answered.text


def test_an_answer_to_what_became_void_leads_to_the_day_that_hr_chose(
    engine: Engine, company: Published, as_: Callable[[Person], TestClient]
) -> None:
    fell = company.visit(company.back[0], company.front[0])
    cancel(engine, fell)
    agree(engine, fell, on=DAYS[7], answered=False)
    with open_session(engine) as session:
        proposal = session.exec(select(Proposal)).one().id
    accept(engine, company, RepairKind.SAME)
    drain(engine)
    there, browser = f"/visits/{successor(engine, fell).id}", as_(company.front[0])
    assert browser.get(f"/visits/{fell.id}/answer", follow_redirects=True).url.path == there
    for what in ("acceptance", "refusal"):
        asked = browser.post(f"/visits/{fell.id}/proposals/{proposal}/{what}", data={}, follow_redirects=True)
        assert asked.url.path == there


def test_a_choice_about_a_day_that_nothing_replaces_is_refused_as_before(
    engine: Engine, company: Published, as_: Callable[[Person], TestClient]
) -> None:
    fell = company.visit(company.back[0], company.front[0])
    cancel(engine, fell)
    cancel(engine, company.visit(company.front[0], company.back[0]))
    sent = {"revision": "1", "choice": "one_way"}
    answered = as_(company.back[0]).post(f"/visits/{fell.id}/proposals", data=sent, follow_redirects=False)
    assert answered.status_code == 409


def test_who_is_invited_by_a_repair_reads_who_chose_and_which_day_it_replaces(
    engine: Engine, ruled: Published
) -> None:
    fell = ruled.visit(ruled.back[0], ruled.front[0])
    cancel(engine, fell)
    accept(engine, ruled, RepairKind.SAME)
    drain(engine)
    invited = told(engine, "visit_invitation")
    assert len(invited) == 2
    assert all("qui n’a pas lieu. L’équipe RH l’a choisie." in one.text for one in invited)


@pytest.mark.parametrize(
    ("by", "who"), [(By.SERVICE, "le service a choisi"), (By.HR, "l’équipe RH a choisi")]
)
def test_who_had_no_day_before_reads_who_chose_the_new_one(
    engine: Engine, company: Published, by: By, who: str
) -> None:
    with open_session(engine) as session:
        fresh = [Fresh(company.back[0].id or 0, company.front[1].id or 0, DAYS[7])]
        actor = company.actor if by is By.HR else None
        rearrange(session, campaign_of(session, company), (), (), fresh, Hand(by, actor, NOW), TODAY)
    drain(engine)
    invited = told(engine, "visit_invitation")
    assert len(invited) == 2
    assert all(f"Le plan a changé\xa0: {who} cette journée pour vous" in one.text for one in invited)


@pytest.mark.parametrize(
    ("by", "who"), [(By.SERVICE, "Le service l’a décidé"), (By.HR, "L’équipe RH l’a décidé")]
)
def test_whose_day_gives_way_reads_who_decided_it(
    engine: Engine, company: Published, by: By, who: str
) -> None:
    gives_way = company.visit(company.back[0], company.front[0])
    with open_session(engine) as session:
        falls = [Fall(gives_way.id or 0, gives_way.revision, CancelReason.REPLACED)]
        actor = company.actor if by is By.HR else None
        rearrange(session, campaign_of(session, company), falls, (), (), Hand(by, actor, NOW), TODAY)
    drain(engine)
    read = told(engine, "visit_cancelled")
    assert len(read) == 2
    assert all(who in one.text for one in read)


def test_what_one_of_the_two_cancels_is_not_said_to_be_decided(engine: Engine, company: Published) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    assert not any("l’a décidé" in one.text for one in told(engine, "visit_cancelled"))


def test_a_day_that_is_booked_or_planned_is_not_said_to_be_chosen(engine: Engine, company: Published) -> None:
    with open_session(engine) as session:
        hand = Hand(By.HR, company.actor, NOW)
        service.book_visit(
            session,
            campaign_of(session, company),
            Visit(
                campaign_id=company.campaign.id or 0,
                visitor_id=company.back[0].id or 0,
                host_id=company.front[1].id or 0,
                day=DAYS[7],
                created_at=NOW,
                changed_at=NOW,
            ),
            hand,
        )
    drain(engine)
    invited = told(engine, "visit_invitation")
    assert invited
    assert not any("a choisi" in one.text or "l’a choisie" in one.text for one in invited)
