"""Managers, numbers, addresses, accounts, leavers."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, event
from sqlmodel import col, select

from app.accounts.tables import Account
from app.core.db import open_session
from app.people.importing.report import ImportReport
from app.people.tables import Person
from tests.factories import make_account
from tests.people.conftest import Import

HEADER = "Matricule;Nom;Adresse e-mail;Équipe;Responsable\n"


def staff(*rows: str) -> str:
    return HEADER + "".join(f"{row}\n" for row in rows)


def told(report: ImportReport) -> list[tuple[int | None, str, str]]:
    return [(one.row, one.column, one.value) for one in report.rejected]


def managers(engine: Engine) -> dict[str, str | None]:
    with open_session(engine) as session:
        people = session.exec(select(Person)).all()
    number = {person.id: person.employee_number for person in people}
    return {person.employee_number: number.get(person.manager_id) for person in people}


def addresses(engine: Engine) -> dict[str | None, str | None]:
    with open_session(engine) as session:
        return dict(session.exec(select(Account.employee_number, Account.email)).all())


def test_a_manager_may_stand_below_their_reports(company: Import, engine: Engine) -> None:
    report = company("people", staff("E1;Un;;Paie;E2", "E2;Deux;;Paie;"))
    assert (report.rejected, report.warnings) == ([], [])
    assert managers(engine) == {"E1": "E2", "E2": None}


def test_an_unknown_manager_rejects_the_row(company: Import, engine: Engine) -> None:
    report = company("people", staff("E1;Un;;Paie;E9", "E2;Deux;;Paie;"))
    assert told(report) == [(2, "Responsable", "E9")]
    assert managers(engine) == {"E2": None}


def test_a_manager_already_known_need_not_be_in_the_file(company: Import, engine: Engine) -> None:
    company("people", staff("E9;Neuf;neuf@exemple.fr;Paie;"))
    report = company("people", staff("E1;Un;;Paie;e9", "E2;Deux;;Paie;neuf@exemple.fr"))
    assert report.rejected == []
    assert managers(engine) == {"E1": "E9", "E2": "E9", "E9": None}


def test_a_manager_whose_row_is_rejected_leaves_the_field_empty(company: Import, engine: Engine) -> None:
    report = company(
        "people", staff("E1;Un;;Paie;E2", "E2;Deux;;Inconnue;", "E3;Trois;;Paie;E4", "E4;Quatre;;Paie;E9")
    )
    assert told(report) == [(3, "Équipe", "Inconnue"), (5, "Responsable", "E9")]
    assert [(one.row, one.column) for one in report.warnings] == [(2, "Responsable"), (4, "Responsable")]
    assert managers(engine) == {"E1": None, "E3": None}


def test_ones_own_manager_and_circles_are_warned_about(company: Import, engine: Engine) -> None:
    report = company("people", staff("E1;Un;;Paie;E1", "E2;Deux;;Paie;E3", "E3;Trois;;Paie;E2"))
    assert report.rejected == []
    assert {one.row for one in report.warnings} == {2, 3}
    assert managers(engine) == {"E1": None, "E2": "E3", "E3": "E2"}


def test_the_second_use_of_a_number_is_rejected_whatever_its_case(company: Import) -> None:
    report = company("people", staff("E1;Un;;Paie;", "e1;Deux;;Paie;"))
    assert told(report) == [(3, "Matricule", "e1")]
    assert [one.name for one in report.created] == ["Un"]


def test_the_second_use_of_an_address_is_rejected(company: Import) -> None:
    report = company("people", staff("E1;Un;a@exemple.fr;Paie;", "E2;Deux;A@Exemple.fr;Paie;"))
    assert told(report) == [(3, "Adresse e-mail", "A@Exemple.fr")]


def test_a_rejected_row_keeps_nobody_else_from_its_address(company: Import) -> None:
    report = company("people", staff("E1;Un;a@exemple.fr;Inconnue;", "E2;Deux;a@exemple.fr;Paie;"))
    assert told(report) == [(2, "Équipe", "Inconnue")]
    assert [one.name for one in report.created] == ["Deux"]


def test_two_people_may_exchange_addresses(company: Import, engine: Engine) -> None:
    company("people", staff("E1;Un;a@exemple.fr;Paie;", "E2;Deux;b@exemple.fr;Paie;"))
    report = company("people", staff("E1;Un;b@exemple.fr;Paie;", "E2;Deux;a@exemple.fr;Paie;"))
    assert (len(report.updated), report.rejected) == (2, [])
    assert addresses(engine) == {"E1": "b@exemple.fr", "E2": "a@exemple.fr"}


def test_the_address_of_somebody_else_is_refused_unless_they_give_it_up(
    company: Import, engine: Engine
) -> None:
    company("people", staff("E1;Un;a@exemple.fr;Paie;"))
    report = company("people", staff("E2;Deux;a@exemple.fr;Paie;"))
    assert told(report) == [(2, "Adresse e-mail", "a@exemple.fr")]
    # The row that gives it up is itself rejected: the address is still taken.
    report = company("people", staff("E1;Un;c@exemple.fr;Inconnue;", "E2;Deux;a@exemple.fr;Paie;"))
    assert told(report) == [(2, "Équipe", "Inconnue"), (3, "Adresse e-mail", "a@exemple.fr")]
    report = company("people", staff("E1;Un;c@exemple.fr;Paie;", "E2;Deux;a@exemple.fr;Paie;"))
    assert report.rejected == []
    assert addresses(engine) == {"E1": "c@exemple.fr", "E2": "a@exemple.fr"}


def test_everybody_gets_an_account_and_an_existing_one_is_taken_over(company: Import, engine: Engine) -> None:
    with open_session(engine) as session:
        make_account(session, "Claire", email="claire@exemple.fr", is_hr=True)
    company("people", staff("E1;Morel;claire@exemple.fr;Paie;", "E2;Sans;;Paie;"))
    with open_session(engine) as session:
        rows = session.exec(
            select(Person.employee_number, Account.email, Account.is_hr)
            .join(Account, col(Account.id) == col(Person.account_id))
            .order_by(Person.employee_number)
        ).all()
    assert [tuple(row) for row in rows] == [("E1", "claire@exemple.fr", True), ("E2", None, False)]


def test_an_import_never_moves_the_address_of_an_administrator(company: Import, engine: Engine) -> None:
    with open_session(engine) as session:
        make_account(session, "Admin", email="admin@exemple.fr", is_admin=True)
    company("people", staff("E1;Admin;admin@exemple.fr;Paie;"))
    report = company("people", staff("E1;Admin;thief@exemple.fr;Paie;"))
    assert [one.column for one in report.warnings] == ["Adresse e-mail"]
    assert addresses(engine) == {"E1": "admin@exemple.fr"}
    report = company("people", staff("E1;Admin;thief@exemple.fr;Paie;", "E2;Voleur;admin@exemple.fr;Paie;"))
    assert told(report) == [(3, "Adresse e-mail", "admin@exemple.fr")]


def test_absent_columns_leave_what_is_known(company: Import, engine: Engine) -> None:
    company("people", "Matricule;Nom;Équipe;Poste\nE1;Un;Paie;Comptable\n")
    report = company("people", "Matricule;Nom;Équipe\nE1;Une;Paie\n")
    assert [one.cells for one in report.updated] == [{"Nom": ("Un", "Une")}]
    with open_session(engine) as session:
        assert session.exec(select(Person.job)).one() == "Comptable"


def test_a_dry_run_writes_nothing(company: Import, engine: Engine) -> None:
    report = company("people", staff("E1;Un;;Paie;"), apply=False)
    assert len(report.created) == 1
    assert managers(engine) == {}


def test_leavers_are_shown_and_only_leave_when_confirmed(
    company: Import, engine: Engine, run_jobs: Callable[[], list[str]]
) -> None:
    company("people", staff("E1;Un;;Paie;", "E2;Deux;;Paie;", "E3;Trois;trois@exemple.fr;Paie;"))
    smaller = staff("E1;Un;;Paie;", ";Trois;trois@exemple.fr;Paie;")
    assert company("people", smaller).leavers == []
    shown = company("people", smaller, full=True)
    # The third is in the file, though their row is rejected.
    assert [one.employee_number for one in shown.leavers] == ["E2"]
    with open_session(engine) as session:
        assert session.exec(select(Person.employee_number).where(col(Person.active).is_(False))).all() == []
    company("people", smaller, full=True, leavers_go=True)
    with open_session(engine) as session:
        gone = session.exec(
            select(Person, Account).join(Account, col(Account.id) == col(Person.account_id))
        ).all()
        assert {person.employee_number: (person.active, account.active) for person, account in gone} == {
            "E1": (True, True),
            "E2": (False, False),
            "E3": (True, True),
        }
    assert run_jobs() == ["person.left"]


def test_whoever_comes_back_finds_their_account_open(company: Import, engine: Engine) -> None:
    company("people", staff("E1;Un;;Paie;", "E2;Deux;deux@exemple.fr;Paie;"))
    company("people", staff("E1;Un;;Paie;"), full=True, leavers_go=True)
    # A new number with the leaver's address takes the address over.
    report = company("people", staff("E2;Deux;;Paie;", "E4;Deux;deux@exemple.fr;Paie;"))
    assert (len(report.created), len(report.updated), report.rejected) == (1, 1, [])
    assert addresses(engine) == {"E1": None, "E2": None, "E4": "deux@exemple.fr"}


def test_the_one_who_imports_is_never_a_leaver(company: Import, engine: Engine) -> None:
    company("people", staff("E1;Un;;Paie;", "E2;Deux;;Paie;"))
    with open_session(engine) as session:
        me = session.exec(select(Account.id).where(Account.employee_number == "E2")).one()
    assert company("people", staff("E1;Un;;Paie;"), full=True, by=me).leavers == []


@pytest.mark.parametrize("rows", [300, 3000])
def test_the_number_of_statements_does_not_follow_the_rows(
    company: Import, engine: Engine, rows: int, record_property: Callable[[str, object], None]
) -> None:
    header = "Matricule;Nom;Adresse e-mail;Équipe;Responsable;Trajet habituel (min)\n"

    def export(minutes: int) -> str:
        return header + "".join(
            f"N{n};Nom{n};n{n}@exemple.fr;Paie;{f'N{n // 10}' if n else ''};{minutes + n % 2}\n"
            for n in range(rows)
        )

    counted: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _u, statement, *_rest: counted.append(statement))
    for minutes in (20, 20, 30):
        counted.clear()
        company("people", export(minutes))
        record_property(f"statements_{rows}", len(counted))
        assert len(counted) <= 15 + rows // 500
