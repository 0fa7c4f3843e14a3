"""`vis-ma-vie import-…`: a file from the command line."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from app.core import clock, i18n
from app.core.db import open_session
from app.core.i18n import _, ngettext
from app.people.errors import ImportChanged, Unreadable
from app.people.importing.reading import MAX_BYTES
from app.people.importing.report import ImportReport, Remark
from app.people.importing.run import run_import
from app.people.service import note_import
from app.people.tables import ImportKind

SHOWN = 200
"""Remarks printed for a reader; `--json` gives them all."""


def import_file(
    engine: Engine, kind: str, path: Path | str, *, dry_run: bool = False, as_json: bool = False
) -> int:
    """Import a file and print what came of it. Returns the exit code: 0, also with rejections; 2 when
    unreadable.

    With `as_json` standard output is the JSON object alone. Sentences are in the terminal's language.
    """

    def work(content: bytes) -> ImportReport:
        with open_session(engine) as session:
            now = clock.now()
            report = run_import(session, ImportKind(kind), content, now=now, apply=not dry_run)
            if not dry_run:
                note_import(session, ImportKind(kind), report, by=None, leavers_go=False, now=now)
            return report

    return print_import(path, work, dry_run=dry_run, as_json=as_json)


def print_import(
    path: Path | str, work: Callable[[bytes], ImportReport], *, dry_run: bool, as_json: bool
) -> int:
    """Give a file to `work` and print its report; the exit code."""
    with i18n.speaking(terminal_language()):
        try:
            report = work(_read(Path(path)))
        except (Unreadable, ImportChanged) as refused:
            sys.stderr.write(f"{path}\u00a0: {refused.message()}\n")
            return 2
        if as_json:
            sys.stdout.write(json.dumps(report.as_json(), ensure_ascii=False, indent=1) + "\n")
        else:
            sys.stdout.write("\n".join(_lines(report, dry_run=dry_run)) + "\n")
    return 0


def terminal_language() -> str:
    """Language of the terminal: English when its locale says so, else French."""
    told = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "en" if told.lower().startswith("en") else "fr"


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError:
        raise Unreadable(_("ce fichier n’existe pas ou ne peut pas être lu.")) from None


def _lines(report: ImportReport, *, dry_run: bool) -> list[str]:
    counts: dict[str, Any] = {
        "created": len(report.created),
        "updated": len(report.updated),
        "unchanged": report.unchanged,
        "rejected": report.rejected_rows,
    }
    said = (
        _("Essai, rien n’est enregistré : %(created)s à créer, %(updated)s à modifier, %(unchanged)s "
          "inchangés, "
          "%(rejected)s lignes rejetées.")
        if dry_run
        else _("%(created)s créés, %(updated)s modifiés, %(unchanged)s inchangés, %(rejected)s lignes "
               "rejetées.")
    )  # fmt: skip
    lines = [said % counts]
    lines += _remarks(report.rejected, ngettext("Rejet :", "Rejets :", len(report.rejected)))
    return lines + _remarks(report.warnings, ngettext("Remarque :", "Remarques :", len(report.warnings)))


def _remarks(remarks: list[Remark], title: str) -> list[str]:
    if not remarks:
        return []
    lines = ["", title]
    for remark in remarks[:SHOWN]:
        told = {"row": remark.row, "column": remark.column, "value": remark.value, "message": remark.message}
        lines.append(
            "  "
            + (
                _("%(column)s : %(message)s")
                if remark.row is None
                else _("ligne %(row)s, %(column)s « %(value)s » : %(message)s")
            )
            % told
        )
    if len(remarks) > SHOWN:
        lines.append("  " + _("… et %(n)s autres (tout est dans --json).") % {"n": len(remarks) - SHOWN})
    return lines
