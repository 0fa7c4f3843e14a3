"""The tools that the other tests stand on: a broken one would let everything pass."""

import smtplib
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine, func, text
from sqlmodel import Session, select

from app.accounts.tables import Account
from app.core import clock as app_clock
from app.core.settings import settings
from tests.support.browser import axe
from tests.support.mail import Mailbox
from tests.support.web import Clock, LiveServer

pytestmark = pytest.mark.database("sqlite", "postgresql")


@pytest.mark.parametrize("time", ["first", "second"])
def test_no_test_sees_the_rows_of_another(
    account: Callable[..., Account], session: Session, time: str
) -> None:
    assert account(name="Paul Vidal").id == 1
    assert session.exec(select(func.count()).select_from(Account)).one() == 1


@pytest.mark.parametrize("time", ["first", "second"])
def test_no_test_sees_a_table_that_another_changed(engine: Engine, time: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE account ADD COLUMN shoe_size INTEGER"))


def test_the_engine_is_of_the_kind_asked_for(engine: Engine, database: str) -> None:
    assert engine.dialect.name == database


def test_time_moves_only_when_told(clock: Clock) -> None:
    before = app_clock.now()
    assert app_clock.now() == before
    clock.forward(days=1)
    assert app_clock.now() - before == timedelta(days=1)


def test_mail_arrives_in_the_mailbox(smtp: Mailbox) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "rh@exemple.fr", "paul@exemple.fr", "Votre journée"
    message.set_content("À demain !")
    host = settings().smtp_host
    assert host is not None
    with smtplib.SMTP(host, settings().smtp_port, timeout=60) as server:
        server.send_message(message)
    assert [one["Subject"] for one in smtp.to("paul@exemple.fr")] == ["Votre journée"]


def test_a_refusing_mailbox_keeps_nothing(smtp: Mailbox) -> None:
    smtp.refuse = "451 try later"
    with (
        smtplib.SMTP("127.0.0.1", smtp.port, timeout=60) as server,
        pytest.raises(smtplib.SMTPDataError, match="451"),
    ):
        server.sendmail("rh@exemple.fr", ["paul@exemple.fr"], "Subject: x\r\n\r\nx")
    assert smtp.messages == []


@pytest.mark.browser
@pytest.mark.database("sqlite")
def test_axe_finds_what_is_wrong(page: Page, live_server: LiveServer) -> None:
    page.goto("/api/v1/openapi.json")
    page.set_content("<html lang='fr'><title>t</title><main><h1>h</h1><input></main></html>")
    assert any(" label: " in line for line in axe(page))
    page.set_content("<html lang='fr'><title>t</title><main><h1>h</h1><label>n <input></label></main></html>")
    assert axe(page) == []
