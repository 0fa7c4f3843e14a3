"""People: what each row of the staff file means, checked against the file itself and against who is known."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlmodel import Session, col, select

from app.accounts.tables import ERASED, Account
from app.core.i18n import _
from app.people.importing import values
from app.people.importing.columns import Row, Table
from app.people.importing.places import Sites, Teams
from app.people.importing.report import Change, ImportReport, Leaver, Staff
from app.people.importing.rows import Parser, check, differences, header_of, note, shown_days, shown_languages
from app.people.importing.values import BadValue
from app.people.queries import lock_people
from app.people.tables import WEEK, WORKING_WEEK, Person, Site, Team


@dataclass
class Entry:
    """An accepted row: the person as they will be."""

    row: Row
    key: str
    wanted: dict[str, Any]
    """By column of Person, without its manager."""
    before: Person | None
    account: Account | None
    manager_key: str | None = None
    keeps_manager: bool = True
    """The file has no column of managers."""


@dataclass
class Plan:
    """What the file asks, beside what is known."""

    entries: list[Entry] = field(default_factory=list)
    known: dict[str, Person] = field(default_factory=dict)
    """By number."""
    accounts: dict[int, Account] = field(default_factory=dict)
    freed_accounts: set[int] = field(default_factory=set)
    """Closed accounts whose address somebody else has now."""
    named_keys: set[str] = field(default_factory=set)
    """Every number in the file, accepted or not."""
    named_emails: set[str] = field(default_factory=set)


def number_key(number: str) -> str:
    """Numbers are compared without case."""
    return number.casefold()


def plan_people(session: Session, table: Table, report: ImportReport, *, hold: bool = False) -> Plan:
    """Read every row; nothing is written. Rejections and warnings go to the report. `hold`: to write it, so
    that nobody is changed or erased meanwhile."""
    known = lock_people(session) if hold else session.exec(select(Person)).all()
    people = [person for person in known if not person.erased]
    plan = Plan(
        known={number_key(person.employee_number): person for person in people},
        accounts={account.id: account for account in session.exec(select(Account)) if account.id is not None},
    )
    sites = Sites(session.exec(select(Site)).all())
    teams = Teams(session.exec(select(Team)).all(), sites)
    _read_rows(table, plan, report, sites, teams)
    _refuse_unknown_managers(table, plan, report)
    _settle_emails(table, plan, report)
    _link_managers(table, plan, report)
    report.rejected.sort(key=lambda remark: remark.row or 0)
    _compare(table, plan, report, teams)
    report.staff = _staff(plan)
    return plan


def _staff(plan: Plan) -> dict[str, tuple[Staff | None, Staff | None]]:
    """Where everybody works, before the file and after."""
    keys = {person.id: key for key, person in plan.known.items()}
    before = {
        key: Staff(person.name, person.team_id, keys.get(person.manager_id))
        for key, person in plan.known.items()
        if person.active
    }
    after = dict(before)
    for entry in plan.entries:
        known = keys.get(entry.before.manager_id) if entry.before is not None else None
        manager = known if entry.keeps_manager else entry.manager_key
        after[entry.key] = Staff(_name(entry) or before[entry.key].name, entry.wanted["team_id"], manager)
    return {key: (before.get(key), after.get(key)) for key in before.keys() | after.keys()}


def _parsers(table: Table) -> dict[str, Parser]:
    months_first = {
        name: values.months_come_first(row[name] for row in table.rows)
        for name in ("entered_on", "contract_ends_on")
    }
    return {
        "employee_number": values.needed,
        "first_name": values.text,
        "last_name": values.text,
        "email": values.email,
        "phone": values.text,
        "department": values.text,
        "job": values.text,
        "languages": values.languages,
        "entered_on": partial(values.day, month_first=months_first["entered_on"]),
        "worked_weekdays": partial(values.worked_weekdays, default=WORKING_WEEK),
        "school_weekdays": values.closed_weekdays,
        "usual_hours": values.text,
        "legal_entity": values.text,
        "commute_minutes": values.optional_minutes,
        "contract": values.contract,
        "contract_ends_on": partial(values.day, month_first=months_first["contract_ends_on"]),
        "under_18": values.yes_no,
    }


def _read_rows(table: Table, plan: Plan, report: ImportReport, sites: Sites, teams: Teams) -> None:
    parsers = _parsers(table)
    places: dict[tuple[str, str, str], tuple[Team | None, list[tuple[str, str]]]] = {}
    for row in table.rows:
        faults = len(report.rejected)
        wanted = check(table, row, parsers, report.rejected)
        where = (row["site"], row["team"], row["side"])
        if where not in places:
            places[where] = _place(table, where, sites, teams)
        team, remarks = places[where]
        report.rejected += [table.remark(row, name, message) for name, message in remarks]
        if not row["last_name"] and not row["first_name"]:
            report.rejected.append(
                table.remark(row, "last_name", _("La personne n’a ni prénom ni nom : complétez-les."))
            )
        key = number_key(row["employee_number"])
        if key.startswith(ERASED):
            sentence = _(
                "Ce numéro est celui d’une personne effacée, qui ne revient pas : retirez cette ligne."
            )
            report.rejected.append(table.remark(row, "employee_number", sentence))
        if key and key in plan.named_keys:
            sentence = _(
                "Ce matricule est déjà plus haut dans le fichier : donnez à chaque personne le sien."
            )
            report.rejected.append(table.remark(row, "employee_number", sentence))
        plan.named_keys.add(key)
        plan.named_emails.add(row["email"].lower())
        if len(report.rejected) > faults or wanted is None or team is None:
            continue
        _warn_about_side(table, row, team, report)
        wanted["team_id"] = team.id
        wanted["active"] = True
        before = plan.known.get(key)
        if before is not None:
            wanted["employee_number"] = before.employee_number
        account = plan.accounts.get(before.account_id) if before is not None and before.account_id else None
        plan.entries.append(Entry(row, key, wanted, before, account))


def _place(
    table: Table, where: tuple[str, str, str], sites: Sites, teams: Teams
) -> tuple[Team | None, list[tuple[str, str]]]:
    """The team of these cells (site, team, side), or what is wrong: (column, sentence)."""
    site_cell, team_cell, side_cell = where
    faults: list[tuple[str, str]] = []
    if table.has("side") and side_cell:
        try:
            values.side(side_cell)
        except BadValue as fault:
            faults.append(("side", str(fault)))
    site = None
    if table.has("site") and site_cell:
        try:
            site = sites.find(site_cell)
        except BadValue as fault:
            return None, [("site", str(fault)), *faults]
    try:
        return teams.find(team_cell, site), faults
    except BadValue as fault:
        return None, [("team", str(fault)), *faults]


def _warn_about_side(table: Table, row: Row, team: Team, report: ImportReport) -> None:
    if table.has("side") and row["side"] and values.side(row["side"]) != team.side:
        sentence = _("Le fichier des équipes dit l’autre côté pour cette équipe : c’est lui qui compte.")
        report.warnings.append(table.remark(row, "side", sentence))


def _settle_emails(table: Table, plan: Plan, report: ImportReport) -> None:
    """An address belongs to one account: earlier rows win over later ones, people who work here over leavers.

    Addresses may change hands within a file; a row kept out keeps its person's old address, hence the rounds.
    """
    if not table.has("email"):
        return
    holders = {account.email: account for account in plan.accounts.values() if account.email}
    owners: dict[int | None, Person] = {
        person.account_id: person for person in plan.known.values() if person.account_id
    }
    settled = False
    while not settled:
        kept_by_file = {entry.key: entry.wanted.get("email") for entry in plan.entries}
        plan.freed_accounts.clear()
        used: set[str] = set()
        accepted = []
        for entry in plan.entries:
            address = entry.wanted.get("email")
            if address and address in used:
                sentence = _(
                    "Cette adresse est déjà plus haut dans le fichier : donnez à chaque personne la sienne, "
                    "ou videz la cellule."
                )
                report.rejected.append(table.remark(entry.row, "email", sentence))
                continue
            holder = holders.get(address) if address else None
            if holder is not None and not _may_have(entry, holder, owners.get(holder.id), kept_by_file, plan):
                sentence = _(
                    "Cette adresse est celle d’une autre personne : corrigez-la, ou videz la cellule."
                )
                report.rejected.append(table.remark(entry.row, "email", sentence))
                continue
            if address:
                used.add(address)
            accepted.append(entry)
        settled = len(accepted) == len(plan.entries)
        plan.entries = accepted


def _may_have(
    entry: Entry, holder: Account, owner: Person | None, kept_by_file: dict[str, str | None], plan: Plan
) -> bool:
    """Whether the person may have the address that `holder` has now; takes over or frees that account if
    needed."""
    if holder is entry.account:
        return True
    if owner is None:
        if entry.account is None:
            entry.account = holder
        return entry.account is holder
    if holder.is_admin:
        return False
    key = number_key(owner.employee_number)
    if key in kept_by_file:
        return kept_by_file[key] != holder.email
    if not owner.active and holder.id is not None:
        plan.freed_accounts.add(holder.id)
    return not owner.active


def _refuse_unknown_managers(table: Table, plan: Plan, report: ImportReport) -> None:
    """A manager is in the file, accepted or not, or already known."""
    if not table.has("manager"):
        return
    known_emails = {person.email for person in plan.known.values() if person.email} | plan.named_emails
    known_keys = plan.named_keys | plan.known.keys()
    unknown = set()
    for row in table.rows:
        cell = row["manager"]
        if cell and number_key(cell) not in known_keys and cell.lower() not in known_emails:
            sentence = _(
                "Ce responsable n’est ni dans le fichier ni déjà connu : corrigez le matricule, ou videz "
                "la cellule."
            )
            report.rejected.append(table.remark(row, "manager", sentence))
            unknown.add(row.number)
    plan.entries = [entry for entry in plan.entries if entry.row.number not in unknown]


def _link_managers(table: Table, plan: Plan, report: ImportReport) -> None:
    """A manager whose own row is rejected leaves the field empty, with a warning."""
    if not table.has("manager"):
        return
    by_email = {
        person.email: number_key(person.employee_number) for person in plan.known.values() if person.email
    }
    by_email |= {entry.wanted["email"]: entry.key for entry in plan.entries if entry.wanted.get("email")}
    accepted = {entry.key for entry in plan.entries}
    for entry in plan.entries:
        entry.keeps_manager = False
        cell = entry.row["manager"]
        if not cell:
            continue
        key = by_email.get(cell.lower(), number_key(cell))
        if key == entry.key:
            sentence = _("Cette personne serait son propre responsable : le champ est laissé vide.")
            report.warnings.append(table.remark(entry.row, "manager", sentence))
        elif key in accepted or key in plan.known:
            entry.manager_key = key
        else:
            sentence = _(
                "La ligne de ce responsable est rejetée : le champ est laissé vide en attendant sa "
                "correction."
            )
            report.warnings.append(table.remark(entry.row, "manager", sentence))
    _warn_about_circles(table, plan, report)


def _warn_about_circles(table: Table, plan: Plan, report: ImportReport) -> None:
    above = {entry.key: entry.manager_key for entry in plan.entries}
    clear: set[str] = set()
    for entry in plan.entries:
        path: list[str] = []
        on_path: set[str] = set()
        key: str | None = entry.key
        while key is not None and key not in clear and key not in on_path:
            path.append(key)
            on_path.add(key)
            key = above.get(key)
        if key is not None and key in on_path:
            sentence = _("Ces responsables se dirigent en boucle : vérifiez cette ligne.")
            report.warnings.append(table.remark(entry.row, "manager", sentence))
        clear |= on_path


def _compare(table: Table, plan: Plan, report: ImportReport, teams: Teams) -> None:
    number_of = {person.id: number_key(person.employee_number) for person in plan.known.values()}
    written = {key: person.employee_number for key, person in plan.known.items()}
    written |= {entry.key: entry.wanted["employee_number"] for entry in plan.entries}
    names = {key: person.name for key, person in plan.known.items()}
    names |= {entry.key: _name(entry) for entry in plan.entries}
    for entry in plan.entries:
        name = names[entry.key]
        team_name = teams.by_id[entry.wanted["team_id"]].name
        if entry.before is None:
            told = {
                "employee_number": entry.wanted["employee_number"],
                "email": entry.wanted.get("email") or "",
                "team": team_name,
                "manager": names.get(entry.manager_key or "", ""),
                "worked_weekdays": shown_days(entry.wanted.get("worked_weekdays", WORKING_WEEK)),
                "languages": shown_languages(entry.wanted.get("languages", ["fr"])),
            }
            cells = {header_of(table, field): ("", said) for field, said in told.items()}
            report.created.append(Change(entry.row.number, name, cells))
            continue
        changed, person_id = differences(entry.before, entry.wanted), entry.before.id or 0
        if "team_id" in changed:
            report.moved[person_id] = changed["team_id"]
        if week := {name: changed[name] for name in WEEK if name in changed}:
            report.weeks[person_id] = week
        if "legal_entity" in changed:
            report.companies[person_id] = changed["legal_entity"]
        if changed.get("under_18"):
            report.minors.add(person_id)
        note_changes = dict(changed)
        if not entry.keeps_manager and number_of.get(entry.before.manager_id) != entry.manager_key:
            note_changes["manager_id"] = entry.manager_key
        note(
            report,
            table,
            entry.row,
            name,
            entry.before,
            note_changes,
            {
                "team_id": lambda id_: teams.by_id[id_].name,
                "active": lambda active: _("présent") if active else _("parti"),
                "manager_id": lambda who: written.get(number_of.get(who, who), "") if who else "",
            },
        )


def _name(entry: Entry) -> str:
    return f"{entry.wanted.get('first_name', '')} {entry.wanted.get('last_name', '')}".strip()


def leavers_of(session: Session, plan: Plan, *, except_account: int | None) -> list[Leaver]:
    """Active people whom the file does not name, by number or by address; never the one who imports."""
    rows = session.exec(
        select(Person, Team.name)
        .join(Team, col(Team.id) == col(Person.team_id))
        .where(col(Person.active))
        .order_by(Person.last_name, Person.first_name)
    ).all()
    return [
        Leaver(person.id or 0, person.employee_number, person.name, team)
        for person, team in rows
        if number_key(person.employee_number) not in plan.named_keys
        and not (person.email and person.email in plan.named_emails)
        and (except_account is None or person.account_id != except_account)
    ]


def managed_of(plan: Plan) -> set[int]:
    """Known people to whom the file gives a manager who is in it."""
    return {
        entry.before.id or 0
        for entry in plan.entries
        if entry.before is not None and entry.manager_key in plan.named_keys
    }


def usual_departments(rows: Iterable[tuple[int, str]]) -> dict[int, str]:
    """Team → the department most of its people belong to, from (team, department) of each."""
    tallies: dict[int, dict[str, int]] = {}
    for team_id, department in rows:
        if department:
            tally = tallies.setdefault(team_id, {})
            tally[department] = tally.get(department, 0) + 1
    return {team_id: max(sorted(tally), key=tally.__getitem__) for team_id, tally in tallies.items()}
