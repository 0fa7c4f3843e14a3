"""Finding by any part of a word: accents and case do not count, and every word must stand somewhere.

Databases disagree about accents and SQLite about the case of accented letters: rows read are compared here.
"""

import unicodedata


def folded(text: str) -> str:
    """Lower case, without accents."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'"))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return bare.casefold().replace("œ", "oe").replace("æ", "ae")


def matches(text: str, *fields: str) -> bool:
    """Whether each word of `text` is somewhere in the fields."""
    within = folded(" ".join(fields))
    return all(word in within for word in folded(text).split())
