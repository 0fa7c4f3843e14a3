"""Jobs of people."""

from sqlalchemy import Engine

from app.core import clock
from app.core.db import open_session
from app.people import service


def purge_imports(engine: Engine) -> None:
    """Files that nobody confirmed are forgotten after a day."""
    with open_session(engine) as session:
        service.purge_files(session, now=clock.now())
