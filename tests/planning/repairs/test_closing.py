"""A site closes: one repair, and what people read while nothing is decided, and after."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import col, select

from app.accounts.sessions import Actor
from app.calendars import jobs as calendars
from app.core.db import open_session
from app.core.i18n import speaking
from app.core.templating import long_day
from app.messages.tables import Mail, MailStatus
from app.people.tables import Person
from app.planning.repairs import closing, ruling, service
from app.planning.repairs.telling_hr import tell_hr
from app.planning.tables import Repair, RepairCause, RepairKind, RepairStatus
from app.teams import service as teams
from app.teams.days import marks_between
from app.teams.service import Mark, mark_days
from app.visits import hosting, queries, reading
from app.visits.changing import situation
from app.visits.confirming import confirm
from app.visits.days import days_for
from app.visits.errors import SiteClosed
from app.visits.history import Hand
from app.visits.hosting import Hours
from app.visits.rosters import conflicts
from app.visits.tables import By, ChangeKind, DayPart, Visit, VisitStatus
from app.worker import JOBS, drain
from tests.life.told import unheard
from tests.planning.repairs.broken import (
    DAYS,
    NOW,
    TODAY,
    Published,
    accept,
    campaign_of,
    cancel,
    last_repair,
)
from tests.planning.repairs.test_settled import told
from tests.support.accounts import SignIn
from tests.support.web import Clock


def close(engine: Engine, company: Published, day: date) -> None:
    with open_session(engine) as session:
        closing.close_site(session, company.there.id or 0, day, day, company.actor, NOW, TODAY)
    drain(engine)


def test_whose_day_is_on_a_closed_site_is_told_once_and_has_nothing_to_confirm(
    engine: Engine, company: Published, as_: Callable[[Person], TestClient]
) -> None:
    there = company.visit(company.back[0], company.front[0])
    for _time in range(2):
        close(engine, company, there.day)
    mails = told(engine, "visit_suspended")
    assert {mail.person_id for mail in mails} == {there.visitor_id, there.host_id}
    assert len(mails) == 2
    assert all("vous n’avez rien à confirmer" in mail.text for mail in mails)
    assert told(engine, "visit_cancelled") == []
    client = as_(company.back[0])
    home = client.get("/home").text
    assert "Vos RH décident de la suite." in home
    assert "Confirmez votre journée" not in home
    assert "ferme le site ce jour-là" in client.get(f"/visits/{there.id}").text
    received = as_(company.front[0]).get(f"/visits/{there.id}").text
    assert "Changer les heures" not in received
    assert "Faire accueillir" not in received


def test_a_closed_site_is_the_reason_not_the_person_who_works(engine: Engine, company: Published) -> None:
    there, shut = company.visit(company.back[0], company.front[0]), DAYS[5]
    with open_session(engine) as session:
        closing.close_site(session, company.there.id or 0, shut, shut, company.actor, NOW, TODAY)
        days = days_for(session, queries.visit(session, there.id or 0), today=TODAY, other_day=None)
        assert days.why_not(shut) == f"{company.there.name} est fermé le {long_day(shut)}."
        assert "ne travaille pas" not in (days.why_not(DAYS[4]) or "")


@pytest.mark.parametrize(("hour", "is_lived"), [(10, False), (18, True)])
def test_a_site_that_closes_in_the_evening_takes_no_lived_day(
    engine: Engine, company: Published, clock: Clock, hour: int, is_lived: bool
) -> None:
    there, site_id = company.visit(company.back[0], company.front[0]), company.there.id or 0
    clock.set(datetime(there.day.year, there.day.month, there.day.day, hour, tzinfo=UTC))
    with open_session(engine) as session:
        shown = closing.closure_of(session, site_id, there.day, there.day, there.day)
        closing.close_site(session, site_id, there.day, there.day, company.actor, clock.at, there.day)
    drain(engine)
    with open_session(engine) as session:
        lines = [one.change.kind for one in reading.history_of(session, [there.id or 0])]
    assert (there.id in {one.visit.id for one in shown.repaired}) is not is_lived
    assert (ChangeKind.SUSPENDED in lines) is not is_lived
    assert bool(told(engine, "visit_suspended")) is not is_lived


@pytest.mark.parametrize("by", ["team", "HR"])
def test_a_teams_calendar_is_said_to_open_what_the_team_closed_and_not_what_hr_did(
    engine: Engine, company: Published, hr: TestClient, by: str
) -> None:
    there = company.visit(company.back[0], company.front[0])
    if by == "HR":
        close(engine, company, there.day)
    before = hr.get(f"/visits/{there.id}/cancellation").text
    sent = {"reason": "closed", "revision": "1" if by == "HR" else "0"}
    done = hr.post(f"/visits/{there.id}/cancellation", data=sent)
    assert done.status_code == 303
    after = hr.get(done.headers["location"]).text
    drain(engine)
    [to_host] = [one for one in told(engine, "visit_cancelled") if one.person_id == there.host_id]
    said = (before, after, to_host.text)
    assert ["Son calendrier peut le rouvrir" in one for one in said] == [by == "team"] * 3


@pytest.mark.parametrize("cancelled", [True, False])
def test_who_was_told_that_hr_decide_hears_what_they_decided(
    engine: Engine, company: Published, cancelled: bool
) -> None:
    there = company.visit(company.back[0], company.front[0])
    close(engine, company, there.day)
    with open_session(engine) as session:
        repair = session.get_one(type(last_repair(engine)), last_repair(engine).id)
        service.dismiss(session, repair, company.actor, NOW, TODAY, cancel_visits=cancelled)
    drain(engine)
    over = [mail for mail in told(engine, "visit_suspended") if mail.key.endswith(":over")]
    assert {mail.person_id for mail in over} == (set() if cancelled else {there.visitor_id, there.host_id})
    assert all("vos RH n’en ont pas choisi" in mail.text for mail in over)
    heard = {mail.person_id for mail in told(engine, "visit_cancelled")}
    assert heard == ({there.visitor_id, there.host_id} if cancelled else set())


def test_a_day_that_the_rule_moved_meanwhile_is_told_as_moved_alone(
    engine: Engine, company: Published, as_: Callable[[Person], TestClient]
) -> None:
    there = company.visit(company.back[0], company.front[0])
    with open_session(engine) as session:
        campaign = campaign_of(session, company)
        ruling.set_rules(session, campaign, company.actor, NOW, automatic=True, version=0)
    close(engine, company, there.day)
    assert last_repair(engine).status == RepairStatus.ACCEPTED
    assert told(engine, "visit_suspended") == []
    invited = {mail.person_id for mail in told(engine, "visit_invitation")}
    assert {there.visitor_id, there.host_id} <= invited
    for mail in told(engine, "visit_invitation"):
        why = f"Pourquoi le {long_day(there.day)} ne convient plus\xa0: le site est fermé ce jour-là."
        assert why in mail.text
        assert "Nous attendons votre accord" in mail.text
        assert "Vous n’aviez pas donné ce jour" not in mail.text
        assert f"/visits/{there.id}/confirmation" in mail.text
    history = as_(company.back[0]).get(f"/visits/{there.id}").text.split("Ce qui s’est passé")[1]
    assert "déplace la journée" in history
    assert "Le site est fermé ce jour-là" in history  # why it moved


def test_a_search_that_hr_stopped_leaves_nobody_untold(engine: Engine, company: Published) -> None:
    there = company.visit(company.back[0], company.front[0])
    with open_session(engine) as session:
        [made] = closing.close_site(
            session, company.there.id or 0, there.day, there.day, company.actor, NOW, TODAY
        )
        service.stop(session, made, company.actor, NOW)
    drain(engine)
    assert last_repair(engine).status == RepairStatus.CANCELLED
    assert {one.person_id for one in told(engine, "visit_suspended")} == {there.visitor_id, there.host_id}


@pytest.mark.database("sqlite", "postgresql")
def test_closing_a_site_twice_at_once_is_one_repair(engine: Engine, company: Published) -> None:
    made = []
    for _time in range(2):
        with open_session(engine) as session:
            made += closing.close_site(
                session, company.there.id or 0, DAYS[0], DAYS[0], company.actor, NOW, TODAY
            )
    assert made[0].id == made[1].id
    with open_session(engine) as session:  # the next day of the same site is looked for with it
        (later,) = closing.close_site(
            session, company.there.id or 0, DAYS[0], DAYS[1], company.actor, NOW, TODAY
        )
        assert later.id != made[0].id
        assert len(service.queries.visit_ids(session, later.id or 0)) == 2
        assert session.exec(select(Visit).where(Visit.status != VisitStatus.PLANNED)).all() == []


def close_and_change_nothing(engine: Engine, company: Published, hr: TestClient, day: date) -> str:
    with open_session(engine) as session:
        closing.close_site(session, company.there.id or 0, day, day, company.actor, NOW, TODAY)
    drain(engine)
    here = f"/campaigns/{company.campaign.id}/repairs/{last_repair(engine).id}"
    assert "1 journée reste prévue sur un site fermé." in hr.get(here).text
    hr.post(f"{here}/dismissal")
    return hr.get(f"/campaigns/{company.campaign.id}/repairs").text


def test_a_day_left_on_a_closed_site_is_said_everywhere_and_confirmed_by_nobody(
    engine: Engine, company: Published, client: TestClient, sign_in: SignIn
) -> None:
    there = company.visit(company.back[0], company.front[0])
    sign_in(client, company.hr)
    assert "1 journée reste prévue sur un site fermé." in close_and_change_nothing(
        engine, company, client, there.day
    )
    assert "est fermé ce jour-là" in client.get(f"/visits/{there.id}").text
    assert "ne peut pas avoir lieu" in client.get("/", follow_redirects=True).text
    assert company.there.name in client.get("/team/conflicts").text
    sent = client.post(f"/campaigns/{company.campaign.id}/repairs", follow_redirects=False)
    assert sent.status_code == 303
    assert last_repair(engine).cause == RepairCause.CLOSURE
    with open_session(engine) as session:
        now = situation(session, queries.visit(session, there.id or 0), By.HOST, there.host_id, TODAY)
        hand = Hand(by=By.HOST, actor=Actor(1, "", None, is_hr=False, is_admin=False), now=NOW)
        with pytest.raises(SiteClosed):
            confirm(session, now, hand, revision=now.visit.revision)


@pytest.mark.parametrize("moved", [True, False])
def test_managers_read_that_a_closed_site_is_why(engine: Engine, company: Published, moved: bool) -> None:
    there = company.visit(company.back[0], company.front[0])
    with open_session(engine) as session:
        for person, chief in ((company.back[0], company.back[1]), (company.front[0], company.front[1])):
            session.get_one(Person, person.id).manager_id = chief.id
    close(engine, company, there.day)
    if moved:
        accept(engine, company, RepairKind.SAME)
    else:
        with open_session(engine) as session:
            repair = session.get_one(Repair, last_repair(engine).id)
            service.dismiss(session, repair, company.actor, NOW, TODAY, cancel_visits=True)
    drain(engine)
    mails = told(engine, "visit_team")
    assert {mail.person_id for mail in mails} == {company.back[1].id, company.front[1].id}
    assert all("site est fermé" in text for mail in mails for text in (mail.text, mail.html))
    for mail in mails:  # the two have still to say yes, and the reason is the former day's
        assert "a lieu le" not in mail.text
        assert ("La journée n’est pas encore confirmée." in mail.text) is moved
        assert (f"Pourquoi le {long_day(there.day)} ne convient plus" in mail.text) is moved


def test_a_day_that_the_team_marked_itself_is_still_confirmed(engine: Engine, company: Published) -> None:
    there = company.visit(company.back[0], company.front[0])
    with open_session(engine) as session:
        mark_days(
            session, company.shop.id or 0, [there.day], Mark.NO_VISITORS,
            version=0, by=teams.By(company.actor), now=NOW, today=TODAY,
        )  # fmt: skip
        now = situation(session, queries.visit(session, there.id or 0), By.HOST, there.host_id, TODAY)
        hand = Hand(by=By.HOST, actor=Actor(1, "", None, is_hr=False, is_admin=False), now=NOW)
        assert confirm(session, now, hand, revision=there.revision).host_confirmed_at == NOW


@pytest.mark.parametrize("off", [False, True])
def test_the_machines_judge_sees_whether_it_was_told(
    engine: Engine, company: Published, monkeypatch: pytest.MonkeyPatch, off: bool
) -> None:
    if off:
        monkeypatch.setitem(JOBS, "repair.ready", (tell_hr,))
    close(engine, company, company.visit(company.back[0], company.front[0]).day)
    with open_session(engine) as session:
        found = unheard(session, [company.campaign.id or 0])
    assert len(found) == (2 if off else 0), found


@pytest.mark.parametrize("said", list(Mark))
def test_whatever_a_team_says_of_its_days_its_site_stays_closed_and_its_own_word_is_kept(
    engine: Engine, company: Published, hr: TestClient, said: Mark
) -> None:
    there = company.visit(company.back[0], company.front[0])
    shop = company.shop.id or 0
    by = teams.By(company.actor)
    with open_session(engine) as session:
        mark_days(session, shop, [there.day], Mark.NO_LEAVING, version=0, by=by, now=NOW, today=TODAY)
    close(engine, company, there.day)
    with open_session(engine) as session:
        before = marks_between(session, there.day, there.day)
        assert before.no_leaving == before.no_visitors == {shop: {there.day}}
        assert before.own_no_visitors == {}  # closing said nothing in the team's name
    sent = {"day": there.day.isoformat(), "mark": said.value, "version": "1"}
    told_so = hr.post(f"/team/{shop}/days", data=sent, follow_redirects=True).text
    assert "Les RH ont fermé le site" in told_so
    assert "site fermé" in told_so
    with open_session(engine) as session:
        assert marks_between(session, there.day, there.day).no_visitors == {shop: {there.day}}
        assert [one.closed for one in conflicts(session, TODAY)] == [True]
    assert hr.put(
        f"/api/v1/teams/{shop}/days", json={"day": [there.day.isoformat()], "mark": "ordinary", "version": 2}
    ).json()["site_closed"] == [there.day.isoformat()]


def test_a_letter_not_handed_over_is_taken_back_once_the_day_has_moved(
    engine: Engine, company: Published
) -> None:
    there = company.visit(company.back[0], company.front[0])
    with open_session(engine) as session:
        host = session.get_one(Person, there.host_id)
        host.email = host.account_id = None
    close(engine, company, there.day)
    accept(engine, company, RepairKind.SAME)
    drain(engine)

    assert [one.kind for one in letters(engine)] == ["visit_invitation"]
    with open_session(engine) as session:
        moved = session.get_one(Visit, there.id).day
    close(engine, company, moved)
    assert [one.kind for one in letters(engine)] == ["visit_suspended"]


def letters(engine: Engine) -> list[Mail]:
    """Still to hand over."""
    with open_session(engine) as session:
        rows = session.exec(select(Mail).where(Mail.status == MailStatus.UNREACHABLE).order_by(col(Mail.id)))
        return [one for one in rows if one.until is None or one.until >= TODAY]


def said(letter: Mail) -> str:
    return " ".join(letter.text.split())


def test_a_letter_about_the_other_day_of_a_swap_follows_this_one(engine: Engine, company: Published) -> None:
    there = company.visit(company.back[0], company.front[0])
    with open_session(engine) as session:
        host = session.get_one(Person, there.host_id)
        host.email = host.account_id = None
    calendars.invite_participants(engine, company.campaign.id or 0)
    with speaking("fr"):
        before = f"Et réciproquement : Anna passera la journée chez vous le {long_day(there.day)}."
    assert sum(before in said(one) for one in letters(engine)) == 1
    close(engine, company, there.day)
    accept(engine, company, RepairKind.SAME)
    drain(engine)
    with open_session(engine) as session:
        moved = session.get_one(Visit, there.id)
    after = before.replace(long_day(there.day), long_day(moved.day))
    now, again = letters(engine)
    assert "Nouvelle date" in now.subject
    assert after in said(again)
    calendars.tell_moved(engine, there.id or 0, moved.revision, int(now.key.split(":")[2]))  # run twice
    assert letters(engine) == [now, again]
    cancel(engine, there)
    last, fell = letters(engine)
    assert [one.kind for one in (fell, last)] == ["visit_cancelled", "visit_invitation"]
    assert "Et réciproquement" not in said(last)
    back = long_day(company.visit(company.front[0], company.back[0]).day)
    assert f"L’autre journée de votre échange, le {back}, est maintenue." in said(fell)


def test_what_cancelling_without_another_day_does_is_counted_before(
    engine: Engine, company: Published, hr: TestClient
) -> None:
    there = company.visit(company.back[0], company.front[0])
    close(engine, company, there.day)
    at = f"/campaigns/{company.campaign.id}/repairs/{last_repair(engine).id}"
    page = hr.get(at).text
    assert 'name="cancel_visits"' not in page  # no single tap
    assert "nous n’y avons rien trouvé de mieux" in page  # why there is one solution, not three
    asked = hr.get(f"{at}/dismissal").text
    assert "Annuler cette journée sans la remplacer" in asked
    assert "2 personnes perdent leur journée" in asked
    assert last_repair(engine).status == RepairStatus.READY  # asking changes nothing
    assert hr.post(f"{at}/dismissal", data={"cancel_visits": "true"}).status_code == 303
    again = hr.get(f"{at}/dismissal", follow_redirects=False)
    assert (again.status_code, again.headers["location"]) == (303, at)


def test_an_old_page_cancels_nothing_that_a_later_search_holds(
    engine: Engine, company: Published, hr: TestClient
) -> None:
    there = company.visit(company.back[0], company.front[0])
    close(engine, company, there.day)
    old = last_repair(engine)

    def stands() -> bool:
        with open_session(engine) as session:
            return session.get_one(Visit, there.id).status == VisitStatus.PLANNED

    at = f"/campaigns/{company.campaign.id}/repairs"
    assert hr.post(f"{at}/{old.id}/repetition").status_code == 303
    drain(engine)
    refused = hr.post(f"{at}/{old.id}/dismissal", data={"cancel_visits": "true"})
    assert refused.status_code == 409
    assert "Une recherche plus récente porte sur ces journées" in refused.text
    later = last_repair(engine)
    assert later.id != old.id
    assert later.status == RepairStatus.READY
    assert stands()
    assert hr.post(f"{at}/{later.id}/dismissal", data={"cancel_visits": "true"}).status_code == 303
    assert not stands()


def test_no_hours_are_given_to_a_day_on_a_closed_site(engine: Engine, company: Published) -> None:
    there = company.visit(company.back[0], company.front[0])
    close(engine, company, there.day)
    with open_session(engine) as session:
        row = queries.visit(session, there.id or 0)
        before = situation(session, row, By.HOST, there.host_id, TODAY)
        hand = Hand(by=By.HOST, actor=company.actor, now=NOW)
        with pytest.raises(SiteClosed):
            hosting.set_hours(session, before, Hours(DayPart.MORNING), hand, revision=before.visit.revision)
