"""The reader's language: plurals, dates, signs."""

from datetime import UTC, date, datetime

import pytest

from app.core.i18n import _, negotiate, ngettext, speaking
from app.core.templating import day_range, long_day, when


@pytest.mark.parametrize(("n", "word"), [(0, "jour"), (1, "jour"), (2, "jours")])
def test_zero_is_singular_in_french(n: int, word: str) -> None:
    with speaking("fr"):
        assert ngettext("jour", "jours", n) == word


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("294 réponses : encore", "294 réponses\u00a0: encore"),
        ("Pourquoi ?", "Pourquoi\u00a0?"),
        ("« Bonjour »", "«\u00a0Bonjour\u00a0»"),
        ("Sans signe", "Sans signe"),
        ("à 12:30", "à 12:30"),
    ],
)
def test_french_signs_stay_with_their_word(written: str, shown: str) -> None:
    with speaking("fr"):
        assert _(written) == shown


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("en-GB,en;q=0.9", "en"),
        ("de, en;q=0.5", "en"),
        ("", "fr"),
        ("x;q=y", "fr"),
    ],
)
def test_the_browser_chooses_between_the_languages_offered(accepted: str, language: str) -> None:
    assert negotiate(accepted) == language


def test_dates_are_written_as_the_reader_writes_them() -> None:
    with speaking("fr"):
        assert long_day(date(2027, 3, 1)) == "lundi 1er mars 2027"
        assert day_range(date(2027, 3, 1), date(2027, 4, 30)) == "1er mars – 30 avril 2027"
        assert day_range(date(2027, 3, 1), date(2027, 3, 1)) == "1er mars 2027"
        assert when(datetime(2026, 11, 30, 23, 30, tzinfo=UTC)) == "1er déc. 2026, 00:30"
    with speaking("en"):
        assert long_day(date(2027, 3, 1)) == "Monday 1 March 2027"
