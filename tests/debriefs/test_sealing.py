"""Without the secret, sealed words tell nothing: neither their content nor their length nor their time."""

import pytest

from app.core.settings import settings
from app.debriefs.questions import LONGEST, QuestionKind, questions_of
from app.debriefs.sealing import FRAMES, Unreadable, seal, unseal
from app.debriefs.tables import Role


def test_what_was_sealed_can_be_read_in_its_place() -> None:
    said = {"surprise": "Le téléphone ne s’arrête jamais.\n\x01\x00", "recommend": 9}
    assert unseal(seal(said, "pool:1:visitor"), "pool:1:visitor") == said


def test_it_cannot_be_read_in_another_place() -> None:
    with pytest.raises(Unreadable):
        unseal(seal({"recommend": 9}, "draft:1:host"), "draft:2:host")


def test_it_cannot_be_read_under_another_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = seal({"recommend": 9}, "pool:1:visitor")
    monkeypatch.setenv("SECRET_KEY", "another one")
    settings.cache_clear()
    with pytest.raises(Unreadable):
        unseal(sealed, "pool:1:visitor")


def test_the_same_words_are_sealed_differently_each_time() -> None:
    assert seal({"recommend": 9}, "x") != seal({"recommend": 9}, "x")


def test_short_and_long_words_have_the_same_length() -> None:
    assert len(seal({"surprise": "Oui"}, "x")) == len(seal({"surprise": "a" * LONGEST}, "x"))


@pytest.mark.parametrize("role", Role)
def test_the_longest_form_fits(role: Role) -> None:
    widest = {one.key: "🙂" * LONGEST for one in questions_of(role) if one.kind == QuestionKind.TEXT}
    rest = {one.key: 2**31 for one in questions_of(role) if one.kind != QuestionKind.TEXT}
    assert len(seal(widest | rest, "x")) <= max(FRAMES) + 64
