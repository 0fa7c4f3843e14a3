"""Files that mean harm, and how to hold that they are refused within bounds."""

import tracemalloc
import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest

from app.core.spreadsheets import write_xlsx
from app.people.errors import Unreadable
from app.people.importing.workbook import MAX_UNPACKED

SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def with_sheet(xml: bytes) -> bytes:
    """A workbook whose only sheet is `xml`."""
    out = BytesIO()
    with (
        zipfile.ZipFile(
            BytesIO(write_xlsx(["Matricule", "Nom", "Équipe"], [["E1", "Un", "Paie"]]))
        ) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for part in source.infolist():
            target.writestr(part, xml if part.filename == SHEET else source.read(part))
    return out.getvalue()


def sheet(rows: str, *, after: str = "") -> bytes:
    """A sheet's XML around its rows."""
    return f'<worksheet xmlns="{NAMESPACE}"><sheetData>{rows}</sheetData>{after}</worksheet>'.encode()


def bomb(unpacked: int = MAX_UNPACKED + 1) -> bytes:
    """A small workbook that unpacks to so many bytes."""
    return with_sheet(b"<worksheet>" + b" " * unpacked + b"</worksheet>")


def refused_within(read: Callable[[bytes], object], content: bytes, megabytes: int) -> str:
    """The sentence with which `read` refuses `content`, having taken at most so much memory."""
    tracemalloc.start()
    try:
        with pytest.raises(Unreadable) as refused:
            read(content)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < megabytes * 1024 * 1024
    return refused.value.message()
