"""Finding by any part of a word: accents, case and what stands between words do not count, and every word
must stand somewhere.

Databases disagree about accents and SQLite about the case of accented letters: rows read are compared here.
"""

import re
import unicodedata


def folded(text: str) -> str:
    """Lower case, without accents."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'"))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return bare.casefold().replace("œ", "oe").replace("æ", "ae")


def matches(text: str, *fields: str) -> bool:
    """Whether each word of `text` is somewhere in the fields; of nothing but signs, never."""
    within, words = _parted(" ".join(fields)), _parted(text).split()
    return all(word in within for word in words) and bool(words or not text.strip())


def _parted(text: str) -> str:
    return re.sub(r"[\W_]+", " ", folded(text))
