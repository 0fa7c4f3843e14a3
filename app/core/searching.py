"""Finding by any part of a word: accents, case and what stands between words do not count, and every word
must stand somewhere.

Databases disagree about accents, and SQLite about the case of accented letters: SQLite is given `folded`,
PostgreSQL the same said in its own words, without an extension. Nothing folded is stored, nothing to erase.
"""

import re
import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, String, and_, false, func, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

MARKS = r"[\u0300-\u036f]"
"""Accents and other marks, once parted from their letters."""


def folded(text: str) -> str:
    """Lower case, without accents."""
    if text.isascii():
        return text.lower()
    plain = re.sub(MARKS, "", unicodedata.normalize("NFKD", text.replace("’", "'")))
    return plain.casefold().replace("œ", "oe").replace("æ", "ae")


def matches(text: str, *fields: str) -> bool:
    """Whether each word of `text` is somewhere in the fields; of nothing but signs, never."""
    within, words = folded(" ".join(fields)), _words(text)
    return all(word in within for word in words) and bool(words or not text.strip())


def found_in(text: str, *columns: Any) -> ColumnElement[bool]:
    """`matches`, for rows that a database counts and pages."""
    words = _words(text)
    if not words:
        return false() if text.strip() else true()
    within = _Folded(func.concat_ws(" ", *columns))
    return and_(*(within.contains(word) for word in words))


def same(column: Any) -> ColumnElement[str]:
    """What stands in a column, to be compared with another one folded alike: `folded`, by the database."""
    return _Folded(func.coalesce(column, ""))


def _words(text: str) -> list[str]:
    return re.sub(r"[\W_]+", " ", folded(text)).split()


class _Folded(GenericFunction[str]):
    name = "folded"
    type = String()
    inherit_cache = True


@compiles(_Folded, "postgresql")
def _folded_by_postgresql(element: _Folded, compiler: Any, **how: Any) -> str:
    # Both cases of what has no accent: `lower` knows ASCII only where the database's locale is C.
    said = f"normalize({compiler.process(element.clauses, **how)}, NFKD)"
    said = f"regexp_replace({said}, '{MARKS}', '', 'g')"
    for letter, letters in (("œ", "oe"), ("Œ", "oe"), ("æ", "ae"), ("Æ", "ae"), ("ß", "ss")):
        said = f"replace({said}, '{letter}', '{letters}')"
    return f"lower({said})"
