"""A roster confirmed twice at the same moment is written once."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.accounts.tables import AuditEntry
from app.core.db import open_session
from app.people.importing.run import fingerprint
from app.teams import rosters
from app.teams.errors import RosterGone
from app.teams.guards import RosterSender
from app.teams.tables import Roster, RosterFile
from tests.people.test_at_once import meanwhile
from tests.teams.conftest import NOW, TODAY, Shop, actor_of

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database("sqlite", "postgresql")]

FILE = "Matricule;Jour;Horaire\nA1;2027-03-15;Repos\nB2;2027-03-15;Journée\n".encode()


def test_a_roster_confirmed_twice_at_once_is_written_once(engine: Engine) -> None:
    with open_session(engine) as session:
        Shop(session)
        sender = RosterSender(actor_of(session), None, [])
        kept = rosters.receive_file(session, sender, "planning.csv", FILE, now=NOW, today=TODAY)
        shown = fingerprint(rosters.preview(session, sender, FILE, today=TODAY).report)
        file_id = kept.id

    def confirm(session: Session) -> None:
        kept = session.get(RosterFile, file_id)
        if kept is None:
            raise RosterGone  # as the page says; on SQLite nothing is read before the first one is done
        rosters.confirm_file(session, sender, kept, shown=shown, now=NOW, today=TODAY)

    assert isinstance(meanwhile(engine, confirm, confirm), RosterGone)
    with open_session(engine, reads_only=True) as session:
        assert len(session.exec(select(Roster)).all()) == 1
        told = session.exec(select(AuditEntry).where(AuditEntry.action == "roster.imported")).all()
        assert len(told) == 1
