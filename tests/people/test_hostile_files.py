"""Files that mean harm, or nothing: refused in bounded memory, never a crash."""

from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.spreadsheets import write_xlsx
from app.people.errors import Unreadable
from app.people.importing.columns import field_of, recognise
from app.people.importing.reading import clean, read_sheet
from app.people.tables import ImportKind
from tests.support.hostile import bomb, refused_within, sheet, with_sheet


def read(content: bytes, kind: ImportKind = ImportKind.PEOPLE) -> object:
    return recognise(kind, read_sheet(content, lambda header: field_of(kind, header) is not None))


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_early() -> None:
    small = bomb()
    assert len(small) < 1_000_000
    assert "démesuré" in refused_within(read, small, 40)


def test_two_cells_far_apart_are_refused() -> None:
    far = sheet(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )
    assert "démesuré" in refused_within(read, with_sheet(far), 40)


def test_styled_but_empty_cells_far_away_are_no_harm() -> None:
    cells = "".join(
        f'<c r="{at}1" t="inlineStr"><is><t>{name}</t></is></c>'
        for at, name in zip("ABC", ("Matricule", "Nom", "Équipe"), strict=True)
    )
    content = with_sheet(sheet(f'<row r="1">{cells}</row><row r="1048576"><c r="XFD1048576" s="0"/></row>'))
    assert read_sheet(content, lambda _header: True).header == ["Matricule", "Nom", "Équipe"]


def test_entities_are_refused() -> None:
    declared = b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>' + sheet("")
    assert "endommagé" in refused_within(read, with_sheet(declared), 40)


def test_a_formula_gives_its_last_value_and_a_text_like_one_stays_text() -> None:
    cells = (
        '<c r="A1" t="inlineStr"><is><t>Matricule</t></is></c><c r="B1" t="inlineStr"><is><t>Nom</t></is></c>'
        '<c r="C1" t="inlineStr"><is><t>Équipe</t></is></c>'
    )
    row = (
        '<c r="A2" t="str"><f>CONCATENATE("E",1)</f><v>E1</v></c>'
        '<c r="B2" t="inlineStr"><is><t>=HYPERLINK("http://x")</t></is></c><c r="C2" '
        't="inlineStr"><is><t>Paie</t></is></c>'
    )
    content = with_sheet(sheet(f'<row r="1">{cells}</row><row r="2">{row}</row>'))
    assert read_sheet(content, lambda _header: True).rows == [(2, ["E1", '=HYPERLINK("http://x")', "Paie"])]


def test_too_many_rows_are_refused() -> None:
    assert "trop grand" in refused_within(read, b"Matricule;Nom;Equipe\n" + b"1;2;3\n" * 60_000, 80)


def test_a_giant_cell_is_refused_with_its_line() -> None:
    assert "ligne" in refused_within(read, b'Matricule;Nom;Equipe\nE1;"' + b"x" * 300_000 + b'";Paie\n', 80)


def test_what_cannot_be_seen_goes() -> None:
    assert clean("\0 a\x07\u200b\u202e\u00a0 b\r\n\tc\ufeff") == "a b c"
    assert clean("'=1+1") == "=1+1"
    assert clean("'tis") == "'tis"


@given(st.binary(max_size=3000))
@settings(max_examples=300, deadline=None)
def test_no_bytes_crash_the_reader(content: bytes) -> None:
    with suppress(Unreadable):
        read(content)


@given(st.integers(min_value=0, max_value=10_000), st.binary(min_size=1, max_size=40))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_damaged_workbook_crashes_the_reader(at: int, damage: bytes) -> None:
    whole = write_xlsx(["Matricule", "Nom", "Équipe"], [["E1", "Un", "Paie"]] * 5)
    at %= len(whole)
    with suppress(Unreadable):
        read(whole[:at] + damage + whole[at + len(damage) :])


@given(st.lists(st.text(max_size=30), min_size=3, max_size=3), st.sampled_from(list(ImportKind)))
@settings(max_examples=200, deadline=None)
def test_any_header_is_named_or_not_but_never_crashes(header: list[str], kind: ImportKind) -> None:
    for name in header:
        field_of(kind, name)
