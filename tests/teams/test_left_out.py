"""A column that the import does not know never turns a day off into a day of work."""

import pytest
from sqlmodel import Session, select

from app.people.errors import Unreadable
from app.teams.tables import RosterDay, Shift
from tests.teams.conftest import MONDAY, Import, Shop


@pytest.mark.database("sqlite")
@pytest.mark.parametrize(
    ("headers", "cells"),
    [
        ("Plan", "repos"),
        ("Plan", "off"),
        ("Plan", "morning"),
        ("Plan", "après-midi"),
        ("Plan", "M"),
        ("Présent ?;Début;Fin", "repos;9h;17h"),
        ("Poste", "matin"),
        ("Horaires;Motif", "9h-17h;CP"),
        ("Horaires;Planning", "J;Repos"),
    ],
)
def test_a_column_left_out_that_says_who_is_off_stops_the_import(
    session: Session, shop: Shop, import_: Import, headers: str, cells: str
) -> None:
    with pytest.raises(Unreadable) as refused:
        import_(f"Matricule;Jour;{headers}\nA1;{MONDAY};{cells}\n")
    assert f"« {cells.split(';')[-1]} »" in refused.value.message().replace("\u00a0", " ") or "repos" in cells
    assert "igne 2" in refused.value.message().replace("\u00a0", " ")
    assert session.exec(select(RosterDay)).all() == []


@pytest.mark.database("sqlite")
@pytest.mark.parametrize(
    ("headers", "cells", "shift"),
    [
        ("Remarque", "Clé au coffre", Shift.FULL),
        ("Direction", "Formation", Shift.FULL),
        ("Plan", "J", Shift.FULL),
        ("Horaires;Motif", "repos;RTT", Shift.OFF),
        ("Horaires;Moment", "9h-12h;matin", Shift.HOURS),
        ("Horaires;Civilité", "J;M", Shift.FULL),
    ],
)
def test_a_column_about_something_else_is_left_out(
    session: Session, shop: Shop, import_: Import, headers: str, cells: str, shift: Shift
) -> None:
    import_(f"Matricule;Jour;{headers}\nA1;{MONDAY};{cells}\n")
    assert [one.shift for one in session.exec(select(RosterDay))] == [shift]
