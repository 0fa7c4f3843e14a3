"""A day between two companies that passed without its agreement: nobody says that the two met, either of them
or HR may say that they did not, and nobody is accused."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from icalendar import Calendar
from sqlalchemy import Engine
from sqlmodel import col, select

from app.calendars import agreements as clockwork
from app.campaigns.tables import Status
from app.core.db import open_session
from app.debriefs.jobs import open_forms
from app.home import space
from app.messages.tables import Mail
from app.visits import absences, moving
from app.visits.errors import (
    DayNotCome,
    NobodyWasToCome,
    NothingInTheWay,
    NothingToTakeBack,
    NotReported,
    SpokenOf,
)
from app.visits.tables import By, CancelReason, ProposalStatus, Visit
from tests.support.web import Clock
from tests.visits.life import BEFORE, EVENING, MONDAY, PAIR, Company, asked, told

pytestmark = pytest.mark.usefixtures("clock")
Enter = Callable[[Any], TestClient]


def say(company: Company, visit: Visit, who: Any) -> None:
    absences.say_not_held(company.session, *asked(company, visit, who))
    company.session.commit()


def mails(engine: Engine, kind: str) -> list[Mail]:
    with open_session(engine, reads_only=True) as session:
        return list(session.exec(select(Mail).where(Mail.kind == kind).order_by(col(Mail.id))).all())


def test_one_tap_of_either_says_so_and_the_other_is_accused_of_nothing(
    company: Company, engine: Engine, enter: Enter, day: Visit
) -> None:
    anna, here = enter(company.anna), f"/visits/{day.id}"
    page = anna.get(here).text
    assert "Cette journée a-t-elle eu lieu" in page
    assert "Signaler une absence" not in page
    assert "une journée sans convention" not in page
    anna.post(f"{here}/not-held")
    assert told(engine, company.session) == [("Bruno", "visit_absence")]
    (mail,) = mails(engine, "visit_absence")
    assert "Anna Roy dit que la journée n’a pas eu lieu" in mail.text
    assert "Personne n’est en cause" in mail.text
    for who in (anna, enter(company.bruno), enter(company.hr)):
        page = who.get(here).text
        assert "n’a pas eu lieu, faute de convention" in page
        assert "la convention entre les deux sociétés manquait" in page
    assert "On vous a dit absent" not in enter(company.bruno).get("/home").text
    told_so = anna.get(f"/api/v1{here}").json()
    assert (told_so["not_held_by"], told_so["disputed"], told_so["without_agreement"]) == (
        "visitor",
        False,
        False,
    )
    (kept,) = [one for one in anna.get("/me/data.json").json()["visits"] if one.get("day") == str(MONDAY)]
    assert kept["status"] == "not_held"


@pytest.mark.parametrize("free", [True, False])
def test_the_other_reads_what_becomes_of_the_exchange(
    company: Company, engine: Engine, day: Visit, monkeypatch: pytest.MonkeyPatch, free: bool
) -> None:
    """As their page and home say: another day, or what is left where none suits both."""
    monkeypatch.setattr(moving, "finds_day", lambda *_: free)
    say(company, day, company.anna)
    told(engine, company.session)
    (mail,) = mails(engine, "visit_absence")
    assert ("vous pouvez en choisir une autre ensemble" in mail.text) is free
    assert ("ou proposez d’en rester à une" in mail.text) is not free


@pytest.mark.parametrize("who", ["anna", "bruno", "hr"])
def test_what_is_past_is_not_headed_as_if_it_were_to_come(
    company: Company, enter: Enter, clock: Clock, day: Visit, who: str
) -> None:
    here = f"/visits/{day.id}"
    browser = enter(getattr(company, who))
    for held in (False, True):
        if held:
            day.agreement_at = BEFORE
        page = browser.get(here).text
        assert "journée du lundi 5 avril 2027" in page
        assert not any(
            f"{verb} " in page.split("</h1>")[0].split("<h1")[1] for verb in ("passez", "recevez", "passe")
        )
    clock.set(BEFORE)
    page = browser.get(here).text
    assert any(one in page for one in ("Vous passez le", "Vous recevez", "passe le lundi"))


def test_not_to_travel_comes_before_all_else_on_home(company: Company, clock: Clock, day: Visit) -> None:
    clock.set(datetime(2027, 4, 5, 6, 0, tzinfo=UTC))
    day.visitor_confirmed_at = day.host_confirmed_at = None
    company.session.flush()
    for who in (company.anna, company.bruno):
        tasks = space.tasks_of(company.session, who, today=MONDAY, now=clock.at)
        assert tasks[0].kind == "uncertain"
        assert "confirmation" in [one.kind for one in tasks]
    day.agreement_at = BEFORE
    company.session.flush()
    tasks = space.tasks_of(company.session, company.anna, today=MONDAY, now=clock.at)
    assert tasks[0].kind == "confirmation"


def test_it_is_said_once_of_a_past_day_whose_agreement_is_missing(company: Company, day: Visit) -> None:
    session = company.session
    day.agreement_at = BEFORE
    session.flush()
    with pytest.raises(NothingInTheWay):
        say(company, day, company.anna)
    day.agreement_at = company.back.agreement_at = None
    session.flush()
    with pytest.raises(DayNotCome):
        say(company, company.back, company.anna)
    say(company, day, company.anna)
    with pytest.raises(SpokenOf):
        say(company, day, company.bruno)


def test_nobody_is_absent_from_a_day_to_which_nobody_was_told_to_come(company: Company, day: Visit) -> None:
    with pytest.raises(NobodyWasToCome):
        absences.report(company.session, *asked(company, day, company.bruno))
    day.agreement_at = BEFORE
    company.session.flush()
    absences.report(company.session, *asked(company, day, company.bruno))


def test_another_day_is_chosen_as_after_any_other_that_fell(
    company: Company, enter: Enter, day: Visit
) -> None:
    say(company, day, company.anna)
    assert "L’échange continue" in enter(company.bruno).get(f"/visits/{day.id}").text
    before = company.before(day, company.anna, MONDAY)
    other = moving.days_of(company.session, before).possible(1)[0].day
    hand = company.hand(day, company.anna, EVENING)
    proposal = moving.propose(company.session, before, other, hand, revision=day.revision)
    made = moving.accept(
        company.session,
        company.before(day, company.bruno, MONDAY),
        proposal.id or 0,
        company.hand(day, company.bruno, EVENING),
    )
    company.session.commit()
    assert (made.day, made.agreement_at) == (other, None)
    assert day.cancel_reason is CancelReason.AGREEMENT


def test_the_other_who_was_there_says_so_and_hr_rule(
    company: Company, engine: Engine, enter: Enter, day: Visit
) -> None:
    say(company, day, company.anna)
    with pytest.raises(NotReported):
        absences.contest(company.session, *asked(company, day, company.anna))
    enter(company.bruno).post(f"/visits/{day.id}/absence/contestation")
    hr, here = enter(company.hr), f"/campaigns/{company.campaign.id}"
    assert "attend votre avis" in hr.get("/home").text
    page = hr.get(f"{here}/absences").text
    assert "versions opposées" in page
    assert "Bruno Lam dit que la journée a bien eu lieu" in page
    (known,) = hr.get(f"/api/v1{here}/absences").json()["absences"]
    assert (known["absent"], known["said_by"], known["disputed"]) == (None, "visitor", True)
    form = hr.get(f"/visits/{day.id}/ruling").text
    assert 'value="not_held"' in form
    assert 'value="visitor"' not in form
    accused = hr.post(f"/visits/{day.id}/ruling", data={"outcome": "visitor", "version": known["version"]})
    assert accused.status_code == 409
    hr.post(f"/visits/{day.id}/ruling", data={"outcome": "not_held", "version": known["version"]})
    told(engine, company.session)
    session = company.session
    session.refresh(day)
    assert (day.disputed_at, day.missed_at is None, day.not_held_by) == (None, False, By.VISITOR)
    assert "la convention manquait" in mails(engine, "visit_absence")[-1].text


def test_hr_who_find_that_it_took_place_may_record_the_agreement_then(
    company: Company, enter: Enter, day: Visit
) -> None:
    say(company, day, company.anna)
    hr = enter(company.hr)
    version = absences.said_so_far(day, ())
    hr.post(f"/visits/{day.id}/ruling", data={"outcome": "held", "version": version})
    hr.post(f"/campaigns/{company.campaign.id}/agreements", data={**PAIR, "visit_ids": [day.id]})
    company.session.refresh(day)
    assert day.agreement_at is not None


def test_once_hr_found_that_it_took_place_it_is_told_as_any_other(
    company: Company, engine: Engine, enter: Enter, day: Visit
) -> None:
    """No question that was answered is asked again, and the task leads to the form."""
    open_forms(engine)
    say(company, day, company.anna)
    absences.contest(company.session, *asked(company, day, company.bruno))
    version = absences.said_so_far(day, ())
    enter(company.hr).post(f"/visits/{day.id}/ruling", data={"outcome": "held", "version": version})
    anna = enter(company.anna)
    home, form = anna.get("/home").text, anna.get(f"/debriefs/{day.id}").text
    assert "a-t-elle eu lieu" not in home
    assert f'href="/debriefs/{day.id}"' in home
    assert "a-t-elle eu lieu" not in form
    assert f"/visits/{day.id}/not-held" not in form
    assert "passée sans convention" not in anna.get(f"/visits/{day.id}").text


def test_calendars_say_of_such_a_day_what_its_page_says(company: Company, enter: Enter, day: Visit) -> None:
    anna = enter(company.anna)

    def state() -> tuple[str, str, str]:
        (event,) = Calendar.from_ical(anna.get(f"/visits/{day.id}.ics").text).walk("VEVENT")
        return (
            str(event["STATUS"]),
            str(event["DESCRIPTION"]),
            anna.get(f"/api/v1/visits/{day.id}").json()["state"],
        )

    status, words, known = state()
    assert (status, known) == ("TENTATIVE", "past")
    assert "Nous ne savons pas si cette journée a eu lieu" in words
    say(company, day, company.anna)
    status, words, _known = state()
    assert status == "CANCELLED"
    assert "Cette journée n’a pas eu lieu" in words
    absences.contest(company.session, *asked(company, day, company.bruno))
    assert state()[0] == "TENTATIVE"
    version = absences.said_so_far(day, ())
    enter(company.hr).post(f"/visits/{day.id}/ruling", data={"outcome": "held", "version": version})
    status, words, _known = state()
    assert status == "CONFIRMED"
    assert "convention" not in words


def test_whoever_said_it_takes_it_back(company: Company, engine: Engine, enter: Enter, day: Visit) -> None:
    say(company, day, company.anna)
    with pytest.raises(NothingToTakeBack):
        absences.take_back(company.session, *asked(company, day, company.bruno))
    enter(company.anna).post(f"/visits/{day.id}/absence/withdrawal")
    assert told(engine, company.session)[-1] == ("Bruno", "visit_absence")
    company.session.refresh(day)
    assert (day.missed_at, day.not_held_by) == (None, None)


def test_a_report_is_taken_back_and_the_forms_open_again(
    company: Company, engine: Engine, enter: Enter, clock: Clock
) -> None:
    company.campaign.status = Status.RUNNING
    clock.set(EVENING)
    visit, session = company.there, company.session
    absences.report(session, *asked(company, visit, company.bruno))
    session.commit()
    before = company.before(visit, company.anna, MONDAY)
    day = moving.days_of(session, before).possible(1)[0].day
    proposal = moving.propose(
        session, before, day, company.hand(visit, company.anna, EVENING), revision=visit.revision
    )
    session.commit()
    bruno = enter(company.bruno)
    assert "C’était une erreur" in bruno.get(f"/visits/{visit.id}").text
    assert "C’était une erreur" not in enter(company.anna).get(f"/visits/{visit.id}").text
    bruno.post(f"/visits/{visit.id}/absence/withdrawal")
    assert ("Anna", "visit_absence") in told(engine, session)
    assert "vous pouvez en faire le bilan" in mails(engine, "visit_absence")[-1].text
    session.refresh(visit)
    assert (visit.missed_at, absences.reports_of(session, visit.id or 0)) == (None, ())
    session.refresh(proposal)
    assert proposal.status is ProposalStatus.VOID
    assert "On vous a dit absent" not in enter(company.anna).get("/home").text
    session.expunge(before.reports[0])  # another session took it back: SQLite gives its id to the next one
    absences.report(session, *asked(company, visit, company.bruno))  # it may be said again


def test_the_mail_and_the_task_of_such_a_day_ask_whether_it_took_place(
    company: Company, engine: Engine, enter: Enter, day: Visit
) -> None:
    open_forms(engine)
    told(engine, company.session)
    found = mails(engine, "debrief_invitation")
    assert len(found) == 2
    for mail in found:
        assert "a-t-elle eu lieu" in mail.subject
        assert "vous avez accueilli" not in mail.text
        assert "vous avez passé la journée" not in mail.text
        assert f"/debriefs/{day.id}" in mail.text
        assert f"/visits/{day.id}" in mail.text
    bruno = enter(company.bruno)
    assert "a-t-elle eu lieu" in bruno.get("/home").text
    assert f"/visits/{day.id}/not-held" in bruno.get(f"/debriefs/{day.id}").text
    say(company, day, company.bruno)
    assert "a-t-elle eu lieu" not in bruno.get("/home").text
    assert "il n’y a rien à raconter" in bruno.get(f"/debriefs/{day.id}").text


def test_a_day_with_its_agreement_is_told_as_lived(company: Company, engine: Engine, day: Visit) -> None:
    day.agreement_at = BEFORE
    company.session.commit()
    open_forms(engine)
    told(engine, company.session)
    assert any("vous avez accueilli" in mail.text for mail in mails(engine, "debrief_invitation"))


@pytest.mark.parametrize("what", ["recorded", "not_held", "left"])
def test_hr_settle_past_days_at_once_and_nothing_is_asked_any_more(
    company: Company, engine: Engine, enter: Enter, day: Visit, what: str
) -> None:
    company.campaign.status = Status.CLOSED  # what its people read, HR read too
    company.session.commit()
    hr, here = enter(company.hr), f"/campaigns/{company.campaign.id}/agreements"
    assert "passée sans convention" in hr.get("/home").text
    assert "passée sans convention" in enter(company.anna).get(f"/visits/{day.id}").text
    page = hr.get(here).text
    assert (
        f'id="f-visit-{day.id}" name="visit_ids" value="{day.id}" aria-describedby="h-visit-{day.id}">'
        in page
    )
    hr.post(here, data={**PAIR, "visit_ids": [day.id], "what": what})
    assert "passée sans convention" not in hr.get("/home").text
    lines = {"recorded": "agreed", "not_held": "not_held", "left": "left_without"}
    assert company.history(day)[-1] == lines[what]
    company.session.refresh(day)
    told(engine, company.session)
    assert len(mails(engine, "visit_absence")) == 2 * (what == "not_held")
    if what == "left":
        assert "Une journée laissée sans convention" in hr.get(here).text
        hr.post(here, data={**PAIR, "visit_ids": [day.id]})
        company.session.refresh(day)
        assert day.agreement_at is not None


def test_while_it_holds_every_page_says_not_to_travel_and_the_history_keeps_it(
    company: Company, engine: Engine, enter: Enter, clock: Clock, day: Visit
) -> None:
    clock.set(BEFORE)
    clockwork.warn_uncertain(engine)
    anna, here = enter(company.anna), f"/visits/{day.id}"
    sentence = "Ne vous déplacez pas avant que vos RH l’aient enregistrée"
    assert sentence in mails(engine, "visit_uncertain")[0].text
    assert sentence in anna.get(here).text
    home = anna.get("/home").text
    assert sentence in home
    assert home.count("relisez l’heure et le lieu") == 1  # for Friday, whose agreement is there
    assert anna.get(f"/api/v1{here}").json()["do_not_travel"] is True
    kinds = [one["kind"] for one in anna.get("/api/v1/me/tasks").json()["tasks"]]
    assert "uncertain" in kinds
    assert company.history(day)[-1] == "warned"
    assert "un message dit à chacun de ne pas se déplacer" in anna.get(here).text
    assert anna.get(f"/api/v1/visits/{company.back.id}").json()["do_not_travel"] is False


@pytest.mark.parametrize("both", [True, False])
def test_once_the_agreement_is_recorded_each_reads_whether_the_day_is_certain(
    company: Company, engine: Engine, enter: Enter, clock: Clock, day: Visit, both: bool
) -> None:
    clock.set(BEFORE)
    day.host_confirmed_at, day.visitor_confirmed_at = BEFORE, BEFORE if both else None
    company.session.commit()
    enter(company.hr).post(
        f"/campaigns/{company.campaign.id}/agreements", data={**PAIR, "visit_ids": [day.id]}
    )
    told(engine, company.session)
    to = {mail.to_name.split()[0]: mail for mail in mails(engine, "visit_changed")}
    if both:
        assert to["Anna"].subject.startswith("C’est certain, vous pouvez venir")
        assert "vous pouvez venir le lundi 5 avril" in to["Anna"].text
        assert "Anna Roy vient le" in to["Bruno"].subject
    else:
        assert "pas encore certain" in to["Bruno"].subject
        assert "Anna Roy n’a pas encore dit oui" in to["Bruno"].text
        assert "Nous attendons encore votre accord" in to["Anna"].text
        assert "vous pouvez venir" not in to["Anna"].text


def test_the_second_yes_does_not_say_confirmed_before_the_day_is(
    company: Company, enter: Enter, clock: Clock, day: Visit
) -> None:
    clock.set(BEFORE)
    day.visitor_confirmed_at, day.host_confirmed_at = None, BEFORE
    company.session.commit()
    sent = {"revision": day.revision}
    anna = enter(company.anna)
    anna.post(f"/visits/{day.id}/confirmation", data=sent)
    page = anna.get(f"/visits/{day.id}").text
    assert "C’est confirmé" not in page
    assert "Votre oui est noté" in page
