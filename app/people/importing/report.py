"""What an import did, or would do: the same for the browser, the command line and the API."""

from dataclasses import dataclass, field
from typing import Any

FEW_LEAVERS = 5
"""Up to here a tick is enough to close accounts, however small the company."""


@dataclass(frozen=True)
class Remark:
    """About one cell: `row` as the spreadsheet numbers it, `column` as its header is written. None: the
    whole file."""

    row: int | None
    column: str
    value: str
    message: str

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {"row": self.row, "column": self.column, "value": self.value, "message": self.message}


@dataclass(frozen=True)
class Change:
    """One thing created (every `before` empty) or changed: which row, its name, column → (before, after)."""

    row: int
    name: str
    cells: dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Leaver:
    """Somebody active here whom a full file does not name."""

    person_id: int
    employee_number: str
    name: str
    team: str


@dataclass(frozen=True)
class Staff:
    """Where somebody works, and who is their manager, by number."""

    name: str
    team_id: int
    manager: str | None


@dataclass
class ImportReport:
    """Counts, what changes, and what was refused and why."""

    created: list[Change] = field(default_factory=list)
    updated: list[Change] = field(default_factory=list)
    unchanged: int = 0
    rejected: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    leavers: list[Leaver] = field(default_factory=list)
    """Only for a full file of people."""
    here: int = 0
    """People active before a full file of people."""
    managed: set[int] = field(default_factory=set)
    """Known people to whom a full file gives a manager who is in it."""
    moved: dict[int, int] = field(default_factory=dict)
    """Known people whom a file of people puts in another team: that team, by person."""
    weeks: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Known people whose working days or contract a file of people changes: what of it, by person."""
    companies: dict[int, str] = field(default_factory=dict)
    """Known people whom a file of people puts in another company: that company, by person."""
    minors: set[int] = field(default_factory=set)
    """Known people of whom a file of people says that they are under 18, which it had not."""
    limits: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Known teams of which a file changes limits or closed weekdays: what of them, by team."""
    staff: dict[str, tuple[Staff | None, Staff | None]] = field(default_factory=dict)
    """Of a file of people: where everybody who works here does, before it and after, by number."""
    renamed: list[tuple[str, str]] = field(default_factory=list)
    """Known sites and teams that would be called otherwise: (before, after)."""

    def as_json(self) -> dict[str, Any]:
        """What `--json` and the API answer."""
        return {
            "created": len(self.created),
            "updated": len(self.updated),
            "unchanged": self.unchanged,
            "rejected": [remark.as_json() for remark in self.rejected],
            "warnings": [remark.as_json() for remark in self.warnings],
        }

    @property
    def changes_nothing(self) -> bool:
        """Confirming would do nothing."""
        return not (self.created or self.updated or self.leavers)

    @property
    def many_leave(self) -> bool:
        """So many that a file cut short is likelier: confirming asks for their number."""
        return len(self.leavers) > FEW_LEAVERS and len(self.leavers) * 5 > self.here

    @property
    def rejected_rows(self) -> int:
        """Rows kept out, however many of their cells are wrong."""
        return len({remark.row for remark in self.rejected})
