"""The one writer of tables for spreadsheets. No cell of ours is ever taken for a formula."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any, Literal

import xlsxwriter
from starlette.responses import Response

Format = Literal["csv", "xlsx"]

_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
_ILLEGAL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535))
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MAX_TEXT = 32_767
"""Characters that a spreadsheet's cell holds."""


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """UTF-8 with its mark and semicolons, as French spreadsheets open it.

    A text that begins like a formula gets an apostrophe in front; our own import takes it off again.
    """
    out = StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([_safe(cell) for cell in header])
    for row in rows:
        writer.writerow([_safe(cell) for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def write_xlsx(header: Sequence[str], rows: Iterable[Sequence[Any]], *, sheet: str = "Export") -> bytes:
    """A workbook of one sheet: texts as texts, numbers as numbers, days as days; the header stays in
    sight."""
    out = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        page = book.add_worksheet(sheet[:31])
        bold = book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        widths = [len(str(cell)) for cell in header]
        for column, cell in enumerate(header):
            page.write_string(0, column, _text(cell), bold)
        last = 0
        for last, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                _write_cell(page, last, column, cell, day)
                widths[column] = max(widths[column], len(str(cell if cell is not None else "")))
        for column, width in enumerate(widths):
            page.set_column(column, column, min(48, width + 2))
        page.freeze_panes(1, 0)
        if header:
            page.autofilter(0, 0, last, len(header) - 1)
    return out.getvalue()


def download(name: str, kind: Format, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """An answer that the browser saves as `name.csv` or `name.xlsx` (`name`: ASCII letters, digits,
    dashes)."""
    content = write_csv(header, rows) if kind == "csv" else write_xlsx(header, rows)
    headers = {"content-disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(content, media_type=_TYPES[kind], headers=headers)


def _write_cell(page: Any, row: int, column: int, cell: Any, day: Any) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        page.write_number(row, column, cell)
    elif isinstance(cell, date) and not isinstance(cell, datetime):
        page.write_datetime(row, column, cell, day)
    else:
        page.write_string(row, column, _text(cell))


def _text(cell: Any) -> str:
    return str(cell).translate(_ILLEGAL)[:MAX_TEXT]


def _safe(cell: Any) -> Any:
    if cell is None:
        return ""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return cell
    text = _text(cell)
    return f"'{text}" if text.startswith(_SIGNS) else text
