"""Workbooks (.xlsx). The container is examined as a stream before the library may read it: a few kilobytes
can
unpack to gigabytes, and two cells far apart make a table of billions.
"""

import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from app.core.i18n import _
from app.people.errors import Unreadable

MAX_PARTS = 500
MAX_UNPACKED = 48 * 1024 * 1024
MAX_CELLS = 1_000_000
"""Cells of the rectangle that holds everything written in one sheet: 50,000 rows of 20 columns."""
CHUNK = 256 * 1024


def read_workbook(content: bytes, *, merged: bool = False) -> Iterator[list[list[str]]]:
    """The visible sheets, in order, as text; with `merged` each cell of a merged range holds what the range
    shows. Raises Unreadable."""
    _examine(content)
    try:
        with CalamineWorkbook.from_filelike(BytesIO(content)) as book:
            for sheet in book.sheets_metadata:
                if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet:
                    page = book.get_sheet_by_name(sheet.name)
                    rows = page.to_python(skip_empty_area=False)
                    table = [[_text(cell) for cell in row] for row in rows]
                    if merged:
                        _spread(table, page.merged_cell_ranges or [])
                    yield table
    except Unreadable:
        raise
    except (CalamineError, ValueError, OSError, KeyError, OverflowError):
        raise _damaged() from None
    except BaseException as fault:  # the library's own panics are no Exception
        if type(fault).__name__ != "PanicException":
            raise
        raise _damaged() from None


def _spread(table: list[list[str]], ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Write what a merged range shows into each of its cells, as far as the table reaches."""
    left = MAX_CELLS
    for (top, start), (bottom, end) in ranges:
        if top >= len(table) or start >= len(table[top]):
            continue
        shown = table[top][start]
        for row in table[top : bottom + 1]:
            width = len(row[start : end + 1])
            left -= width + 1
            if left < 0:
                raise _bomb()
            row[start : end + 1] = [shown] * width


def _damaged() -> Unreadable:
    return Unreadable(
        _("Ce classeur est endommagé. Ouvrez-le, enregistrez-le à nouveau en .xlsx ou en CSV, renvoyez-le.")
    )


def _bomb() -> Unreadable:
    return Unreadable(
        _(
            "Ce classeur est démesuré une fois décompressé. Copiez le tableau seul dans un classeur neuf, "
            "renvoyez-le."
        )
    )


def _examine(content: bytes) -> None:
    """Refuse what would cost too much to open."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS:
                raise _bomb()
            left = MAX_UNPACKED
            for part in parts:
                left -= _examine_part(archive, part, left)
    except Unreadable:
        raise
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
        expat.ExpatError,
    ):
        raise _damaged() from None
    except Exception as fault:  # zlib.error and lzma.LZMAError share no parent with the others
        if type(fault).__module__ in {"zlib", "_lzma", "lzma"}:
            raise _damaged() from None
        raise


def _examine_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> int:
    """Bytes that a part really unpacks to; sheets are also measured, and no XML may declare entities."""
    extent: _Extent | None = None
    unpacked = 0
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK):
            if not unpacked and _looks_like_xml(part.filename, chunk):
                extent = _Extent()
            unpacked += len(chunk)
            if unpacked > left:
                raise _bomb()
            if extent is not None:
                extent.feed(chunk)
    if extent is not None:
        extent.feed(b"", last=True)
    return unpacked


def _looks_like_xml(name: str, start: bytes) -> bool:
    """By its name, or its first byte: a workbook may keep its sheets under any name."""
    first = start.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")[:1]
    return first == b"<" or name.lower().endswith((".xml", ".rels"))


class _Extent:
    """How far the written cells of a sheet reach."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.row = 0
        self.column = 0
        self.rows = 0
        self.columns = 0

    def feed(self, chunk: bytes, *, last: bool = False) -> None:
        """Parse on."""
        self.parser.Parse(chunk, last)

    def _doctype(self, *_declared: Any) -> None:
        raise _damaged()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if local == "row":
            self.row = int(attributes.get("r", self.row + 1))
            self.column = 0
        elif local == "c":
            self.column += 1
            if place := attributes.get("r"):
                self.column, self.row = _place(place)
        elif local in {"v", "is", "f"}:
            self.rows = max(self.rows, self.row)
            self.columns = max(self.columns, self.column)
            if self.rows * self.columns > MAX_CELLS:
                raise _bomb()


def _place(reference: str) -> tuple[int, int]:
    """`AB12` → column 28, row 12."""
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return column, int(reference[len(letters) :])


def _text(cell: Any) -> str:
    """What a person reads in the cell; days in ISO form, whole numbers without decimals."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return (cell.date() if cell.time() == time() else cell).isoformat()
    if isinstance(cell, timedelta):
        return str(int(cell.total_seconds() // 60))
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)
