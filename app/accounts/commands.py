"""Commands of accounts; `app/cli.py` gives them their options."""

import sys

from sqlalchemy import Engine

from app.accounts import service
from app.accounts.errors import AccountExists, PasswordTooShort
from app.core import clock
from app.core.db import open_session


def create_admin(
    engine: Engine, *, email: str, name: str, password: str, reset_password: bool = False
) -> int:
    """Make an administrator who signs in by password; exit code: 2 when something typed will not do."""
    address = email.strip().lower()
    if "@" not in address.strip("@") or any(one.isspace() for one in address):
        print(f"{email!r} is no e-mail address.", file=sys.stderr)
        return 2
    try:
        with open_session(engine) as session:
            _account, existed = service.create_admin(
                session,
                email=address,
                name=name,
                password=password,
                now=clock.now(),
                reset_password=reset_password,
            )
    except PasswordTooShort as refusal:
        print(f"The password is too short: at least {refusal.least} characters.", file=sys.stderr)
        return 2
    except AccountExists:
        print(
            f"{address} has an account already: nothing was changed. To make it an administrator with this"
            " password, add --reset-password.",
            file=sys.stderr,
        )
        return 2
    if existed:
        print("password changed")
    print(f"{address} administers Vis ma vie and signs in at /sign-in/password")
    return 0
