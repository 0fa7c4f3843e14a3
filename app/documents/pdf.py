"""Printed sheets: a Typst file of ours, fed with data.

What people typed reaches the sheet as JSON and is set as text; no markup is ever made of it. Sheets are
tagged PDF/UA, so that a screen reader reads them in order.
"""

import json
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from typing import Any

import segno
import typst

from app.core.i18n import current_language
from app.core.settings import ROOT, settings
from app.messages.lines import plain_lines

SHEETS = ROOT / "templates" / "documents"


@cache
def _fonts() -> typst.Fonts:
    """The fonts inside Typst; the machine's own only help with letters that those lack."""
    return typst.Fonts(include_system_fonts=True)


def pdf(sheet: str, title: str, /, **data: Any) -> bytes:
    """The sheet `templates/documents/<sheet>.typ` filled with JSON values, in the current language."""
    given = {"title": title, "language": current_language(), "company": settings().company, **data}
    written = json.dumps(_clean(given), ensure_ascii=False)
    try:
        return _compiled(sheet, written, sealed=True)
    except typst.TypstError:
        # The standard forbids a letter that no font of this machine draws (an emoji in a name): the sheet is
        # then made without its seal, tagged all the same.
        return _compiled(sheet, written, sealed=False)


def _compiled(sheet: str, data: str, *, sealed: bool) -> bytes:
    made = typst.compile(
        str(SHEETS / f"{sheet}.typ"),
        root=str(SHEETS),
        font_paths=_fonts(),
        sys_inputs={"data": data},
        format="pdf",
        pdf_standards=["ua-1"] if sealed else [],
    )
    assert isinstance(made, bytes)
    return made


def _clean(value: Any) -> Any:
    """`value` with every text in it free of control characters."""
    if isinstance(value, str):
        return plain_lines(value)
    if isinstance(value, Mapping):
        return {name: _clean(inner) for name, inner in value.items()}
    return [_clean(inner) for inner in value] if isinstance(value, list | tuple) else value


def qr(address: str) -> str:
    """A QR code as SVG, dark on nothing; readable with a quarter of it damaged."""
    out = BytesIO()
    segno.make(address, error="q", micro=False).save(
        out, kind="svg", border=0, xmldecl=False, svgns=True, omitsize=True
    )
    return out.getvalue().decode()


def pdf_headers(name: str) -> Mapping[str, str]:
    """Shown by the browser, saved under `name`."""
    return {"content-disposition": f'inline; filename="{name}.pdf"'}
