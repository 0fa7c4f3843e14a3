"""Rosters: what is read, what is refused with its remedy, what a roster covers."""

from datetime import date, time, timedelta
from io import BytesIO
from time import process_time

import pytest
import xlsxwriter
from sqlalchemy import Engine, event
from sqlmodel import Session, select

from app.core import jobs
from app.core.i18n import LANGUAGES, speaking
from app.core.spreadsheets import write_xlsx
from app.people.errors import Unreadable
from app.people.importing.values import BadValue
from app.teams import days
from app.teams.importing.columns import VOCABULARY, field_of, usual_header
from app.teams.importing.dates import Days, looks_like_a_day
from app.teams.importing.hours import AFTERNOON, FULL, MORNING, OFF, Worked, hours
from app.teams.tables import Roster, RosterDay, Shift
from tests.factories import make_person
from tests.support.hostile import bomb, refused_within, sheet, with_sheet
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
    "cell", ["", "AM", "22h-6h", "9h", "3.5", "7,5", "25h-26h", "demain", "9h-12h-14h", "9h-17h (Lyon)"]
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_headers_we_write_are_headers_we_read(language: str) -> None:
    with speaking(language):
        assert {one: field_of(usual_header(one)) for one in VOCABULARY} == {one: one for one in VOCABULARY}


def test_the_page_names_the_column_of_hours_as_the_import_does(
    session: Session, shop: Shop, import_: Import
) -> None:
    with speaking("en"):
        assert usual_header("hours") == "Hours"
    import_(f"Employee number;Day;Usual hours\nA1;{MONDAY};day\nA1;{TUESDAY};off\n")
    assert {row.day: row.shift for row in session.exec(select(RosterDay))} == {
        MONDAY: Shift.FULL,
        TUESDAY: Shift.OFF,
    }


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
    [arrived] = session.exec(select(Roster)).all()
    ids, by = [arrived.id], arrived.account_id
    session.commit()
    assert ("roster.imported", {"roster_ids": ids, "by": by, "program": ""}) in [
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
    begun = process_time()
    plan = import_("Matricule;Jour;Horaires\n" + "\n".join(lines))
    assert len(plan.report.created) == 10_000
    assert len(statements) < 40
    assert process_time() - begun < 20  # of the processor: about 1 s


def test_hours_are_dates_of_one_day(session: Session, shop: Shop, import_: Import) -> None:
    import_(
        write_xlsx(["Matricule", "Date", "Début", "Fin"], [["A1", date(2027, 3, 15), "0.375", "17:00:00"]])
    )
    row = session.get_one(RosterDay, (shop.anna.id, MONDAY))
    assert (row.starts_at, row.ends_at) == (time(9), time(17))


@pytest.mark.parametrize(
    ("start", "end", "is_rest"),
    [
        ("Repos", "", True),
        ("", "RTT", True),
        ("Repos", "repos", True),
        ("Matin", "", False),
        ("Repos", "17:00", False),
        ("0", "", False),
        ("09:00", "", False),
    ],
)
def test_a_rest_may_stand_where_hours_begin(
    session: Session, shop: Shop, import_: Import, start: str, end: str, is_rest: bool
) -> None:
    plan = import_(write_xlsx(["Matricule", "Date", "Début", "Fin"], [["A1", date(2027, 3, 15), start, end]]))
    row = session.get(RosterDay, (shop.anna.id, MONDAY))
    assert (row is not None and row.shift is Shift.OFF) is is_rest
    assert len(plan.report.rejected) == (not is_rest)


@pytest.mark.parametrize(
    ("header", "meant"),
    [
        ("15/03/2027", MONDAY),
        ("lun. 15/03", MONDAY),
        ("Lundi 15 mars", MONDAY),
        ("15-mars", MONDAY),
        ("L 15/03", MONDAY),
        ("Mon 15 Mar", MONDAY),
        ("Mon, Mar 15", MONDAY),
        ("2027-03-15", MONDAY),
        ("46461", MONDAY),
        ("mar. 16/03", TUESDAY),
        ("jeu. 24/12", date(2026, 12, 24)),
        ("4 janv.", date(2027, 1, 4)),
    ],
)
def test_days_are_read_as_rosters_write_them(header: str, meant: date) -> None:
    assert Days([header], TODAY).read(header) == meant
    assert looks_like_a_day(header)


@pytest.mark.parametrize("header", ["mer. 15/03", "lun. 15", "31/02", "15/03/2029"])
def test_days_that_could_mislead_are_refused(header: str) -> None:
    with pytest.raises(BadValue):
        Days([header], TODAY).read(header)
    assert looks_like_a_day(header)


def test_months_first_are_read_so_where_the_file_shows_it() -> None:
    assert Days(["3/15", "3/1"], TODAY).read("3/1") == date(2027, 3, 1)


def by_day(session: Session, person_id: int | None) -> dict[date, Shift]:
    rows = session.exec(select(RosterDay).where(RosterDay.person_id == person_id))
    return {row.day: row.shift for row in rows}


def test_a_grid_is_read_its_empty_cells_are_days_off(session: Session, shop: Shop, import_: Import) -> None:
    plan = import_(
        "Planning de mars\nMatricule;Nom;lun. 15/03;mar. 16/03;mer. 17/03\nA1;Roy;9h-17h;M;R\nB2;;J;;9-13\n"
        "X0;?;J;J;J\n"
    )
    wednesday = MONDAY + timedelta(days=2)
    off = Shift.OFF
    assert by_day(session, shop.anna.id) == {
        MONDAY: Shift.HOURS,
        TUESDAY: Shift.MORNING,
        wednesday: off,
    }
    assert by_day(session, shop.bruno.id) == {MONDAY: Shift.FULL, TUESDAY: off, wednesday: Shift.HOURS}
    assert [(one.row, one.column, one.value) for one in plan.report.rejected] == [(5, "Matricule", "X0")]
    assert any("2027" in one.message for one in plan.report.warnings)


def test_a_grid_names_the_cells_it_refuses_and_leaves_their_days(
    session: Session, shop: Shop, import_: Import
) -> None:
    import_(f"Matricule;Jour;Horaires\nA1;{TUESDAY};J\n")
    plan = import_(
        "Matricule;15/03/2027;16/03/2027;mer. 18/03/2027\nA1;J;7.5;J\nB2;;;\n",
    )
    assert [(one.row, one.column, one.value) for one in plan.report.rejected] == [
        (1, "mer. 18/03/2027", "mer. 18/03/2027"),
        (2, "16/03/2027", "7.5"),
    ]
    assert by_day(session, shop.anna.id) == {MONDAY: Shift.FULL, TUESDAY: Shift.FULL}
    assert by_day(session, shop.bruno.id) == {}
    assert any("Aucun jour" in one.message for one in plan.report.warnings)


def test_a_workbook_with_real_dates_and_merged_cells_is_read(
    session: Session, shop: Shop, import_: Import
) -> None:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet()
        day = book.add_format({"num_format": "ddd dd/mm"})
        page.write_row(0, 0, ["Salarié", ""])
        page.write_datetime(0, 2, MONDAY, day)
        page.write_datetime(0, 3, TUESDAY, day)
        page.merge_range(1, 0, 2, 0, f"{shop.anna.last_name.upper()} {shop.anna.first_name}")
        page.write(1, 2, "9h-12h")
        page.write(2, 2, "14h-18h")
        page.write(3, 0, shop.bruno.email or shop.bruno.name)
        page.merge_range(3, 2, 3, 3, "Journée")
    import_(out.getvalue())
    row = session.get_one(RosterDay, (shop.anna.id, MONDAY))
    assert (row.starts_at, row.ends_at) == (time(9), time(18))
    assert by_day(session, shop.anna.id)[TUESDAY] == Shift.OFF
    assert by_day(session, shop.bruno.id) == {MONDAY: Shift.FULL, TUESDAY: Shift.FULL}


def test_a_name_written_once_goes_on_while_its_days_follow(
    session: Session, shop: Shop, import_: Import
) -> None:
    plan = import_(
        f"Nom;Prénom;Jour;Horaires\n{shop.anna.last_name};anna;lun. 15/03;J\n;;mar. 16/03;M\n;;lun. 15/03;J\n"
    )
    assert by_day(session, shop.anna.id) == {MONDAY: Shift.FULL, TUESDAY: Shift.MORNING}
    assert [one.row for one in plan.report.rejected] == [4]
    assert any("au-dessus" in one.message for one in plan.report.warnings)


def test_namesakes_are_refused_unless_their_team_or_number_tells(
    session: Session, shop: Shop, import_: Import
) -> None:
    anna = shop.anna
    other = make_person(session, shop.elsewhere, first_name="Anna", last_name=anna.last_name)
    plan = import_(f"Nom et prénom;Jour\n{anna.last_name} Anna;{MONDAY}\n")
    assert "Plusieurs" in plan.report.rejected[0].message
    import_(f"Nom et prénom;Équipe;Jour\n{anna.last_name} Anna;{shop.team.name};{MONDAY}\n")
    assert (by_day(session, anna.id), by_day(session, other.id)) == ({MONDAY: Shift.FULL}, {})
    # A manager's file names people of their own teams: nobody else makes it ambiguous, nor tells of them.
    assert not import_(f"Nom et prénom;Jour\nAnna {anna.last_name};{MONDAY}\n", by=shop.marc).report.rejected


def test_files_that_mean_harm_are_refused_in_bounded_memory(shop: Shop, import_: Import) -> None:
    assert "démesuré" in refused_within(import_, bomb(400_000_000), 40)
    ranges = '<mergeCells count="2000">' + '<mergeCell ref="A1:XFD1048576"/>' * 2000 + "</mergeCells>"
    cell = '<c r="A{row}" t="inlineStr"><is><t>x</t></is></c>'
    rows = "".join(f'<row r="{n}">{cell.format(row=n)}</row>' for n in range(1, 1000))
    assert refused_within(import_, with_sheet(sheet(rows, after=ranges)), 80)
    header = "Matricule;" + ";".join(f"{MONDAY + timedelta(days=n)}" for n in range(150))
    assert "trop grand" in refused_within(import_, (header + "\nA1" * 20_000).encode(), 200)
