"""A mail is delivered once, or visibly not; the same mail keeps its identity."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.core import jobs as events
from app.core.db import open_session
from app.core.settings import settings
from app.messages import jobs, service
from app.messages.builder import build, message_id
from app.messages.catalogue import Kind
from app.messages.errors import AlreadyOnItsWay, NotDelivered
from app.messages.readers import Reader
from app.messages.tables import Mail, MailStatus
from tests.factories import NOW, make_account, make_campaign
from tests.support.mail import Mailbox
from tests.support.web import Clock


def reader(**over: Any) -> Reader:
    values = {
        "name": "Anna Petit",
        "first_name": "Anna",
        "email": "anna@exemple.fr",
        "language": "fr",
        "account_id": None,
        "person_id": None,
    }
    return Reader(**{**values, **over})


def write(session: Session, to: Reader | None = None, *, key: str = "one", **over: Any) -> Mail | None:
    campaign = over.pop("campaign", None) or make_campaign(session)
    return service.send(
        session,
        over.pop("kind", Kind.CAMPAIGN_INVITATION),
        to or reader(),
        key=key,
        now=NOW,
        context=over.pop("context", {}),
        campaign=campaign,
        **over,
    )


def only(engine: Engine) -> Mail:
    with open_session(engine) as session:
        return session.exec(select(Mail)).one()


@pytest.fixture
def waiting(engine: Engine, clock: Clock) -> int:
    """A mail that waits to be delivered."""
    with open_session(engine) as session:
        mail = write(session)
        assert mail is not None
        return mail.id or 0


def test_a_mail_leaves_by_the_mail_server(engine: Engine, waiting: int, smtp: Mailbox) -> None:
    jobs.deliver(engine, waiting)
    assert [str(message["To"]) for message in smtp.messages] == ["Anna Petit <anna@exemple.fr>"]
    mail = only(engine)
    assert (mail.status, mail.error, mail.sent_at) == (MailStatus.SENT, None, NOW)
    assert smtp.messages[0]["Message-ID"] == f"<{message_id(mail)}>"
    assert smtp.messages[0]["Auto-Submitted"] == "auto-generated"


def test_the_event_of_a_written_mail_delivers_it(
    engine: Engine, waiting: int, smtp: Mailbox, run_jobs: Callable[[], list[str]]
) -> None:
    assert run_jobs() == ["mail.queued"]
    assert len(smtp.messages) == 1


def test_delivering_twice_sends_once(engine: Engine, waiting: int, smtp: Mailbox) -> None:
    jobs.deliver(engine, waiting)
    jobs.deliver(engine, waiting)
    assert len(smtp.messages) == 1


def test_without_mail_server_it_lies_in_the_outbox_folder(engine: Engine, waiting: int, data: Path) -> None:
    jobs.deliver(engine, waiting)
    path = data / "outbox" / f"{waiting}.eml"
    assert path.stat().st_mode & 0o077 == 0
    message = message_from_bytes(path.read_bytes(), policy=default)
    assert message["Subject"] == only(engine).subject
    assert only(engine).status == MailStatus.KEPT


def test_a_temporary_refusal_is_tried_again_with_the_same_identity(
    engine: Engine, waiting: int, smtp: Mailbox
) -> None:
    smtp.refuse = "451 later"
    before = message_id(only(engine))
    with pytest.raises(NotDelivered, match="smtp 451"):
        jobs.deliver(engine, waiting)
    assert (only(engine).status, only(engine).error) == (MailStatus.WAITING, "smtp 451")
    smtp.refuse = None
    jobs.deliver(engine, waiting)
    assert smtp.messages[0]["Message-ID"] == f"<{before}>"
    assert (only(engine).status, only(engine).error) == (MailStatus.SENT, None)


def test_a_final_refusal_is_shown_as_failed(engine: Engine, waiting: int, smtp: Mailbox) -> None:
    smtp.refuse = "550 no such user"
    jobs.deliver(engine, waiting)
    assert (only(engine).status, only(engine).error) == (MailStatus.FAILED, "smtp 550")
    smtp.refuse = None
    jobs.deliver(engine, waiting)
    assert smtp.messages == []


def test_a_server_out_of_reach_never_loses_a_mail(
    engine: Engine, waiting: int, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("SMTP_PORT", "1")
    monkeypatch.setenv("SMTP_SECURITY", "none")
    settings.cache_clear()
    raised = 0
    for _attempt in range(len(jobs.PAUSES) + 1):
        assert only(engine).status == MailStatus.WAITING
        try:
            jobs.deliver(engine, waiting)
        except NotDelivered:
            raised += 1
        clock.forward(days=1)
    assert raised == 2
    assert (only(engine).status, only(engine).error) == (MailStatus.FAILED, "connection")


def test_a_worker_that_died_gives_its_mail_back(
    engine: Engine, waiting: int, smtp: Mailbox, clock: Clock, run_jobs: Callable[[], list[str]]
) -> None:
    run_jobs_done = jobs._claim(engine, waiting)
    assert run_jobs_done is not None
    jobs.deliver(engine, waiting)
    assert smtp.messages == []  # another worker may still be talking to the server
    clock.forward(minutes=20)
    jobs.retry_overdue(engine)
    run_jobs()
    assert len(smtp.messages) == 1


def test_a_lost_job_is_asked_for_again(
    engine: Engine, waiting: int, smtp: Mailbox, clock: Clock, run_jobs: Callable[[], list[str]]
) -> None:
    events.forget(engine, [job_id for job_id, _name, _payload in events.pending(engine)])
    jobs.retry_overdue(engine)
    assert run_jobs() == []  # not yet
    clock.forward(minutes=16)
    jobs.retry_overdue(engine)
    jobs.retry_overdue(engine)
    assert run_jobs() == ["mail.queued"]
    assert len(smtp.messages) == 1


def test_the_same_news_is_written_once(session: Session) -> None:
    campaign = make_campaign(session)
    assert write(session, campaign=campaign) is not None
    assert write(session, campaign=campaign) is None
    assert len(session.exec(select(Mail)).all()) == 1


def test_somebody_without_address_is_told_on_paper(session: Session, engine: Engine) -> None:
    mail = write(session, reader(email=None))
    assert mail is not None
    assert mail.status == MailStatus.UNREACHABLE
    assert "Bonjour Anna" in mail.text
    session.commit()
    assert events.pending(engine) == []


def test_a_failed_mail_can_be_sent_again_and_a_sent_one_not(
    engine: Engine, waiting: int, smtp: Mailbox, run_jobs: Callable[[], list[str]]
) -> None:
    smtp.refuse = "550 no"
    run_jobs()
    smtp.refuse = None
    with open_session(engine) as session:
        service.send_again(session, session.exec(select(Mail)).one(), now=NOW)
    run_jobs()
    assert len(smtp.messages) == 1
    with open_session(engine) as session, pytest.raises(AlreadyOnItsWay):
        service.send_again(session, session.exec(select(Mail)).one(), now=NOW)


def link_mail(engine: Engine) -> Mail:
    with open_session(engine) as session:
        account = make_account(session, "Claire Morel")
    jobs.send_sign_in_link(engine, account.id, next="/home", request="r1")
    return only(engine)


def test_a_sign_in_link_is_mailed_then_forgotten(engine: Engine, clock: Clock, smtp: Mailbox) -> None:
    mail = link_mail(engine)
    assert "/sign-in/links/" in mail.text
    jobs.deliver(engine, mail.id or 0)
    assert "/sign-in/links/" in str(smtp.messages[0].get_body(("plain",)))
    assert (only(engine).text, only(engine).html) == ("", "")


def test_the_same_request_mails_one_link(engine: Engine, clock: Clock) -> None:
    mail = link_mail(engine)
    jobs.send_sign_in_link(engine, mail.account_id, next="/home", request="r1")
    assert only(engine).id == mail.id


def test_an_unknown_address_gets_no_link(engine: Engine, clock: Clock) -> None:
    jobs.send_sign_in_link(engine, None, next="/", request="r1")
    with open_session(engine) as session:
        assert session.exec(select(Mail)).all() == []


def test_mails_are_erased_after_a_year_with_their_files(
    engine: Engine, waiting: int, clock: Clock, data: Path
) -> None:
    jobs.deliver(engine, waiting)
    clock.forward(days=364)
    jobs.tidy(engine)
    assert only(engine).id == waiting
    clock.forward(days=2)
    jobs.tidy(engine)
    with open_session(engine) as session:
        assert session.exec(select(Mail)).all() == []
    assert list((data / "outbox").iterdir()) == []


HOSTILE = [
    "Anna\r\nBcc: victim@exemple.fr",
    "Anna\nSubject: other",
    "Anna\x85X-Injected: yes",
    "Anna\u2028X-Injected: yes",
    "Anna\r",
    '"Anna" <other@exemple.fr>',
    "Anna\x00\x0b\x0c",
    "=?utf-8?q?Anna=0ABcc=3A_v?=",
    "Anna, other@exemple.fr",
    "Zoé, other@exemple.fr",
    "Zoé <other@exemple.fr>\r\n X: é",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_changes_no_header(session: Session, name: str) -> None:
    typed = name.replace("\x00", "")  # PostgreSQL keeps no NUL
    campaign = make_campaign(session, name=typed, story=typed)
    mail = write(session, reader(name=name, first_name=name), campaign=campaign)
    assert mail is not None
    honest = write(session, key="two")
    assert honest is not None
    raw = build(mail).as_bytes()
    parsed = message_from_bytes(raw, policy=default)
    assert sorted(parsed.keys()) == sorted(build(honest).keys())
    assert [address.addr_spec for address in parsed["To"].addresses] == ["anna@exemple.fr"]


def test_the_mail_is_written_in_its_readers_language(session: Session) -> None:
    mail = write(session, reader(language="en"))
    assert mail is not None
    assert mail.language == "en"
    assert '<html lang="en">' in mail.html


def test_identity_follows_from_the_row(session: Session) -> None:
    mail = write(session)
    assert mail is not None
    assert message_id(mail) == message_id(mail)
    later = mail.model_copy(update={"created_at": NOW + timedelta(days=1)})
    assert message_id(later) != message_id(mail)


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_an_accent_before_the_at_sign_is_an_address_where_the_server_knows_it(
    engine: Engine, clock: Clock, smtp: Mailbox, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    if not known:
        monkeypatch.setattr("smtplib.SMTP.has_extn", lambda _server, name: name.lower() != "smtputf8")
    with open_session(engine) as session:
        write(session, reader(email="jeanne.gárate@exemple.fr"))
    jobs.deliver(engine, only(engine).id or 0)
    assert len(smtp.to("jeanne.gárate@exemple.fr")) == (1 if known else 0)
    assert only(engine).status == (MailStatus.SENT if known else MailStatus.FAILED)
