"""What is typed finds what is written, whatever the accents and the case, each word anywhere."""

import pytest
from sqlalchemy import String, literal
from sqlmodel import Session, select

from app.core.searching import found_in, matches

FIELDS = (
    "Réparation d’été",
    "Vente",
    "Bercy",
    "Bœuf",
    "Jean Pierre",
    "Anne-Lise",
    "ŒUVRÉ",
    "Ægir",
    "Groß",
    "ÇELİK",
)

typed_and_found = pytest.mark.parametrize(
    "typed",
    [
        "reparation",
        "RÉPARATION",
        "d'ete",
        "bercy vente",
        " BOEUF ",
        "bœuf",
        "re\u0301par",
        "répar",
        "",
        "jean-pierre",
        "anne lise",
        "oeuvre",
        "AEGIR gross",
        "celik",
        "Çelik",
    ],
)
typed_in_vain = pytest.mark.parametrize("typed", ["bercy achats", "ventebercy", "%", "_", "\\"])


@typed_and_found
def test_every_word_is_found_somewhere(typed: str) -> None:
    assert matches(typed, *FIELDS)


@typed_in_vain
def test_a_word_that_stands_nowhere_finds_nothing(typed: str) -> None:
    assert not matches(typed, *FIELDS)


@pytest.mark.database("sqlite", "postgresql")
@typed_and_found
def test_a_database_finds_the_same(session: Session, typed: str) -> None:
    assert session.scalar(select(found_in(typed, *map(literal, FIELDS), literal(None, String))))


@pytest.mark.database("sqlite", "postgresql")
@typed_in_vain
def test_a_database_finds_no_more(session: Session, typed: str) -> None:
    assert not session.scalar(select(found_in(typed, *map(literal, FIELDS))))
