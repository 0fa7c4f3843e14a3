"""Texts that other people typed, made safe for headers and calendar properties."""

import re

from app.core.typography import TURNS

# C0, DEL and C1 controls (CR, LF and NEL among them), and the two Unicode line ends.
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


def one_line(text: str) -> str:
    """`text` on one line: any line break becomes a space, so nobody can add a header with a name."""
    return " ".join(_BREAKS.sub(" ", _printable(text)).split(" ")).strip()


def plain_lines(text: str) -> str:
    """`text` with `\\n` as its only line break and no other control character."""
    text = re.sub("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]", "\n", _printable(text))
    return "\n".join(_BREAKS.sub(" ", line).rstrip() for line in text.split("\n"))


def _printable(text: str) -> str:
    return _LONE_SURROGATES.sub("\ufffd", TURNS.sub("", text))
