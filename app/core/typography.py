"""French typography that sentences need: signs held by their word, a name's `de` before a vowel."""

import re
import unicodedata

TURNS = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")
"""Marks that turn the direction of what follows: nobody types them, and words would show in another order."""
VOWELS = frozenset("aeiouhœæø")
"""First letters before which `de` is `d’`. The h of given names is mute in nearly all of them: `d’Hélène`."""


def hold_signs(sentence: str) -> str:
    """No line begins with `:` or `?`, and none ends with `«`."""
    return re.sub(r" (?=[:;!?»])|(?<=«) ", "\u00a0", sentence)


def with_de(name: str) -> str:
    """`de Paul`, `d’Émilie`, `d’Hugo`; y and ou before a vowel are consonants: `de Yann`, `de Ouassim`."""
    return f"d’{name}" if _begins_with_vowel(name) else f"de {name}"


def _begins_with_vowel(name: str) -> bool:
    letters = [unicodedata.normalize("NFD", letter)[0] for letter in name[:3].lower()]
    first, second, third = [*letters, "", "", ""][:3]
    if first == "y":
        return second.isalpha() and second not in VOWELS
    if first + second == "ou":
        return third not in VOWELS - {"h"}
    return first in VOWELS
