"""Who enters: administrators see the outbox (HR's letters go by the campaign's guard)."""

from typing import Annotated

from fastapi import Depends

from app.accounts.guards import Admin
from app.core.db import Db
from app.core.errors import NotFound
from app.core.security import policy
from app.messages import queries
from app.messages.tables import Mail


@policy("outbox")
def mail_of_outbox(actor: Admin, session: Db, mail_id: int) -> Mail:
    """Load `{mail_id}` for an administrator."""
    mail = queries.find_mail(session, mail_id)
    if mail is None:
        raise NotFound
    return mail


OutboxMail = Annotated[Mail, Depends(mail_of_outbox, scope="function")]
