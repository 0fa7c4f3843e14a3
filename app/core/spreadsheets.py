"""The one spreadsheet writer. Texts stay texts, so that no cell becomes a formula when it is opened."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO

import xlsxwriter
from starlette.responses import Response

Cell = str | int | float | date | datetime | None

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """An XLSX file of one sheet: headers, a filter on them, one line a row."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", title)[:31].strip() or "1")
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy"})
    widths = [len(column) for column in columns]
    for at, column in enumerate(columns):
        sheet.write_string(0, at, column, bold)
    line = 0
    for line, row in enumerate(rows, start=1):
        for at, cell in enumerate(row):
            if isinstance(cell, datetime):
                sheet.write_datetime(line, at, cell.replace(tzinfo=None), day)
            elif isinstance(cell, date):
                sheet.write_datetime(line, at, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
            elif isinstance(cell, int | float):
                sheet.write_number(line, at, cell)
            elif cell is not None:
                sheet.write_string(line, at, cell[:32_000])
            widths[at] = max(widths[at], min(len(str(cell or "")), 48))
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width + 2)
    sheet.freeze_panes(1, 0)
    if columns:
        sheet.autofilter(0, 0, line, len(columns) - 1)
    book.close()
    return out.getvalue()


def download(content: bytes, name: str) -> Response:
    """The file as a download; `name` in plain letters, with its extension."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name)
    return Response(
        content, media_type=XLSX, headers={"content-disposition": f'attachment; filename="{plain}"'}
    )
