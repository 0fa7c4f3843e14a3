"""Giving one's calendar: what changes, what is kept, who may, and what happens by the clock."""

from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from app.availability import service as enrolments
from app.availability.busy import jobs as busy_jobs
from app.availability.busy import service
from app.availability.busy.reading import Reading
from app.availability.queries import find_enrolling
from app.availability.tables import Answer, BusyCalendar
from app.campaigns.tables import Campaign, Exchange, Status
from app.core.settings import settings
from tests.availability.busy.files import calendar, timed
from tests.availability.busy.giving import ADDRESS, BUSY, TAKEN, Enter, base, enrolment, row, shown, upload
from tests.availability.conftest import WHEN, Company, Open
from tests.factories import NOW
from tests.support.web import Clock


def test_a_file_greys_and_unticks_the_busy_days(anna: Company, committed: Open, enter: Enter) -> None:
    client = enter(anna.anna)
    answer = upload(client, anna)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{base(anna)}#busy")
    saved = enrolment(anna, committed)
    assert saved.visit_days == ["2027-04-26", "2027-04-28", "2027-04-30", "2027-05-03"]
    assert saved.host_days == ["2027-04-28"]
    page = shown(client, anna)
    assert "Agenda lu : 2 jours pris, grisés et décochés." in page
    assert "mardi 27 avril 2027, occupé dans votre agenda" in page
    assert 'name="visit_days" value="2027-04-27">' in page


@pytest.mark.parametrize("left", [True, False])
def test_how_many_days_are_left_is_said_and_none_is_a_task(
    anna: Company, committed: Open, enter: Enter, *, left: bool
) -> None:
    with committed() as session:
        session.get_one(Campaign, anna.campaign.id).exchange = Exchange.SHADOW
    client = enter(anna.anna)
    days = [f"202704{day}" for day in range(26, 31)] + ["20270503"]
    days = days[:3] if left else days
    taken = (timed(f"{day}T090000", f"{day}T180000", uid=day) for day in days)
    upload(client, anna, calendar(*taken))
    said, none = "3 jours restent choisis", "Aucun jour ne reste choisi : cochez ceux qui vous conviennent."
    page = shown(client, anna)
    assert (said in page, none in page) == (left, not left)
    # What a wrong calendar unticked stays so after the right one: it may have been unticked by hand.
    upload(client, anna, calendar(), version=2)
    page = shown(client, anna)
    home = client.get("/home").text.replace("\u00a0", " ").replace("\u202f", " ")
    assert (said in page, none in page) == (left, not left)
    assert (f"Choisissez vos jours pour « {anna.campaign.name} »" in home) is not left
    assert (f'href="{base(anna)}#days"' in home) is not left


def test_only_days_that_were_chosen_are_said_to_be_unticked(
    anna: Company, committed: Open, enter: Enter
) -> None:
    client = enter(anna.anna)
    upload(client, anna)
    assert "2 jours pris, grisés et décochés." in shown(client, anna)
    upload(client, anna, version=2)
    page = shown(client, anna)
    assert "Agenda lu : 2 jours pris, grisés. 4 jours restent choisis." in page
    assert (
        client.post(f"{base(anna)}/days", data={"version": 3, "visit_days": ["2027-04-30"]}).status_code
        == 303
    )
    more = (timed(f"{day}T090000", f"{day}T180000", uid=day) for day in ("20270427", "20270428", "20270430"))
    upload(client, anna, calendar(*more), version=4)
    page = shown(client, anna)
    assert "Agenda lu : 3 jours pris, grisés. 1 était choisi : il est décoché." in page


def test_nothing_is_kept_of_a_calendar_but_the_days(anna: Company, committed: Open, enter: Enter) -> None:
    upload(enter(anna.anna), anna)
    kept = row(anna, committed)
    assert kept is not None
    assert kept.model_dump() == {
        "enrolment_id": kept.enrolment_id,
        "days": BUSY,
        "skipped": 0,
        "read_at": NOW,
        "sealed_address": None,
        "daily": False,
        "due_at": None,
        "fault": "",
        "former_address": None,
        "former_kept": False,
    }


def test_a_busy_day_can_be_ticked_again_and_stays_so(anna: Company, committed: Open, enter: Enter) -> None:
    client = enter(anna.anna)
    upload(client, anna)
    days = ["2027-04-27", "2027-04-28"]
    assert client.post(f"{base(anna)}/days", data={"version": 2, "visit_days": days}).status_code == 303
    upload(client, anna, version=3)
    assert enrolment(anna, committed).visit_days == days


def test_a_day_that_becomes_free_is_left_as_it_is(anna: Company, committed: Open, enter: Enter) -> None:
    client = enter(anna.anna)
    upload(client, anna)
    upload(client, anna, calendar(timed("20270427T090000", "20270427T180000")), version=2)
    kept = row(anna, committed)
    assert kept is not None
    assert kept.days == ["2027-04-27"]
    assert "2027-04-29" not in enrolment(anna, committed).visit_days


def test_a_stale_page_changes_nothing(anna: Company, committed: Open, enter: Enter) -> None:
    answer = upload(enter(anna.anna), anna, version=7)
    assert answer.status_code == 409
    assert "Rien n’a été écrasé" in answer.text
    assert row(anna, committed) is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"Bonjour", "Ce n’est pas un agenda"),
        (b"", "Choisissez le fichier"),
        (
            calendar(timed("20270427T090000", "20270427T100000", "RRULE:FREQ=MINUTELY")),
            "plus de 24 fois par jour",
        ),
    ],
)
def test_a_refused_file_says_why_and_changes_nothing(
    anna: Company, committed: Open, enter: Enter, content: bytes, said: str
) -> None:
    answer = upload(enter(anna.anna), anna, content)
    assert answer.status_code == 422
    assert said in answer.text
    assert row(anna, committed) is None
    assert enrolment(anna, committed).version == 1


def test_the_reason_is_in_the_readers_language(anna: Company, enter: Enter) -> None:
    client = enter(anna.anna)
    client.headers["accept-language"] = "en"
    assert "This is not a calendar" in upload(client, anna, b"Hello").text


def test_somebody_who_has_not_said_yes_gives_no_calendar(
    company: Company, committed: Open, enter: Enter
) -> None:
    assert upload(enter(company.anna), company, version=0).status_code == 409
    with committed() as session:
        assert session.exec(select(BusyCalendar)).all() == []


def test_after_the_enrolment_no_calendar_is_taken(
    anna: Company, committed: Open, enter: Enter, clock: Clock
) -> None:
    client = enter(anna.anna)
    clock.forward(days=12)
    assert upload(client, anna).status_code in {303, 409}
    assert row(anna, committed) is None


def test_forgetting_leaves_the_days(anna: Company, committed: Open, enter: Enter) -> None:
    client = enter(anna.anna)
    upload(client, anna)
    before = enrolment(anna, committed).visit_days
    assert client.post(f"{base(anna)}/busy/removal", data={"version": 2}).status_code == 303
    assert row(anna, committed) is None
    assert enrolment(anna, committed).visit_days == before


def test_forgetting_sent_twice_is_answered_as_the_first(anna: Company, committed: Open, enter: Enter) -> None:
    client = enter(anna.anna)
    upload(client, anna)
    here, sent = f"{base(anna)}/busy/removal", {"version": 2}
    first, again = (client.post(here, data=sent) for _tap in range(2))
    assert (first.status_code, again.status_code) == (303, 303)
    assert again.headers["location"] == first.headers["location"]
    assert enrolment(anna, committed).version == 3


def test_forgetting_on_an_old_page_leaves_a_calendar_given_since(
    anna: Company, committed: Open, enter: Enter
) -> None:
    client = enter(anna.anna)
    upload(client, anna)
    upload(client, anna, version=2)
    assert client.post(f"{base(anna)}/busy/removal", data={"version": 2}).status_code == 409
    assert row(anna, committed) is not None


def test_saying_no_forgets_the_calendar(anna: Company, committed: Open, enter: Enter) -> None:
    client = enter(anna.anna)
    upload(client, anna)
    client.post(f"{base(anna)}/answer", data={"version": 2, "answer": "no"})
    assert enrolment(anna, committed).answer == Answer.NO
    assert row(anna, committed) is None


def test_nobody_else_sees_busy_days(anna: Company, enter: Enter) -> None:
    upload(enter(anna.anna), anna)
    for reader in (anna.bruno, anna.manager, anna.hr):
        client = enter(reader)
        for path in (
            base(anna),
            f"/api/v1{base(anna)}/busy",
            f"/campaigns/{anna.campaign.id}/answers/{anna.anna.id}",
        ):
            assert "2027-04-27, occupé" not in client.get(path).text
            assert "occupé dans votre agenda" not in client.get(path).text


def test_addresses_are_off_unless_it_allows_them(anna: Company, committed: Open, enter: Enter) -> None:
    client = enter(anna.anna)
    assert "Ou son adresse privée" not in client.get(base(anna)).text
    answer = client.post(f"{base(anna)}/busy/address", data={"version": 1, "address": ADDRESS})
    assert answer.status_code == 403
    assert row(anna, committed) is None


def test_days_are_kept_while_a_visit_may_be_planned_on_them(
    anna: Company, committed: Open, enter: Enter, engine: Engine
) -> None:
    upload(enter(anna.anna), anna)
    busy_jobs.forget_closed(engine)
    assert row(anna, committed) is not None
    with committed() as session:
        session.get_one(Campaign, anna.campaign.id).status = Status.RUNNING
    busy_jobs.forget_closed(engine)
    assert row(anna, committed) is not None
    with committed() as session:
        session.get_one(Campaign, anna.campaign.id).status = Status.DEBRIEFING
    busy_jobs.forget_closed(engine)
    assert row(anna, committed) is None


def test_the_api_offers_all_of_it(anna: Company, enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    client, path = enter(anna.anna), f"/api/v1{base(anna)}/busy"
    empty = {
        "days": [],
        "skipped": 0,
        "read_at": None,
        "waiting": False,
        "daily": False,
        "fault": "",
        "former_kept": False,
        "also_counted": [],
    }
    assert client.get(path).json() == {"version": 1, **empty, "addresses_allowed": False}
    found = upload(client, anna, prefix="/api/v1").json()
    assert (found["version"], found["days"]) == (2, BUSY)
    wrong = upload(client, anna, b"x", version=2, prefix="/api/v1")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (422, "CalendarNotRead")
    monkeypatch.setenv("CALENDAR_ADDRESSES", "https")
    settings.cache_clear()
    given = client.put(f"{path}/address", json={"version": 2, "address": ADDRESS, "daily": True})
    assert (given.status_code, given.json()["waiting"], given.json()["daily"]) == (202, True, True)
    assert ADDRESS not in given.text
    assert client.delete(path, params={"version": 3}).json()["waiting"] is False
    assert client.delete(path, params={"version": 3}).status_code == 409


def test_a_person_reads_and_erases_what_is_kept(anna: Company, committed: Open, enter: Enter) -> None:
    upload(enter(anna.anna), anna)
    with committed() as session:
        [said] = enrolments.export(session, anna.anna)
        assert (said["busy_days"], said["busy_address_kept"]) == (BUSY, False)
        enrolments.erase(session, anna.anna)
        assert session.exec(select(BusyCalendar)).all() == []


def test_no_transaction_is_open_while_a_file_is_read(
    anna: Company, enter: Enter, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_while_another_writes(*_: object) -> Reading:
        with engine.begin() as connection:
            connection.execute(text("UPDATE campaign SET name = 'x'"))
        return Reading([], 0)

    monkeypatch.setattr("app.availability.busy.running.read_calendar", read_while_another_writes)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA busy_timeout=200")
    assert upload(enter(anna.anna), anna).status_code == 303


def test_only_days_of_the_campaign_are_kept(anna: Company, committed: Open) -> None:
    with committed() as session:
        reading = Reading(["2027-04-27", "2027-05-01", "2027-07-01"], 3)
        kept = service.keep_file(session, anna.enrolling(session), reading, version=1, when=WHEN)
        assert (kept.days, kept.skipped) == (["2027-04-27"], 3)
        assert anna.campaign.id is not None
        assert anna.anna.id is not None
        found = find_enrolling(session, anna.campaign.id, anna.anna.id)
        assert found is not None
        assert found.enrolment is not None
        assert "2027-04-27" not in found.enrolment.visit_days


@pytest.mark.parametrize(("sent", "status"), [({"version": 1}, 200), ({}, 422), ({"version": "deux"}, 422)])
def test_a_program_that_sends_a_file_without_its_version_reads_which_field_is_missing(
    anna: Company, enter: Enter, sent: dict[str, Any], status: int
) -> None:
    answer: Any = enter(anna.anna).post(
        f"/api/v1{base(anna)}/busy/file", data=sent, files={"file": ("agenda.ics", TAKEN, "text/calendar")}
    )
    assert answer.status_code == status
    if status == 422:
        assert answer.json()["error"]["code"] == "Unreadable"
        assert "body.version" in answer.text


def test_a_program_that_gives_an_address_without_its_version_reads_the_same(
    anna: Company, enter: Enter
) -> None:
    answer: Any = enter(anna.anna).put(f"/api/v1{base(anna)}/busy/address", json={"address": ADDRESS})
    assert answer.status_code == 422
    assert "body.version" in answer.text
