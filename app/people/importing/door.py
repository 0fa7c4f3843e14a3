"""What every import does alike: take the file sent, hand out the rejected cells."""

from typing import Any

from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile

from app.core.forms import Bound
from app.core.i18n import _
from app.core.spreadsheets import download
from app.people.errors import Unreadable
from app.people.importing.report import ImportReport

SHOWN = 200
"""Rows of each table of a preview."""


def sent_file(form: Bound[Any], sent: FormData) -> tuple[str, bytes] | None:
    """Name and bytes of the field `file`; None, with the form refused, when there is no file."""
    file = sent.get("file")
    content = file.file.read() if isinstance(file, UploadFile) else b""
    if form.value is None:
        return None
    if not content:
        form.refuse("file", _("Choisissez un fichier CSV ou XLSX."))
        return None
    return (file.filename if isinstance(file, UploadFile) else None) or _("fichier"), content


async def posted_file(sent: FormData) -> bytes:
    """The field `file` that a program sent. Raises Unreadable."""
    file = sent.get("file")
    if not isinstance(file, UploadFile):
        raise Unreadable(_("Envoyez le fichier dans le champ « file » d’un formulaire multipart."))
    return await file.read()


def rejected_cells(report: ImportReport) -> Response:
    """The rejected cells as a workbook, to hand to whoever can correct them."""
    header = [_("Ligne"), _("Colonne"), _("Valeur"), _("Pourquoi, et que faire")]
    rows = ([one.row, one.column, one.value, one.message] for one in report.rejected)
    return download("rejected", "xlsx", header, rows)
