"""From the bytes of a file to rows of clean text, each with the number its reader sees in a spreadsheet.

Nothing in a file is believed: not its name, not its encoding, not the sizes it declares.
"""

import codecs
import csv
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import StringIO

from app.core.i18n import _
from app.people.errors import Unreadable
from app.people.importing.workbook import read_workbook

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 50_000
MAX_COLUMNS = 200
HEADER_WITHIN = 20
"""Rows that may stand above the header: a title, a date of extraction."""
DELIMITERS = ";,\t|"

Knows = Callable[[str], bool]
"""Whether a header names a column we look for."""


@dataclass(frozen=True)
class Sheet:
    """A table as read: headers as written, then rows with their numbers; every row is as long as the
    header."""

    header: list[str]
    rows: list[tuple[int, list[str]]]
    header_row: int = 1


def read_sheet(content: bytes, knows: Knows, *, merged: bool = False) -> Sheet:
    """The table in a file's bytes. Raises Unreadable with a sentence that says why and what to do.

    `merged`: each cell of a workbook's merged range holds what the range shows.
    """
    if not content.strip(b"\0 \t\r\n"):
        raise Unreadable(_("Le fichier est vide."))
    if len(content) > MAX_BYTES:
        raise Unreadable(
            _("Le fichier dépasse 20 Mo. Envoyez l’export seul, sans images ni autres feuilles.")
        )
    if content.startswith(b"PK\x03\x04"):
        tables: Iterable[list[list[str]]] = read_workbook(content, merged=merged)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(
            _(
                "Ce classeur est d’un ancien format, ou protégé par un mot de passe. Enregistrez-le en "
                ".xlsx ou en CSV."
            )
        )
    else:
        tables = (_read_text(decode(content), knows),)
    return _find_table(tables, knows)


def _find_table(tables: Iterable[list[list[str]]], knows: Knows) -> Sheet:
    """The sheet and the row whose cells name most of the columns; without any, the first row that holds
    text."""
    best: tuple[int, list[list[str]], int] | None = None
    for table in tables:
        for index, row in enumerate(_first_filled(table)):
            if row is None:
                continue
            score = sum(knows(cell) for cell in row)
            if best is None or score > best[0]:
                best = (score, table, index)
    if best is None:
        raise Unreadable(_("Le fichier est vide."))
    _score, table, at = best
    header = [clean(cell) for cell in table[at]]
    while header and not header[-1]:
        header.pop()
    if len(header) > MAX_COLUMNS or len(table) - at > MAX_ROWS:
        raise too_large()
    width = len(header)
    rows = []
    for index in range(at + 1, len(table)):
        cells = [clean(cell) for cell in table[index][:width]]
        if any(cells):
            rows.append((index + 1, cells + [""] * (width - len(cells))))
    return Sheet(header, rows, at + 1)


def _first_filled(table: list[list[str]]) -> Iterable[list[str] | None]:
    seen = 0
    for row in table:
        filled = any(cell.strip() for cell in row)
        seen += filled
        yield row if filled else None
        if seen >= HEADER_WITHIN:
            return


def too_large() -> Unreadable:
    """More than an export of staff can be."""
    return Unreadable(
        _("Le tableau est trop grand : %(rows)s lignes et %(columns)s colonnes au plus.")
        % {"rows": f"{MAX_ROWS:,}".replace(",", "\u202f"), "columns": MAX_COLUMNS}
    )


def decode(content: bytes) -> str:
    """Text of a file that does not say its encoding: BOM, else UTF-16 by its zero bytes, else UTF-8, else
    cp1252."""
    for mark, encoding in (
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    if wide := _wide_encoding(content[:4096]):
        return content.decode(wide, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        # Five bytes are undefined in cp1252; latin-1 gives them a control character, which `clean` removes.
        return "".join(_CP1252[byte] for byte in content)


_CP1252 = [bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256)]


def _wide_encoding(start: bytes) -> str | None:
    """UTF-16 without its mark: delimiters and most letters leave every second byte zero."""
    half = len(start) // 2
    if half < 2:
        return None
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if odd > half * 0.4 and even < half * 0.1:
        return "utf-16-le"
    if even > half * 0.4 and odd < half * 0.1:
        return "utf-16-be"
    return None


def clean(cell: str) -> str:
    """A value without what cannot be seen: control and zero-width characters go, blanks become single spaces.

    The apostrophe that our own exports put before a formula's sign goes as well, so that they can be sent
    back.
    """
    if cell.isascii() and cell.isprintable():
        text = " ".join(cell.split())
    else:
        kept = (
            " " if char.isspace() else char
            for char in unicodedata.normalize("NFC", cell)
            if char.isspace() or unicodedata.category(char) not in _UNSEEN or char == "\u200d"
        )
        text = " ".join("".join(kept).split())
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in "=+-@" else text


_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}


def _read_text(text: str, knows: Knows) -> list[list[str]]:
    text = text.replace("\0", "").lstrip("\ufeff")
    if told := re.match(r'"?sep=(.)"?[ ;,\t]*\r?\n', text, re.IGNORECASE):
        # Excel reads this line and does not show it: the header is its row 1.
        return _parse(text[told.end() :], told[1])
    return _parse(text, _delimiter(text, knows))


def _delimiter(text: str, knows: Knows) -> str:
    """The delimiter with which the first lines name most of our columns, else cut most."""
    start = "\n".join(re.split(r"\r\n|\r|\n", text[:65536])[: HEADER_WITHIN * 2])
    scores = []
    for delimiter in DELIMITERS:
        try:
            rows = list(csv.reader(StringIO(start, newline=""), delimiter=delimiter))
        except csv.Error:
            rows = []
        known = max((sum(knows(cell) for cell in row) for row in rows), default=0)
        scores.append(
            (known, max((len(row) for row in rows), default=0), -DELIMITERS.index(delimiter), delimiter)
        )
    return max(scores)[3]


def _parse(text: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    # An unescaped quote inside a field is common and harmless: strict refuses it, so only its last word
    # counts.
    try:
        _collect(rows, text, delimiter, strict=True)
    except csv.Error as fault:
        at = len(rows) + 1
        if "unexpected end" in str(fault):
            raise Unreadable(
                _("Un guillemet ouvert à la ligne %(row)s n’est jamais refermé : corrigez cette ligne.")
                % {"row": at}
            ) from None
        rows.clear()
        try:
            _collect(rows, text, delimiter, strict=False)
        except csv.Error:
            raise Unreadable(
                _("La ligne %(row)s ne se lit pas : une cellule y est démesurée ou mal fermée.")
                % {"row": len(rows) + 1}
            ) from None
    return rows


def _collect(rows: list[list[str]], text: str, delimiter: str, *, strict: bool) -> None:
    for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=strict):
        rows.append(row)
        if len(rows) > MAX_ROWS + HEADER_WITHIN:
            raise too_large()
