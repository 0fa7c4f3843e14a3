"""A name's `de`: elided in French before a vowel and a mute h, absent from other languages."""

import pytest

from app.core.i18n import of, speaking
from app.core.templating import environment


@pytest.mark.parametrize(
    "said",
    ["d’Ethan Roux", "d’Émilie", "d’Hélène", "d’Hugo", "d’Œdipe", "d’Ugo", "d’Yves", "d’Ysé", "d’Ousmane"],
)
def test_de_is_elided(said: str) -> None:
    assert of(said.removeprefix("d’")) == said


@pytest.mark.parametrize(
    "said", ["de Paul", "de Çelik", "de Yann", "de Yohan", "de Ouassim", "de Wassila", "de "]
)
def test_de_stands_before_a_consonant(said: str) -> None:
    assert of(said.removeprefix("de ")) == said


def test_english_keeps_the_name() -> None:
    with speaking("en"):
        assert of("Ethan") == "Ethan"


def test_a_page_escapes_the_name() -> None:
    page = environment().from_string("{{ name|of }}", globals={}).render(name="<b>")
    assert page == "de &lt;b&gt;"
