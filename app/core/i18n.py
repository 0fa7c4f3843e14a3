"""Languages. French is the source; English comes from `app/locale/en/LC_MESSAGES/messages.po`.

Catalogues are read as text when the process starts (a few milliseconds a hundred sentences), so there is
nothing to compile or to forget compiling.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from app.core.typography import hold_signs, with_de

LANGUAGES = {"fr": "Français", "en": "English"}
DEFAULT = "fr"
CATALOGUES = Path(__file__).resolve().parents[1] / "locale"

_current: ContextVar[str] = ContextVar("language", default=DEFAULT)


class _French(NullTranslations):
    """The source language: sentences stand as written, their signs held by the word they follow."""

    def gettext(self, message: str) -> str:
        return hold_signs(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        # Zero and one are singular in French.
        return hold_signs(msgid1 if abs(n) < 2 else msgid2)


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of a language; French is the text itself."""
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if language == DEFAULT or not path.exists():
        return _French()
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    found = GNUTranslations(compiled)
    found.add_fallback(_French())
    return found


def current_language() -> str:
    """Language of the reader being answered: `fr` or `en`."""
    return _current.get()


def current_locale() -> Locale:
    """Locale for dates and numbers; English dates are written the British way."""
    return Locale.parse({"fr": "fr_FR", "en": "en_GB"}[current_language()])


def set_language(language: str) -> None:
    """Answer the current request in this language (unknown ones are ignored)."""
    if language in LANGUAGES:
        _current.set(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Use `language` within the block: a mail is written in its reader's language."""
    token = _current.set(language if language in LANGUAGES else DEFAULT)
    try:
        yield
    finally:
        _current.reset(token)


def negotiate(accept_language: str) -> str:
    """The offered language a browser prefers, from its Accept-Language header."""
    weighted = []
    for part in accept_language.split(",")[:20]:
        tag, _, quality = part.strip().partition(";q=")
        try:
            weighted.append((float(quality or 1), tag.strip()))
        except ValueError:
            continue
    preferred = [tag for _, tag in sorted(weighted, key=lambda pair: -pair[0])]
    found = negotiate_locale(preferred, list(LANGUAGES), sep="-")
    return found or DEFAULT


def _(sentence: str) -> str:
    """Translate a whole sentence for the current reader."""
    return translations(current_language()).gettext(sentence)


def ngettext(one: str, many: str, n: int) -> str:
    """Translate a sentence that counts; placeholders are filled by the caller (`% {"n": n}`)."""
    return translations(current_language()).ngettext(one, many, n)


def of(name: str) -> str:
    """Whose something is, for a placeholder named `of_…`: `d’Ethan` in French, the name alone in English.

    French says `La journée %(of_visitor)s`, English `%(of_visitor)s’s day`.
    """
    return with_de(name) if current_language() == DEFAULT else name
