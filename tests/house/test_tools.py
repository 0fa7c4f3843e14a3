"""The tools that the other tests stand on: a broken one would let everything pass."""

import os
import re
import smtplib
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine, func, text
from sqlmodel import Session, select

from app.accounts.tables import Account
from app.core import clock as app_clock
from app.core.settings import ROOT, settings
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


def collected(*options: str) -> dict[str, set[str]]:
    """The databases of each test or example of a file in which some depend on the database."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "tests/campaigns/test_lifecycle.py"]
    env = {name: value for name, value in os.environ.items() if not name.startswith(("TEST_", "PYTEST_"))}
    done = subprocess.run([*command, *options], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    found = defaultdict[str, set[str]](set)
    for before, kind, after in re.findall(r"(?m)::(.*)\b(sqlite|postgresql)\b(.*)$", done.stdout):
        found[before + after].add(kind)
    return found


def test_the_databases_take_turns_but_where_a_test_depends_on_them() -> None:
    turns, both = collected(), collected("--database", "both")
    assert turns.keys() == both.keys(), "nothing is left out"
    of_either = {name: kinds for name, kinds in turns.items() if len(both[name]) == 2}
    assert {name.partition("[")[0] for name, kinds in of_either.items() if len(kinds) == 2} == {
        "test_of_two_who_open_at_once_one_wins"
    }
    alone = Counter(next(iter(kinds)) for kinds in of_either.values() if len(kinds) == 1)
    assert alone["sqlite"] > 1
    assert abs(alone["sqlite"] - alone["postgresql"]) <= 1


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
