"""Forms and JSON of accounts."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from app.accounts.tables import TokenRole
from app.core.forms import AnswerModel, FormModel
from app.core.security import local_path


def _local(target: str) -> str:
    return local_path(target)


LocalPath = Annotated[str, AfterValidator(_local)]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s,;<>]+@[^@\s,;<>]+$", max_length=200)]
"""Loose on purpose: companies use addresses that end in .local."""
Secret = Annotated[str, StringConstraints(strip_whitespace=False, max_length=200)]
Pin = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


class LinkForm(FormModel):
    """Asks for a mailed link."""

    email: Email
    next: LocalPath = "/"


class NumberForm(FormModel):
    """Employee number with PIN or printed code."""

    employee_number: str = Field(max_length=60)
    secret: Secret
    shared_screen: bool = False
    next: LocalPath = "/"


class PasswordForm(FormModel):
    """Address and password."""

    email: str = Field(max_length=200)
    password: Secret
    next: LocalPath = "/"


class NewPinForm(FormModel):
    """An own PIN, typed twice."""

    pin: Pin
    again: Secret


class LanguageForm(FormModel):
    """A language, and the page to come back to."""

    language: Literal["fr", "en"]
    next: LocalPath = "/"


class ChangePinForm(NewPinForm):
    """A new PIN; the present one (or the printed code) is asked for when there is one."""

    current: Secret = ""


class ChangePasswordForm(FormModel):
    """A new password, typed twice, after the present one."""

    current: Secret
    password: Secret
    again: Secret


class RolesForm(FormModel):
    """What an account may do; an unticked box is absent."""

    is_hr: bool = False
    is_admin: bool = False


class InvitationForm(FormModel):
    """Somebody of HR, or an administrator, who is no employee in the files."""

    name: str = Field(min_length=2, max_length=100)
    email: Email
    is_hr: bool = False
    is_admin: bool = False


class TokenForm(FormModel):
    """A program's key, named after what it serves, with what it may do and until when."""

    name: str = Field(min_length=2, max_length=80)
    role: TokenRole
    last_day: date


class MeOut(AnswerModel):
    """Whoever asks: somebody signed in, or a program by its name, with what either may do."""

    account_id: int
    name: str
    language: str | None
    is_hr: bool
    is_admin: bool
    program: bool
