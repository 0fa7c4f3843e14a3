"""The private address of a calendar: read by a job, kept sealed or forgotten, refused with a reason."""

import json
import logging

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.accounts.tables import AuditEntry
from app.availability.busy import jobs as busy_jobs
from app.availability.busy.lines import Fault, Refused
from app.core import jobs
from app.core.outbound import NotFetched, Why
from app.core.settings import settings
from app.worker import drain
from tests.availability.busy.files import calendar
from tests.availability.busy.giving import (
    ADDRESS,
    BUSY,
    TAKEN,
    Enter,
    base,
    enrolment,
    give,
    row,
    shown,
)
from tests.availability.conftest import Company, Open
from tests.support.web import Clock


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where the fetching is replaced: the addresses asked for."""
    asked: list[str] = []

    def fetch(address: str, *, http: bool) -> bytes:
        asked.append(address)
        return TAKEN

    monkeypatch.setattr(busy_jobs, "fetch", fetch)
    return asked


@pytest.mark.usefixtures("allowed")
def test_an_address_is_read_by_a_job_and_then_forgotten(
    anna: Company, committed: Open, enter: Enter, engine: Engine, server: list[str]
) -> None:
    client = enter(anna.anna)
    assert give(client, anna).status_code == 303
    assert server == []
    assert "lecture en cours" in client.get(base(anna)).text
    assert drain(engine) == ["calendar.given"]
    assert server == [ADDRESS]
    kept = row(anna, committed)
    assert kept is not None
    assert (kept.days, kept.sealed_address, kept.due_at) == (BUSY, None, None)
    assert "2027-04-27" not in enrolment(anna, committed).visit_days
    assert "Votre agenda : 2 jours pris" in shown(client, anna)


@pytest.mark.usefixtures("allowed")
def test_an_address_kept_is_sealed_and_read_each_day_until_the_enrolment_closes(
    anna: Company, committed: Open, enter: Enter, engine: Engine, server: list[str], clock: Clock
) -> None:
    give(enter(anna.anna), anna, "webcal://agenda.exemple.fr/prive/canari-4f1c/basic.ics", daily="1")
    drain(engine)
    busy_jobs.ask_due(engine)
    assert drain(engine) == []
    clock.forward(days=1, minutes=1)
    busy_jobs.ask_due(engine)
    busy_jobs.ask_due(engine)
    assert drain(engine) == ["calendar.given"]
    assert server == [ADDRESS, ADDRESS]
    clock.forward(days=12)
    busy_jobs.forget_closed(engine)
    kept = row(anna, committed)
    assert kept is not None
    assert (kept.sealed_address, kept.daily, kept.due_at) == (None, False, None)


@pytest.mark.usefixtures("allowed", "server")
def test_days_read_before_stay_and_are_said_when_the_next_reading_fails(
    anna: Company, enter: Enter, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, kept = enter(anna.anna), "Les jours pris lus auparavant sont gardés"
    give(client, anna)
    drain(engine)
    page = client.get(base(anna)).text
    assert kept not in page
    version = int(page.split('name="version" value="')[1].split('"')[0])

    def fail(*_: object, **__: object) -> bytes:
        raise NotFetched(Why.UNREACHABLE)

    monkeypatch.setattr(busy_jobs, "fetch", fail)
    give(client, anna, version=version)
    assert "lecture en cours" in client.get(base(anna)).text
    drain(engine)
    page = shown(client, anna)
    assert "Votre agenda : 2 jours pris" in page
    assert "ne répond pas" in page
    assert kept in page


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (NotFetched(Why.UNREACHABLE), "ne répond pas"),
        (NotFetched(Why.REDIRECTED), "renvoie vers une autre"),
        (NotFetched(Why.NOT_ALLOWED), "ne peut pas être lue"),
        (NotFetched(Why.ANSWERED_NO), "ne donne pas d’agenda"),
        (NotFetched(Why.TOO_SLOW), "trop lentement"),
        (NotFetched(Why.TOO_LARGE), "dépasse 10 Mo"),
        (Refused(Fault.NO_CALENDAR), "Ce n’est pas un agenda"),
        (Refused(Fault.TOO_MANY), "trop d’événements"),
        (Refused(Fault.TOO_COMPLICATED), "trop compliqué"),
        (Refused(Fault.NOT_NOW), "Réessayez dans une minute"),
    ],
)
def test_a_reading_that_fails_says_why_and_keeps_no_address(
    anna: Company,
    committed: Open,
    enter: Enter,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    trouble: Exception,
    said: str,
) -> None:
    def fail(*_: object, **__: object) -> bytes:
        raise trouble

    monkeypatch.setattr(busy_jobs, "fetch", fail)
    client = enter(anna.anna)
    give(client, anna)
    drain(engine)
    kept = row(anna, committed)
    assert kept is not None
    assert kept.sealed_address is None
    assert said in client.get(base(anna)).text
    assert enrolment(anna, committed).visit_days[1] == "2027-04-27"


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize(
    "bad", ["http://agenda.exemple.fr/a.ics", "https://10.0.0.1:8443/", "javascript:alert(1)"]
)
def test_an_address_of_another_form_is_refused_at_once(
    anna: Company, committed: Open, enter: Enter, bad: str
) -> None:
    assert give(enter(anna.anna), anna, bad).status_code == 422
    assert row(anna, committed) is None


@pytest.mark.usefixtures("allowed")
def test_an_address_given_meanwhile_wins_over_the_reading_under_way(
    anna: Company, committed: Open, enter: Enter, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = enter(anna.anna)
    give(client, anna)

    def fetch_while_it_changes(address: str, *, http: bool) -> bytes:
        monkeypatch.setattr(busy_jobs, "fetch", lambda *_, **__: calendar())
        assert give(client, anna, "https://autre.exemple.fr/a.ics", version=2).status_code == 303
        return TAKEN

    monkeypatch.setattr(busy_jobs, "fetch", fetch_while_it_changes)
    drain(engine)
    kept = row(anna, committed)
    assert kept is not None
    assert kept.days == []
    assert "2027-04-27" in enrolment(anna, committed).visit_days


OTHER = "https://autre.exemple.fr/a.ics"


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize("wrong", [True, False])
def test_a_former_address_goes_on_until_the_new_one_is_read(
    anna: Company,
    committed: Open,
    enter: Enter,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    server: list[str],
    clock: Clock,
    wrong: bool,
) -> None:
    client, kept = enter(anna.anna), "celle que vous aviez donnée avant continue d’être relue chaque jour"
    give(client, anna, daily="1")
    drain(engine)
    version = enrolment(anna, committed).version
    taken = busy_jobs.fetch

    def fetch(address: str, *, http: bool) -> bytes:
        if address == OTHER and wrong:
            raise NotFetched(Why.ANSWERED_NO)
        return taken(address, http=http)

    monkeypatch.setattr(busy_jobs, "fetch", fetch)
    give(client, anna, OTHER, version=version, daily="1")
    assert "lecture en cours" in client.get(base(anna)).text
    drain(engine)
    page = shown(client, anna)
    assert ("ne donne pas d’agenda" in page) is wrong
    assert (kept in page) is wrong
    assert "Votre agenda : 2 jours pris" in page
    assert client.get(f"/api/v1{base(anna)}/busy").json()["former_kept"] is wrong
    server.clear()
    clock.forward(days=1, minutes=1)
    busy_jobs.ask_due(engine)
    drain(engine)
    assert server == [ADDRESS if wrong else OTHER]
    assert (kept in shown(client, anna)) is wrong  # until they give another
    version = enrolment(anna, committed).version
    give(client, anna, version=version, daily="1")
    drain(engine)
    assert kept not in shown(client, anna)


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize("hours", [20, 28])
def test_a_wrong_address_does_not_put_off_the_next_reading_of_the_former_one(
    anna: Company,
    committed: Open,
    enter: Enter,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    server: list[str],
    clock: Clock,
    hours: int,
) -> None:
    client = enter(anna.anna)
    give(client, anna, daily="1")
    drain(engine)
    taken = busy_jobs.fetch

    def fetch(address: str, *, http: bool) -> bytes:
        if address == OTHER:
            raise NotFetched(Why.ANSWERED_NO)
        return taken(address, http=http)

    monkeypatch.setattr(busy_jobs, "fetch", fetch)
    clock.forward(hours=12)
    give(client, anna, OTHER, version=enrolment(anna, committed).version, daily="1")
    drain(engine)
    server.clear()
    clock.forward(hours=hours - 12)
    busy_jobs.ask_due(engine)
    drain(engine)
    assert server == ([ADDRESS] if hours > 24 else [])


@pytest.mark.usefixtures("allowed", "server")
def test_the_address_stands_nowhere_in_plain(
    anna: Company, committed: Open, enter: Enter, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    client = enter(anna.anna)
    with caplog.at_level(logging.DEBUG):
        give(client, anna, daily="1")
        waiting = json.dumps(jobs.pending(engine))
        drain(engine)
    kept = row(anna, committed)
    assert kept is not None
    assert kept.sealed_address is not None
    assert b"canari" not in kept.sealed_address
    with committed() as session:
        audited = " ".join(str(one.model_dump()) for one in session.exec(select(AuditEntry)))
    pages = (
        client.get(base(anna)).text
        + client.get(f"/api/v1{base(anna)}/busy").text
        + client.get("/my-data").text
    )
    for place in (waiting, caplog.text, audited, pages):
        assert "canari-4f1c" not in place


@pytest.mark.usefixtures("allowed")
def test_once_it_allows_no_addresses_any_more_those_kept_are_dropped_unread(
    anna: Company,
    committed: Open,
    enter: Enter,
    engine: Engine,
    server: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    give(enter(anna.anna), anna, daily="1")
    monkeypatch.setenv("CALENDAR_ADDRESSES", "off")
    settings.cache_clear()
    drain(engine)
    kept = row(anna, committed)
    assert kept is not None
    assert (server, kept.sealed_address, kept.due_at) == ([], None, None)


@pytest.mark.usefixtures("allowed", "server")
def test_an_address_sealed_under_another_secret_is_dropped(
    anna: Company, committed: Open, enter: Enter, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(enter(anna.anna), anna, daily="1")
    monkeypatch.setenv("SECRET_KEY", "another")
    settings.cache_clear()
    drain(engine)
    kept = row(anna, committed)
    assert kept is not None
    assert (kept.sealed_address, kept.fault) == (None, "not_allowed")
