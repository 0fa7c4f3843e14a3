"""Jobs of teams."""

from sqlalchemy import Engine

from app.core import clock
from app.core.db import open_session
from app.teams import rosters, service


def tidy(engine: Engine) -> None:
    """Forget rosters never confirmed, and days and delegations long over."""
    with open_session(engine) as session:
        rosters.purge_files(session, now=clock.now())
        rosters.forget_old_days(session, today=clock.today())
        service.tidy(session, today=clock.today())
