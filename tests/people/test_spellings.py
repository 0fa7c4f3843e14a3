"""The same people, exported by other systems: headers, encodings, delimiters, dates, days."""

import csv
from collections.abc import Callable
from datetime import datetime
from io import BytesIO, StringIO

import pytest
import xlsxwriter
from sqlalchemy import Engine
from sqlmodel import select

from app.core.db import open_session
from app.core.i18n import LANGUAGES, speaking
from app.people.errors import Unreadable, WrongKind
from app.people.importing.columns import field_of, recognise
from app.people.importing.headers import usual_header
from app.people.importing.reading import Sheet
from app.people.importing.vocabulary import VOCABULARY
from app.people.tables import ContractKind, ImportKind, Person
from app.people.words import kind_name
from tests.people.conftest import Import

pytestmark = pytest.mark.database("sqlite", "postgresql")

FRENCH = [
    "Matricule",
    "Prénom",
    "Nom",
    "Adresse e-mail",
    "Équipe",
    "Direction",
    "Site",
    "Côté",
    "Poste",
    "Responsable",
    "Langues",
    "Date d'entrée",
    "Jours travaillés",
    "Entité juridique",
    "Trajet habituel (min)",
    "Mobile",
]
ENGLISH = [
    "Employee number",
    "First name",
    "Last name",
    "Email address",
    "Team",
    "Department",
    "Location",
    "Side",
    "Job title",
    "Manager",
    "Languages",
    "Hire date",
    "Working days",
    "Legal entity",
    "Usual commute (min)",
    "Mobile phone",
]
ROWS = [
    [
        "00017",
        "Zoé",
        "L’Hôte",
        "zoe@exemple.fr",
        "Paie",
        "Finance",
        "PAR",
        "Back-office",
        "Comptable",
        "",
        "fr;en",
        "09/02/2011",
        "lun mar mer jeu",
        "Exemple SA",
        "45",
        "+33 6 01",
    ],
    [
        "E2",
        "Ali",
        "Ben; Saïd",
        "",
        "Boutique Lyon",
        "Réseau",
        "LYO",
        "Front-office",
        "Vendeur",
        "00017",
        "fr",
        "2020-12-31",
        "mar mer jeu ven sam",
        "Exemple SA",
        "20",
        "",
    ],
]


def text(header: list[str], rows: list[list[str]], delimiter: str = ";") -> str:
    out = StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([header, *rows])
    return out.getvalue()


def workbook(table: list[list[object]]) -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for row, cells in enumerate(table):
            for column, cell in enumerate(cells):
                if hasattr(cell, "year"):
                    sheet.write_datetime(row, column, cell, day)
                else:
                    sheet.write(row, column, cell)
    return out.getvalue()


ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "utf-8": lambda said: said.encode(),
    "utf-8 with mark": lambda said: said.encode("utf-8-sig"),
    "utf-16": lambda said: said.encode("utf-16"),
    "utf-16 le, no mark": lambda said: said.encode("utf-16-le"),
    "utf-16 be, no mark": lambda said: said.encode("utf-16-be"),
    "cp1252": lambda said: said.encode("cp1252"),
    "unix line ends": lambda said: said.replace("\r\n", "\n").encode(),
    "old mac line ends": lambda said: said.replace("\r\n", "\r").encode("cp1252"),
    "decomposed accents": lambda said: said.replace("é", "e\u0301").encode(),
}


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_and_delimiter_gives_the_same_people(
    company: Import, encoding: str, delimiter: str
) -> None:
    first = company("people", text(FRENCH, ROWS))
    assert (len(first.created), first.rejected) == (2, [])
    again = company("people", ENCODINGS[encoding](text(ENGLISH, ROWS, delimiter)))
    assert (again.created, again.updated, again.unchanged, again.rejected) == ([], [], 2, [])


RESPELLED: dict[str, Callable[[str], str]] = {
    "capitals": str.upper,
    "small": str.lower,
    "no accents": lambda header: header.replace("é", "e").replace("É", "E").replace("ô", "o"),
    "underscores": lambda header: header.replace(" ", "_"),
    "joined": lambda header: header.title().replace(" ", ""),
    "spaces": lambda header: f"  {header.replace(' ', '  ')} ",
    "typographic apostrophe": lambda header: header.replace("'", "’"),
    "required mark": lambda header: f"{header} *",
}


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("header", [FRENCH, ENGLISH], ids=["French", "English"])
@pytest.mark.parametrize("spelling", RESPELLED)
def test_every_spelling_in_any_order_names_the_same_columns(
    company: Import, header: list[str], spelling: str
) -> None:
    company("people", text(FRENCH, ROWS))
    turned = [RESPELLED[spelling](name) for name in header][::-1]
    again = company("people", text(turned, [row[::-1] for row in ROWS]))
    assert (again.created, again.updated, again.unchanged, again.rejected, again.warnings) == (
        [],
        [],
        2,
        [],
        [],
    )


@pytest.mark.database("sqlite")
def test_a_workbook_with_numbers_and_real_dates_gives_the_same_people(company: Import) -> None:
    company("people", text(FRENCH, [ROWS[0], ["10000", *ROWS[1][1:]]]))
    rows: list[list[object]] = [list(ROWS[0]), [10000.0, *ROWS[1][1:]]]
    rows[0][11], rows[1][11] = datetime(2011, 2, 9), datetime(2020, 12, 31)  # noqa: DTZ001
    rows[0][14], rows[1][14] = 45.0, 20
    empty: list[object] = []
    sent = workbook([["Extraction du 2 mars"], empty, [*ENGLISH, "", ""], *rows, empty])
    again = company("people", sent)
    assert (again.created, again.updated, again.unchanged, again.rejected) == ([], [], 2, [])


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Mon Tue", "1100000"),
        ("Monday, Tuesday & Friday", "1100100"),
        ("MON-FRI", "1111100"),
        ("du mardi au samedi", "0111110"),
        ("L M M J V", "1111100"),
        ("1111010", "1111010"),
        ("", "1111100"),
        ("L M J V", None),
        ("lun mar xyz", None),
    ],
)
@pytest.mark.database("sqlite")
def test_weekdays_are_read_or_refused(
    company: Import, engine: Engine, written: str, kept: str | None
) -> None:
    report = company("people", text([*ENGLISH], [[*ROWS[0][:12], written, *ROWS[0][13:]]]))
    if kept is None:
        assert [(one.row, one.column, one.value) for one in report.rejected] == [(2, "Working days", written)]
        return
    with open_session(engine) as session:
        assert session.exec(select(Person.worked_weekdays)).one() == kept


@pytest.mark.database("sqlite")
def test_american_dates_are_seen_by_the_whole_column(company: Import, engine: Engine) -> None:
    rows = [[*ROWS[0][:11], "02/09/2011", *ROWS[0][12:]], [*ROWS[1][:11], "12/31/2020", *ROWS[1][12:]]]
    company("people", text(ENGLISH, rows))
    with open_session(engine) as session:
        days = session.exec(select(Person.entered_on).order_by(Person.entered_on)).all()
    assert [str(day) for day in days] == ["2011-02-09", "2020-12-31"]


@pytest.mark.database("sqlite")
def test_optional_columns_are_kept(company: Import, engine: Engine) -> None:
    header = [*FRENCH, "Contrat", "Fin de contrat", "Moins de 18 ans", "Horaires", "Jours d'école"]
    company(
        "people",
        text(header, [[*ROWS[0], "Apprentie·e (1re année)", "31/08/2027", "oui", "9h-17h", "lun mar"]]),
    )
    company("people", text(header, [[*ROWS[1], "Intérim", "", "non", "", ""]]))
    with open_session(engine) as session:
        apprentice, temporary = session.exec(select(Person).order_by(Person.employee_number)).all()
    assert (apprentice.contract, str(apprentice.contract_ends_on)) == (ContractKind.APPRENTICE, "2027-08-31")
    assert (apprentice.under_18, apprentice.usual_hours, apprentice.school_weekdays) == (
        True,
        "9h-17h",
        "1100000",
    )
    assert temporary.contract == ContractKind.TEMPORARY


@pytest.mark.database("sqlite")
def test_unknown_and_repeated_columns_are_ignored_aloud(company: Import) -> None:
    header = [*FRENCH, "Couleur préférée", "Nom", "", ""]
    report = company("people", text(header, [[*row, "bleu", "AUTRE", "", ""] for row in ROWS]))
    assert len(report.created) == 2
    assert [(one.row, one.column) for one in report.warnings] == [(None, "Couleur préférée"), (None, "Nom")]


@pytest.mark.database("sqlite")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\0\0\0",
        b"   \n\n",
        b"just a letter",
        b"Nom;Pr\xe9nom\nA;B\n",
        b"PK\x03\x04rubbish",
        b"\xd0\xcf\x11\xe0\xa1",
    ],
)
def test_what_is_no_table_of_people_is_refused_whole(company: Import, content: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        company("people", content)
    assert len(refused.value.message()) > 15


@pytest.mark.database("sqlite")
def test_a_missing_column_is_named(company: Import) -> None:
    with pytest.raises(Unreadable) as refused:
        company("people", text(FRENCH[1:], [row[1:] for row in ROWS]))
    assert "Matricule" in refused.value.message()


@pytest.mark.database("sqlite")
def test_rows_are_numbered_as_a_spreadsheet_does(company: Import) -> None:
    rows = [[*ROWS[0][:8], "un\nmétier", *ROWS[0][9:]], [], [*ROWS[1][:11], "31/02/2020", *ROWS[1][12:]]]
    report = company("people", text(FRENCH, rows))
    assert [(one.row, one.column) for one in report.rejected] == [(4, "Date d'entrée")]
    assert len(report.created) == 1


@pytest.mark.database("sqlite")
def test_an_open_quote_is_told_with_its_line(company: Import) -> None:
    with pytest.raises(Unreadable) as refused:
        company("people", text(FRENCH, ROWS) + '"E3;sans fin')
    assert "4" in refused.value.message()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_headers_we_write_are_headers_we_read(language: str) -> None:
    with speaking(language):
        for kind, fields in VOCABULARY.items():
            assert {field: field_of(kind, usual_header(kind, field)) for field in fields} == {
                field: field for field in fields
            }


@pytest.mark.parametrize(
    ("field", "headers"),
    [
        ("employee_number", "Associate ID|User ID|Person ID External|Identifiant collaborateur|File Number"),
        ("first_name", "Legal First Name|Legal Name - First Name|Prénom d’usage"),
        ("last_name", "Legal Last Name|Legal Name - Last Name|Nom marital"),
        ("email", "Courriel professionnel|Primary Work Email|Email - Primary Work|E-mail de travail"),
        ("team", "Supervisory Organization|Organizational Unit|Unité organisationnelle"),
        ("site", "Office|Primary Location|Établissement de rattachement|Code établissement|Work Location"),
        ("job", "Business Title|Job Profile|Intitulé de l’emploi|Libellé emploi"),
        ("manager", "Manager - Employee ID|Reports To ID|Supervisor email|Identifiant manager"),
        ("entered_on", "Most Recent Hire Date|Hire Date|Date d’entrée dans la société"),
        ("contract_ends_on", "Termination Date|Date de départ"),
        ("commute_minutes", "Travel time|Travel time (min)|Temps de trajet domicile-travail"),
        ("phone", "Work phone|Téléphone professionnel"),
        (None, "Home email|Personal email|Middle name|Cost Center|Position ID|Time Type"),
    ],
)
def test_everyday_exports_are_understood(field: str | None, headers: str) -> None:
    for header in headers.split("|"):
        assert field_of(ImportKind.PEOPLE, header) == field, header


@pytest.mark.database("sqlite")
@pytest.mark.parametrize(
    ("cells", "field"), [("PAR|LYO", "site"), ("Siège Paris|", "site"), ("Front-office|Back office", "side")]
)
def test_a_column_called_office_means_what_its_cells_say(cells: str, field: str) -> None:
    rows = [(at + 2, ["E1", "Hardy", "Paie", cell]) for at, cell in enumerate(cells.split("|"))]
    table = recognise(ImportKind.PEOPLE, Sheet(["Matricule", "Nom", "Équipe", "Office"], rows))
    assert table.headers[field] == "Office"


STAFF_FILE = "Matricule;Prénom;Nom;Équipe;Site;Côté\nE1;Zoé;Hardy;Paie;PAR;Back-office\n"
OTHER_KINDS = {
    "sites": "Site;Nom;Latitude;Longitude\nPAR;Siège;48.8;2.2\n",
    "teams": "Équipe;Site;Côté;Absents max par jour\nPaie;PAR;Back-office;2\n",
    "people": STAFF_FILE,
    "links": "Équipe back-office;Équipe front-office\nPaie;Boutique Lyon\n",
    "travel": "De;À;Minutes\nPAR;LYO;120\n",
}


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("chosen", OTHER_KINDS)
@pytest.mark.parametrize("sent", OTHER_KINDS)
def test_a_file_of_another_kind_is_refused_whole(company: Import, chosen: str, sent: str) -> None:
    if chosen == sent:
        assert company(chosen, OTHER_KINDS[sent], apply=False).rejected == []
        return
    with pytest.raises(WrongKind) as refused:
        company(chosen, OTHER_KINDS[sent])
    said = refused.value.message().replace("\u00a0", " ")
    assert f"ressemble à « {kind_name(ImportKind(sent))} »" in said
    assert f"pas à « {kind_name(ImportKind(chosen))} »" in said
