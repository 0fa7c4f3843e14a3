"""Drafts the next revision: `make migration m="add waiting list"`. Read it before committing.

The tables are compared with a database freshly migrated to the latest revision, so nobody's own data matters.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from alembic.script import ScriptDirectory

from alembic import command
from app.core.db import make_engine
from app.core.migrations import alembic_config, migrate
from app.core.settings import ROOT


def draft(message: str) -> Path:
    """Write `alembic/versions/NNNN_message.py` and return its path."""
    number = len(list(ScriptDirectory.from_config(alembic_config()).walk_revisions())) + 1
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/empty.db"
        migrate(url)
        engine = make_engine(url)
        with engine.begin() as connection:
            command.revision(alembic_config(connection), message, autogenerate=True, rev_id=f"{number:04}")
        engine.dispose()
    return next((ROOT / "alembic" / "versions").glob(f"{number:04}_*.py"))


if __name__ == "__main__":
    if not sys.argv[1:] or not sys.argv[1]:
        sys.exit('say what changes: make migration m="add waiting list"')
    path = draft(sys.argv[1])
    ruff = str(Path(sys.executable).with_name("ruff"))
    for arguments in (["format"], ["check", "--fix"], ["format"]):
        subprocess.run([ruff, *arguments, "--quiet", str(path)], check=True)
    sys.stdout.write(f"{path.relative_to(ROOT)}\n")
