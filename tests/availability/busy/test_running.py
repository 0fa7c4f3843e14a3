"""A hostile file ends its own process, nobody else's, and costs no more than allowed."""

import os
from datetime import date
from pathlib import Path

import pytest

from app.availability.busy import running
from app.availability.busy.lines import Fault, Refused
from app.availability.busy.reading import MOST_BYTES
from app.availability.busy.running import read_calendar
from tests.availability.busy.files import FIRST, LAST, calendar, timed

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database("sqlite", "postgresql")]


def fault_of(content: bytes) -> Fault:
    with pytest.raises(Refused) as refused:
        read_calendar(content, FIRST, LAST)
    return refused.value.fault


def test_a_file_is_read_in_a_process_of_its_own() -> None:
    found = read_calendar(calendar(timed("20270302T090000", "20270302T180000")), FIRST, LAST)
    assert (found.days, found.skipped) == (["2027-03-02"], 0)


def test_what_takes_for_ever_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "PATIENCE", 120.0)  # by the clock, of a machine that does other things
    endless = "UID:a\nDTSTART:00010101T000000\nDURATION:PT1H\nRRULE:FREQ=HOURLY;BYMONTHDAY=31;BYMONTH=2"
    before = os.times()
    assert fault_of(calendar(endless)) == Fault.TOO_COMPLICATED
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    assert spent < 2


def test_a_process_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "PATIENCE", 0.0)
    assert fault_of(calendar()) == Fault.NOT_NOW


def test_the_faults_come_back_by_name() -> None:
    assert fault_of(b"") == Fault.NO_CALENDAR
    assert fault_of(b"x" * (MOST_BYTES + 1)) == Fault.TOO_LARGE
    assert fault_of(calendar(timed("20270302T090000", "20270302T100000", "RRULE:FREQ=SECONDLY"))) == (
        Fault.TOO_FREQUENT
    )


def test_the_secrets_of_the_service_are_not_in_the_reader(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given = {}

    def run(command: list[str], **options: object) -> object:
        given.update(options)
        raise RuntimeError

    monkeypatch.setattr("app.availability.busy.running.subprocess.run", run)
    with pytest.raises(RuntimeError):
        read_calendar(calendar(), date(2027, 3, 1), date(2027, 3, 2))
    assert given["env"] == {}
