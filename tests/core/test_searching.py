"""What is typed finds what is written, whatever the accents and the case, each word anywhere."""

import pytest

from app.core.searching import matches

FIELDS = ("Réparation d’été", "Vente", "Bercy", "Bœuf", "Jean Pierre", "Anne-Lise")


@pytest.mark.parametrize(
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
    ],
)
def test_every_word_is_found_somewhere(typed: str) -> None:
    assert matches(typed, *FIELDS)


@pytest.mark.parametrize("typed", ["bercy achats", "ventebercy", "%", "_"])
def test_a_word_that_stands_nowhere_finds_nothing(typed: str) -> None:
    assert not matches(typed, *FIELDS)
