"""Rosters: what is read, what is refused with its remedy, what a roster covers."""

from datetime import date, time, timedelta
from time import perf_counter

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session, select

from app.core import jobs
from app.core.spreadsheets import write_xlsx
from app.people.errors import Unreadable
from app.people.importing.values import BadValue
from app.teams import days
from app.teams.importing.hours import AFTERNOON, FULL, MORNING, OFF, Worked, hours
from app.teams.tables import Roster, RosterDay, Shift
from tests.factories import make_person
from tests.teams.conftest import MONDAY, TODAY, Import, Shop

TUESDAY = MONDAY + timedelta(days=1)


def spans(start: str, end: str) -> Worked:
    return Worked(Shift.HOURS, time.fromisoformat(start), time.fromisoformat(end))


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("Journée", FULL),
        ("J", FULL),
        ("full day", FULL),
        ("Matin", MORNING),
        ("morning", MORNING),
        ("après-midi", AFTERNOON),
        ("PM", AFTERNOON),
        ("Repos", OFF),
        ("CP", OFF),
        ("day off", OFF),
        ("-", OFF),
        ("9h-17h", spans("09:00", "17:00")),
        ("9h30 à 17h", spans("09:30", "17:00")),
        ("de 09:00 à 12:30 et de 13:30 à 18:00", spans("09:00", "18:00")),
        ("8.30–16.00", spans("08:30", "16:00")),
        ("9am - 5:30pm", spans("09:00", "17:30")),
        ("22h-24h", spans("22:00", "23:59")),
    ],
)
def test_hours_are_read(cell: str, meant: Worked) -> None:
    assert hours(cell) == meant


@pytest.mark.parametrize(
    "cell", ["", "AM", "22h-6h", "9h", "25h-26h", "demain", "9h-12h-14h", "9h-17h (Lyon)"]
)
def test_hours_that_could_mislead_are_refused(cell: str) -> None:
    with pytest.raises(BadValue):
        hours(cell)


def test_a_roster_in_french_or_english_says_the_same(session: Session, shop: Shop, import_: Import) -> None:
    french = "Matricule;Nom;Jour;Horaires\nA1;Roy;15/03/2027;9h-17h\nA1;Roy;16/03/2027;Repos\n"
    import_(french.encode("cp1252"))
    days = {row.day: row.shift for row in session.exec(select(RosterDay))}
    assert days == {MONDAY: Shift.HOURS, TUESDAY: Shift.OFF}
    again = import_("Day,Employee number,Start,End\n2027-03-15,a1,09:00,17:00\n")
    assert (again.report.unchanged, again.changes_nothing) == (1, True)


def test_a_workbook_is_read(session: Session, shop: Shop, import_: Import) -> None:
    rows = [["A1", MONDAY, "matin"], ["B2", MONDAY, "après-midi"]]
    plan = import_(write_xlsx(["Matricule", "Date", "Horaires"], rows))
    assert len(plan.report.created) == 2
    assert session.get_one(RosterDay, (shop.bruno.id, MONDAY)).shift == Shift.AFTERNOON


def test_each_refusal_says_row_column_value_and_remedy(session: Session, shop: Shop, import_: Import) -> None:
    plan = import_(
        "Matricule;Jour;Horaires\nA1;15/03/2027;9h-17h\nX0;15/03/2027;9h-17h\nA1;31/02/2027;9h-17h\n"
        "B2;15/03/2027;bientôt\nA1;15/03/2027;repos\nB2;16/03/2031;matin\n;16/03/2027;matin\n"
    )
    refused = [(one.row, one.column, one.value) for one in plan.report.rejected]
    assert sorted(refused) == [
        (3, "Matricule", "X0"),
        (4, "Jour", "31/02/2027"),
        (5, "Horaires", "bientôt"),
        (6, "Horaires", "ne travaille pas"),
        (7, "Jour", "16/03/2031"),
        (8, "Matricule", ""),
    ]
    assert all(one.message for one in plan.report.rejected)
    assert [(row.person_id, row.day) for row in session.exec(select(RosterDay))] == [(shop.anna.id, MONDAY)]


def test_days_without_a_line_are_days_off_within_what_the_roster_covers(
    session: Session, shop: Shop, import_: Import
) -> None:
    friday = MONDAY + timedelta(days=4)
    plan = import_(f"Matricule;Jour\nA1;{MONDAY}\nA1;{friday}\nB2;{TUESDAY}\n")
    off = {(r.person_id, r.day) for r in session.exec(select(RosterDay)) if r.shift == Shift.OFF}
    assert plan.implied == len(off) == 3 + 4
    assert (shop.bruno.id, MONDAY) in off
    assert [(one.first_day, one.last_day, one.people) for one in session.exec(select(Roster))] == [
        (MONDAY, friday, 2)
    ]


def test_a_refused_line_leaves_the_day_as_it_was(session: Session, shop: Shop, import_: Import) -> None:
    wednesday = MONDAY + timedelta(days=2)
    import_(f"Matricule;Jour;Horaires\nA1;{MONDAY};J\nA1;{TUESDAY};??\nA1;{wednesday};J\n")
    assert session.get(RosterDay, (shop.anna.id, TUESDAY)) is None


def test_two_shifts_of_a_day_are_one(session: Session, shop: Shop, import_: Import) -> None:
    import_(f"Matricule;Jour;Horaires\nA1;{MONDAY};9h-12h\nA1;{MONDAY};14h-18h\n")
    row = session.get_one(RosterDay, (shop.anna.id, MONDAY))
    assert (row.starts_at, row.ends_at) == (time(9), time(18))


def test_a_later_roster_replaces_the_days_it_covers(session: Session, shop: Shop, import_: Import) -> None:
    import_(f"Matricule;Jour;Horaires\nA1;{MONDAY};J\nA1;{TUESDAY};J\n")
    plan = import_(f"Matricule;Jour;Horaires\nA1;{TUESDAY};repos\n")
    assert len(plan.report.updated) == 1
    days = {row.day: row.shift for row in session.exec(select(RosterDay))}
    assert days == {MONDAY: Shift.FULL, TUESDAY: Shift.OFF}


def test_past_days_are_left_aside_with_a_word(session: Session, shop: Shop, import_: Import) -> None:
    plan = import_(f"Matricule;Jour\nA1;{TODAY - timedelta(days=1)}\nA1;{TODAY}\n")
    assert [row.day for row in session.exec(select(RosterDay))] == [TODAY]
    assert "passé" in plan.report.warnings[0].message


def test_a_manager_imports_for_their_own_teams_only(session: Session, shop: Shop, import_: Import) -> None:
    plan = import_(f"Matricule;Jour\nA1;{MONDAY}\nZ9;{MONDAY}\nX0;{MONDAY}\n", by=shop.marc)
    assert [row.person_id for row in session.exec(select(RosterDay))] == [shop.anna.id]
    # Nothing tells whether a number exists elsewhere.
    assert len({one.message for one in plan.report.rejected}) == 1


def test_a_file_without_a_needed_column_is_refused(shop: Shop, import_: Import) -> None:
    with pytest.raises(Unreadable) as refused:
        import_("Matricule;Horaires\nA1;J\n")
    assert "Jour" in refused.value.message()


def test_a_mistyped_year_does_not_cover_years(session: Session, shop: Shop, import_: Import) -> None:
    plan = import_(f"Matricule;Jour\nA1;{MONDAY}\nA1;{MONDAY + timedelta(days=300)}\n")
    assert len(plan.report.rejected) == 2
    assert session.exec(select(RosterDay)).all() == []


def test_the_event_names_the_rosters_that_arrived(
    engine: Engine, session: Session, shop: Shop, import_: Import
) -> None:
    import_(f"Matricule;Jour\nA1;{MONDAY}\n")
    ids = [one.id for one in session.exec(select(Roster))]
    session.commit()
    assert ("roster.imported", {"roster_ids": ids}) in [
        (name, payload) for _id, name, payload in jobs.pending(engine)
    ]
    assert days.teams_by_roster(session) == {shop.team.id}


def test_ten_thousand_rows_take_seconds_and_few_statements(
    engine: Engine, session: Session, shop: Shop, import_: Import
) -> None:
    people = [make_person(session, shop.team, employee_number=f"N{n:04}", account=None) for n in range(500)]
    days = [MONDAY + timedelta(days=n) for n in range(20)]
    lines = [f"{one.employee_number};{day};9h-17h" for one in people for day in days]
    session.commit()
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    begun = perf_counter()
    plan = import_("Matricule;Jour;Horaires\n" + "\n".join(lines))
    assert len(plan.report.created) == 10_000
    assert len(statements) < 40
    assert perf_counter() - begun < 20  # about 1 s where nothing else runs


def test_hours_are_dates_of_one_day(session: Session, shop: Shop, import_: Import) -> None:
    import_(
        write_xlsx(["Matricule", "Date", "Début", "Fin"], [["A1", date(2027, 3, 15), "0.375", "17:00:00"]])
    )
    row = session.get_one(RosterDay, (shop.anna.id, MONDAY))
    assert (row.starts_at, row.ends_at) == (time(9), time(17))
