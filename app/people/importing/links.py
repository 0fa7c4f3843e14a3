"""Service links: which back-office team serves which front-office team. A file adds; links are removed on
their page."""

from sqlalchemy import insert
from sqlmodel import Session, select

from app.core.i18n import _
from app.people.importing.columns import Row, Table
from app.people.importing.places import Sites, Teams
from app.people.importing.report import Change, ImportReport
from app.people.importing.values import BadValue
from app.people.tables import ServiceLink, Side, Site, Team


def import_links(session: Session, table: Table, report: ImportReport, *, apply: bool) -> None:
    """Plan, and with `apply` do."""
    sites = Sites(session.exec(select(Site)).all())
    teams = Teams(session.exec(select(Team)).all(), sites)
    known = {(link.back_team_id, link.front_team_id) for link in session.exec(select(ServiceLink))}
    seen: set[tuple[int, int]] = set()
    added = []
    for row in table.rows:
        back = _team(table, row, "back", Side.BACK, sites, teams, report)
        front = _team(table, row, "front", Side.FRONT, sites, teams, report)
        if back is None or front is None:
            continue
        assert back.id is not None
        assert front.id is not None
        pair = (back.id, front.id)
        if pair in seen:
            sentence = _("Ce lien est déjà plus haut dans le fichier : la ligne a été ignorée.")
            report.warnings.append(table.remark(row, "front", sentence))
            continue
        seen.add(pair)
        if pair in known:
            report.unchanged += 1
            continue
        cells = {table.headers["back"]: ("", back.name), table.headers["front"]: ("", front.name)}
        report.created.append(Change(row.number, f"{back.name} → {front.name}", cells))
        added.append({"back_team_id": pair[0], "front_team_id": pair[1]})
    if apply and added:
        session.execute(insert(ServiceLink), added)


def _team(
    table: Table, row: Row, field: str, side: Side, sites: Sites, teams: Teams, report: ImportReport
) -> Team | None:
    site = None
    try:
        if cell := row[f"{field}_site"]:
            site = sites.find(cell)
    except BadValue as fault:
        report.rejected.append(table.remark(row, f"{field}_site", str(fault)))
        return None
    try:
        team = teams.find(row[field], site)
        if team.side != side:
            raise BadValue(
                _("Cette équipe est du front-office : dans cette colonne, il faut une équipe du back-office.")
                if side == Side.BACK
                else _(
                    "Cette équipe est du back-office : dans cette colonne, il faut une équipe du "
                    "front-office."
                )
            )
    except BadValue as fault:
        report.rejected.append(table.remark(row, field, str(fault)))
        return None
    return team
