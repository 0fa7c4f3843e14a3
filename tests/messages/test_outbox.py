"""Administrators see every mail, HR what must be told on paper; nobody reads another's secret."""

from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from threading import Thread

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.accounts.tables import AuditEntry
from app.campaigns.tables import Campaign, Status
from app.core.db import open_session
from app.core.jobs import record
from app.messages import jobs, service
from app.messages.catalogue import Kind
from app.messages.readers import reader_of
from app.messages.tables import Mail, MailStatus
from app.people.tables import Person
from tests.factories import NOW, make_account, make_campaign, make_person, make_site, make_team
from tests.support.accounts import SignIn
from tests.support.mail import Mailbox
from tests.support.web import Clock, browser_of


def entered(app: FastAPI, engine: Engine, sign_in: SignIn, **roles: bool) -> TestClient:
    with open_session(engine) as session:
        account = make_account(session, "Claire Morel", **roles)
    browser = browser_of(app)
    sign_in(browser, account)
    return browser


@pytest.fixture
def admin(app: FastAPI, engine: Engine, sign_in: SignIn, clock: Clock) -> TestClient:
    """An administrator's browser."""
    return entered(app, engine, sign_in, is_admin=True)


@pytest.fixture
def hr(app: FastAPI, engine: Engine, sign_in: SignIn, clock: Clock) -> TestClient:
    """A browser of HR."""
    return entered(app, engine, sign_in, is_hr=True)


@pytest.fixture
def campaign(engine: Engine, clock: Clock) -> Campaign:
    """An open campaign with Anna (mail) and Nina (none), at two sites."""
    with open_session(engine) as session:
        lyon = make_team(session, make_site(session, name="Lyon"), name="Boutique")
        lille = make_team(session, make_site(session, name="Lille"), name="Comptoir")
        make_person(session, lyon, first_name="Anna", last_name="Petit", email="anna@exemple.fr")
        make_person(session, lille, first_name="Nina", last_name="Faure", email=None)
        return make_campaign(session, story="Une journée ailleurs.")


def mails(engine: Engine) -> list[Mail]:
    """By name, Nina before Anna."""
    with open_session(engine) as session:
        return sorted(session.exec(select(Mail)), key=lambda mail: (mail.to_name, mail.id), reverse=True)


def opened(engine: Engine, campaign: Campaign, run_jobs: Callable[[], list[str]]) -> None:
    with open_session(engine) as session:
        record(session, "campaign.opened", campaign_id=campaign.id)
    run_jobs()


def revealings(engine: Engine) -> list[tuple[str, dict[str, object]]]:
    with open_session(engine) as session:
        found = session.exec(select(AuditEntry).where(AuditEntry.action == "mail.revealed"))
        return [(entry.subject, entry.details) for entry in found]


def test_an_opened_campaign_invites_everybody_once(
    engine: Engine, campaign: Campaign, run_jobs: Callable[[], list[str]]
) -> None:
    opened(engine, campaign, run_jobs)
    opened(engine, campaign, run_jobs)
    assert [(mail.to_name, mail.status) for mail in mails(engine)] == [
        ("Nina Faure", MailStatus.UNREACHABLE),
        ("Anna Petit", MailStatus.KEPT),
    ]
    text = mails(engine)[1].text
    for words in (
        "Bonjour Anna",
        "Une journée ailleurs.",
        "vendredi 12 mars 2027",
        "/enrolment",
        "parce que",
    ):
        assert words in text


def test_a_campaign_that_closed_meanwhile_invites_nobody(engine: Engine, campaign: Campaign) -> None:
    with open_session(engine) as session:
        session.get_one(Campaign, campaign.id).status = Status.CANCELLED
    jobs.invite_everybody(engine, campaign.id or 0)
    assert mails(engine) == []


def test_a_reminder_goes_to_the_named_people_once_a_day(
    engine: Engine, campaign: Campaign, clock: Clock
) -> None:
    for _twice in range(2):
        jobs.remind(engine, campaign.id or 0, [1])
    assert [mail.to_name for mail in mails(engine)] == ["Anna Petit"]
    clock.forward(days=1)
    jobs.remind(engine, campaign.id or 0, [1])
    assert len(mails(engine)) == 2


def test_the_outbox_is_filtered_and_opened(
    engine: Engine, admin: TestClient, campaign: Campaign, run_jobs: Callable[[], list[str]]
) -> None:
    opened(engine, campaign, run_jobs)
    assert "Anna Petit" in admin.get("/admin/outbox").text
    filtered = admin.get("/admin/outbox", params={"status": "unreachable", "kind": "", "q": ""}).text
    assert "Nina Faure" in filtered
    assert "Anna Petit" not in filtered
    for typed in ("nina", "FAURE nina", "FÀURE printemps"):
        page = admin.get("/admin/outbox", params={"q": typed}).text
        assert "Nina Faure" in page, typed
        assert "Anna Petit" not in page
    mail = mails(engine)[1]
    assert "Bonjour Anna" in admin.get(f"/admin/outbox/{mail.id}").text
    layout = admin.get(f"/admin/outbox/{mail.id}/layout")
    assert "sandbox" in layout.headers["content-security-policy"]
    assert "script-src" not in layout.headers["content-security-policy"]
    file = admin.get(f"/admin/outbox/{mail.id}/message.eml")
    assert message_from_bytes(file.content, policy=default)["To"].addresses[0].addr_spec == "anna@exemple.fr"
    assert admin.get("/admin/outbox/999").status_code == 404


def test_an_empty_outbox_teaches(admin: TestClient) -> None:
    assert "Les messages se liront ici" in admin.get("/admin/outbox").text


def test_only_administrators_open_the_outbox(
    engine: Engine, hr: TestClient, campaign: Campaign, run_jobs: Callable[[], list[str]]
) -> None:
    opened(engine, campaign, run_jobs)
    for path in ("", "/1", "/1/layout", "/1/message.eml"):
        assert hr.get(f"/admin/outbox{path}").status_code == 403
    assert hr.post("/admin/outbox/1/sending").status_code == 403
    assert hr.get("/api/v1/outbox").status_code == 403


def test_a_failed_mail_is_sent_again_from_its_page(
    engine: Engine,
    admin: TestClient,
    campaign: Campaign,
    smtp: Mailbox,
    run_jobs: Callable[[], list[str]],
) -> None:
    smtp.refuse = "550 no"
    opened(engine, campaign, run_jobs)
    mail = mails(engine)[1]
    assert "smtp 550" in admin.get(f"/admin/outbox/{mail.id}").text
    assert "n’a pas pu partir" in admin.get("/admin/outbox").text
    smtp.refuse = None
    assert admin.post(f"/admin/outbox/{mail.id}/sending").status_code == 303
    run_jobs()
    assert mails(engine)[1].status == MailStatus.SENT
    assert admin.post(f"/admin/outbox/{mail.id}/sending").status_code == 409


def test_a_personal_link_is_shown_on_demand_where_no_server_carries_it(
    engine: Engine, admin: TestClient, run_jobs: Callable[[], list[str]]
) -> None:
    with open_session(engine) as session:
        account = make_account(session, "Bruno Roux")
    jobs.send_sign_in_link(engine, account.id, next="/", request="r")
    run_jobs()
    (mail,) = mails(engine)
    address = f"/admin/outbox/{mail.id}"
    for path in ("", "/reveal"):
        page = admin.get(f"{address}{path}")
        assert page.status_code == 200
        assert "/sign-in/links/" not in page.text
    for path in ("layout", "message.eml"):
        assert admin.get(f"{address}/{path}").status_code == 404
    assert revealings(engine) == []
    assert "/sign-in/links/" in admin.post(f"{address}/reveal").text
    assert revealings(engine) == [(f"mail:{mail.id}", {})]


def test_a_waiting_personal_link_is_hidden_where_a_server_carries_it(
    engine: Engine, admin: TestClient, smtp: Mailbox
) -> None:
    with open_session(engine) as session:
        account = make_account(session, "Bruno Roux")
    jobs.send_sign_in_link(engine, account.id, next="/", request="r")
    (mail,) = mails(engine)
    assert "/sign-in/links/" not in admin.get(f"/admin/outbox/{mail.id}").text
    for path in ("layout", "message.eml"):
        assert admin.get(f"/admin/outbox/{mail.id}/{path}").status_code == 404
    assert admin.post(f"/admin/outbox/{mail.id}/reveal").status_code == 303
    assert revealings(engine) == []


def test_hr_prints_hands_over_and_ticks_off(
    engine: Engine, hr: TestClient, campaign: Campaign, run_jobs: Callable[[], list[str]]
) -> None:
    opened(engine, campaign, run_jobs)
    path = f"/campaigns/{campaign.id}/paper"
    page = hr.get(path).text
    assert "Nina Faure" in page
    assert "Anna Petit" not in page
    letters = hr.get(f"{path}/letters").text
    assert "Bonjour Nina" in letters
    assert "Comptoir" in letters
    letter = mails(engine)[0]
    assert hr.post(f"{path}/handing", data={"mail": letter.id}).status_code == 303
    assert mails(engine)[0].status == MailStatus.TOLD
    assert "Tout le monde est prévenu" in hr.get(path).text


def test_nobody_hands_over_an_invitation_whose_answer_is_too_late(
    engine: Engine, hr: TestClient, campaign: Campaign, run_jobs: Callable[[], list[str]], clock: Clock
) -> None:
    opened(engine, campaign, run_jobs)
    clock.forward(days=(campaign.enrol_until - NOW.date()).days)
    assert "Nina Faure" in hr.get(f"/campaigns/{campaign.id}/paper").text
    clock.forward(days=1)
    assert "Tout le monde est prévenu" in hr.get(f"/campaigns/{campaign.id}/paper").text


def test_handing_over_touches_only_letters_of_the_campaign(
    engine: Engine, hr: TestClient, campaign: Campaign, run_jobs: Callable[[], list[str]]
) -> None:
    opened(engine, campaign, run_jobs)
    with open_session(engine) as session:
        other = make_campaign(session)
    ids = [mail.id for mail in mails(engine)]
    hr.post(f"/campaigns/{other.id}/paper/handing", data={"mail": ids})
    hr.post(f"/campaigns/{campaign.id}/paper/handing", data={"mail": ids[1]})
    assert [mail.status for mail in mails(engine)] == [MailStatus.UNREACHABLE, MailStatus.KEPT]


def test_others_see_no_letters(app: FastAPI, engine: Engine, sign_in: SignIn, campaign: Campaign) -> None:
    browser = entered(app, engine, sign_in)
    for path in ("paper", "paper/letters"):
        assert browser.get(f"/campaigns/{campaign.id}/{path}").status_code == 403


def test_the_api_tells_where_mails_stand_without_addresses(
    engine: Engine, admin: TestClient, campaign: Campaign, run_jobs: Callable[[], list[str]]
) -> None:
    opened(engine, campaign, run_jobs)
    answer = admin.get("/api/v1/outbox", params={"status": "kept"})
    assert [mail["kind"] for mail in answer.json()["mails"]] == [Kind.CAMPAIGN_INVITATION]
    assert "anna" not in answer.text.lower()


def test_a_person_s_mails_are_exported_and_erased(
    engine: Engine, campaign: Campaign, run_jobs: Callable[[], list[str]]
) -> None:
    opened(engine, campaign, run_jobs)
    anna_id = mails(engine)[1].person_id
    with open_session(engine) as session:
        anna = session.get_one(Person, anna_id)
        assert [one["to"] for one in service.export(session, anna)] == ["anna@exemple.fr"]
        service.erase(session, anna)
        assert service.export(session, anna) == []


def test_answers_go_to_whoever_created_the_campaign(
    engine: Engine, campaign: Campaign, run_jobs: Callable[[], list[str]]
) -> None:
    with open_session(engine) as session:
        lead = make_account(session, "Claire Morel", email="claire@exemple.fr", is_hr=True)
        session.get_one(Campaign, campaign.id).created_by = lead.id
    opened(engine, campaign, run_jobs)
    assert mails(engine)[1].reply_to == "claire@exemple.fr"
    assert "Répondez à ce message" in mails(engine)[1].text


def test_every_mail_says_why_and_how_to_answer(engine: Engine, campaign: Campaign) -> None:
    with open_session(engine) as session:
        for kind in (Kind.CAMPAIGN_INVITATION, Kind.ENROLMENT_REMINDER, Kind.NO_MATCH):
            for language in ("fr", "en"):
                account = make_account(session, language=language)
                mail = service.send(
                    session,
                    kind,
                    reader_of(account),
                    key=f"{kind}:{language}",
                    now=NOW,
                    context={"reason": "Aucun jour commun.", "bookable": None},
                    campaign=session.get_one(Campaign, campaign.id),
                )
                assert mail is not None
                assert "\n--\n" in mail.text
                assert f'lang="{language}"' in mail.html
                assert "style=" not in mail.html
                assert "{{" not in mail.text + mail.html + mail.subject
                assert "\n" not in mail.subject


@pytest.mark.database("sqlite", "postgresql")
def test_of_two_jobs_that_tell_the_same_news_at_once_one_writes_and_neither_fails(engine: Engine) -> None:
    made: list[Mail | None] = []
    with open_session(engine) as session:
        reader = reader_of(make_account(session, "Anna Roy"))

    def tell(session: Session) -> Mail | None:
        said = {"link": "x", "lifetime": "1 h", "token": "x", "minutes": 5}
        return service.send(session, Kind.SIGN_IN_LINK, reader, key="same", now=NOW, context=said)

    def beside() -> None:
        with open_session(engine) as session:
            made.append(tell(session))

    other = Thread(target=beside)
    with open_session(engine) as session:
        tell(session)
        other.start()
        other.join(0.5)
        assert other.is_alive(), "it did not wait"
    other.join(30)
    assert made == [None]
