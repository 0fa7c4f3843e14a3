"""What a wrong value answers, in the reader's language and in our own words."""

from datetime import date, time
from enum import StrEnum
from typing import Any, Literal

import pytest
from pydantic import AwareDatetime, Field, ValidationError

from app.core.forms import FormModel, LocalTime, sentence
from app.core.i18n import speaking


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Everything(FormModel):
    whole: int = Field(default=1, ge=1, lt=9)
    half: float = Field(default=1, gt=0, le=2)
    short: str = Field(default="ab", min_length=2, max_length=3, pattern="^[a-z]+$")
    many: list[int] = Field(default=[1], min_length=1, max_length=2)
    colour: Colour = Colour.RED
    one: Literal["a", "b"] = "a"
    yes: bool = True
    day: date = date(2027, 3, 9)
    hour: time = time(9)
    local: LocalTime = time(9)
    instant: AwareDatetime | None = None
    inner: FormModel | None = None
    by_name: dict[str, int] | None = None


def said(name: str, value: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        Everything.model_validate({name: value})
    return sentence(dict(refused.value.errors()[0]))


WRONG = [
    ("whole", "x", "Écrivez un nombre."),
    ("whole", 0, "Choisissez un nombre d’au moins 1."),
    ("whole", 9, "Choisissez un nombre inférieur à 9."),
    ("half", 0, "Choisissez un nombre supérieur à 0."),
    ("half", 3, "Choisissez un nombre d’au plus 2."),
    ("short", 3, "Écrivez un texte."),
    ("short", "a", "Ce texte est trop court : 2 caractères au moins."),
    ("short", "abcd", "Ce texte est trop long : 3 caractères au plus."),
    ("short", "A1", "Ce texte n’a pas la forme attendue."),
    ("short", "\0a", "Cette valeur n’est pas possible ici."),
    ("many", "x", "Écrivez une liste."),
    ("many", [], "Choisissez-en au moins 1."),
    ("many", [1, 2, 3], "Choisissez-en 2 au plus."),
    ("colour", "green", "Choisissez parmi ces valeurs : red, blue."),
    ("one", "c", "Choisissez parmi ces valeurs : a, b."),
    ("yes", "maybe", "Écrivez true ou false."),
    ("day", "demain", "Écrivez une date, par exemple 2027-03-09."),
    ("hour", "midi", "Écrivez une heure, par exemple 09:30."),
    ("local", "09:30Z", "Écrivez l’heure du lieu, sans fuseau horaire, par exemple 09:30."),
    ("instant", "2027-03-09T09:30", "Écrivez un instant et son fuseau, par exemple 2027-03-09T09:30:00Z."),
    ("instant", "bientôt", "Écrivez un instant et son fuseau, par exemple 2027-03-09T09:30:00Z."),
    ("inner", "x", "Écrivez un objet JSON."),
    ("by_name", "x", "Écrivez un objet JSON."),
    ("else", "x", "Ce champ n’est pas attendu."),
]


@pytest.mark.parametrize(("name", "value", "sentence"), WRONG)
def test_a_wrong_value_reads_in_french(name: str, value: Any, sentence: str) -> None:
    assert said(name, value).replace("\u00a0", " ") == sentence


@pytest.mark.parametrize(("name", "value", "french"), WRONG)
def test_and_in_english(name: str, value: Any, french: str) -> None:
    with speaking("en"):
        assert said(name, value) != french
        assert "Value error" not in said(name, value)
