"""English is complete: every French sentence of the code has its translation, with the same placeholders."""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from app.core.i18n import CATALOGUES
from app.core.settings import ROOT

METHODS = [("app/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
OPTIONS = {
    "templates/**.html": {"extensions": "jinja2.ext.do", "silent": "false"},
    "templates/**.txt": {"extensions": "jinja2.ext.do", "silent": "false"},
}
"""Without them a template that Babel cannot read is left out without a word."""
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
NO_NAMES = {"before", "days", "limit", "n", "start"}
"""What `de` and `que` may stand before: figures, days, hours. A name is said by `of` or comes elsewhere."""
ELIDES = re.compile(r"\b(?:de|que|lorsque|puisque|jusque)\s+%\((\w+)\)s", re.IGNORECASE)
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")

Sentence = str | tuple[str, str]


@cache
def sentences() -> frozenset[Sentence]:
    """Every sentence that code or a template shows; Babel would leave out `_layout` and `_parts`."""
    found = extract_from_dir(
        ROOT,
        METHODS,
        options_map=OPTIONS,
        keywords=KEYWORDS,
        comment_tags=(),
        directory_filter=lambda folder: not Path(folder).name.startswith("."),
    )
    return frozenset(
        message if isinstance(message, str) else (message[0], message[1]) for _, _, message, _, _ in found
    )


@pytest.fixture(scope="module")
def english() -> Catalog:
    with (Path(CATALOGUES) / "en" / "LC_MESSAGES" / "messages.po").open("rb") as source:
        return read_po(source, locale="en")


def translated(catalogue: Catalog, sentence: Sentence) -> list[str]:
    """The English of a sentence: one text, or singular and plural; empty ones left out."""
    message = catalogue.get(sentence if isinstance(sentence, str) else sentence[0])
    if message is None or message.fuzzy:
        return []
    texts = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return [text for text in texts if text]


def test_the_code_speaks() -> None:
    assert len(sentences()) > 500


def test_the_frame_of_every_page_speaks() -> None:
    assert "Lu par : %(text)s" in {str(sentence).replace("\u00a0", " ") for sentence in sentences()}


def test_every_sentence_is_translated(english: Catalog) -> None:
    missing = [
        sentence
        for sentence in sentences()
        if len(translated(english, sentence)) < (1 if isinstance(sentence, str) else 2)
    ]
    assert missing == []


def test_translations_keep_placeholders(english: Catalog) -> None:
    wrong = []
    for sentence in sentences():
        whole = sentence if isinstance(sentence, str) else sentence[1]
        texts = translated(english, sentence)
        if texts and set(PLACEHOLDER.findall(texts[-1])) != set(PLACEHOLDER.findall(whole)):
            wrong.append(sentence)
    assert wrong == []


def test_de_before_a_name_is_said_by_of() -> None:
    spoken = {text for one in sentences() for text in ([one] if isinstance(one, str) else one)}
    assert [text for text in spoken if set(ELIDES.findall(text)) - NO_NAMES] == []


def test_de_before_a_name_would_be_seen() -> None:
    assert set(ELIDES.findall("La journée de\u00a0%(visitor)s, de %(start)s à %(end)s")) - NO_NAMES == {
        "visitor"
    }


def test_an_untranslated_sentence_is_seen(english: Catalog) -> None:
    assert translated(english, "Cette phrase n’est écrite nulle part ailleurs.") == []
