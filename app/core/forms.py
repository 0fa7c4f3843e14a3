"""Forms: what was sent, checked by a schema, with errors in the reader's language and nothing lost.

sent: Submitted                       # in the door's signature
form = bind(TeamForm, sent)
if form.value is None:                # show the page again, what was typed kept, each error at its field
    return render(request, "people/team.html", status=422, form=form)
"""

import re
from dataclasses import dataclass, field
from datetime import time
from typing import Annotated, Any, Generic, TypeVar, get_origin

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, field_validator
from starlette.datastructures import FormData, QueryParams, UploadFile

from app.core.errors import FormRefused
from app.core.i18n import _
from app.core.typography import TURNS

MAX_UPLOAD = 20 * 1024 * 1024
"""Bytes of one uploaded file."""


class AnswerModel(BaseModel):
    """Base of every JSON answer: what is written under a field reaches the API's description."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class FormModel(BaseModel):
    """Base of every form and JSON input: unknown fields are refused, spaces around values go."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, use_attribute_docstrings=True)

    @field_validator("*", mode="before")
    @classmethod
    def without_turns(cls, value: Any) -> Any:
        """Nobody types a mark that turns the direction of what others read."""
        if isinstance(value, list):
            return [TURNS.sub("", one) if isinstance(one, str) else one for one in value]
        return TURNS.sub("", value) if isinstance(value, str) else value

    @field_validator("*", mode="before")
    @classmethod
    def without_zero_byte(cls, value: Any) -> Any:
        """PostgreSQL cannot hold a zero byte, and no text needs one."""
        texts = value if isinstance(value, list) else [value]
        if any(isinstance(text, str) and "\x00" in text for text in texts):
            raise ValueError(_("Cette valeur n’est pas possible ici."))
        return value


def _without_zone(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError(_("Écrivez l’heure du lieu, sans fuseau horaire, par exemple 09:30."))
    return value


LocalTime = Annotated[time, AfterValidator(_without_zone)]
"""An hour of a day, where the day takes place: never one of another zone."""

Model = TypeVar("Model", bound=BaseModel)


@dataclass
class Bound(Generic[Model]):
    """A submitted form: `value` when everything is right, else `errors` by field ("" is the whole form)."""

    value: Model | None
    raw: dict[str, Any]
    errors: dict[str, str] = field(default_factory=dict)

    def get(self, name: str, default: Any = "") -> Any:
        """What was typed in a field, to show it again."""
        return self.raw.get(name, default)

    def required(self) -> Model:
        """The value of a form that nobody can fill in wrongly. Raises FormRefused."""
        if self.value is None:
            raise FormRefused
        return self.value

    def sent_by_program(self) -> Model:
        """The value; a program reads what is wrong as of a JSON body. Raises RequestValidationError."""
        if self.value is None:
            raise RequestValidationError(
                [
                    {
                        "type": "value_error",
                        "loc": ("body", name),
                        "ctx": {"error": ValueError(said)},
                        "input": self.raw.get(name),
                    }
                    for name, said in self.errors.items()
                ]
            )
        return self.value

    def refuse(self, name: str, message: str) -> None:
        """Add an error that only the service could see; the form is then not accepted."""
        self.errors[name] = message
        self.value = None


async def read_form(request: Request) -> FormData:
    """The submitted form; at most 200 fields and 20 files."""
    return await request.form(max_files=20, max_fields=2000, max_part_size=MAX_UPLOAD)


Submitted = Annotated[FormData, Depends(read_form)]


def blank(**values: Any) -> Bound[Any]:
    """An unsubmitted form showing `values`."""
    return Bound(None, values)


def bind(model: type[Model], sent: FormData | QueryParams) -> Bound[Model]:
    """Check `sent` against `model`. List fields collect repeated names; an empty text means absent."""
    raw: dict[str, Any] = {}
    for name in dict.fromkeys(sent.keys()):
        values = sent.getlist(name)
        known = model.model_fields.get(name)
        many = known is not None and get_origin(known.annotation) in {list, set, frozenset, tuple}
        raw[name] = list(values) if many else values[-1]
    given = {name: value for name, value in raw.items() if not (isinstance(value, str) and not value.strip())}
    try:
        return Bound(model.model_validate(given), raw)
    except ValidationError as refused:
        errors: dict[str, str] = {}
        for error in refused.errors():
            name = str(error["loc"][0]) if error["loc"] else ""
            errors.setdefault(name, sentence(dict(error)))
        return Bound(None, raw, errors)


def sentence(error: dict[str, Any]) -> str:
    """A Pydantic error as one sentence for the reader."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error" and isinstance(context.get("error"), ValueError):
        return str(context["error"])
    sentences = {
        "missing": _("Ce champ est nécessaire."),
        "extra_forbidden": _("Ce champ n’est pas attendu."),
        "string_too_long": _("Ce texte est trop long : %(max)s caractères au plus.") % _limits(context),
        "string_too_short": _("Ce texte est trop court : %(min)s caractères au moins.") % _limits(context),
        "string_pattern_mismatch": _("Ce texte n’a pas la forme attendue."),
        "greater_than_equal": _("Choisissez un nombre d’au moins %(min)s.") % _limits(context),
        "less_than_equal": _("Choisissez un nombre d’au plus %(max)s.") % _limits(context),
        "greater_than": _("Choisissez un nombre supérieur à %(min)s.") % _limits(context),
        "less_than": _("Choisissez un nombre inférieur à %(max)s.") % _limits(context),
        "too_long": _("Choisissez-en %(max)s au plus.") % _limits(context),
        "too_short": _("Choisissez-en au moins %(min)s.") % _limits(context),
    }
    if kind in sentences:
        return sentences[kind]
    if kind in {"enum", "literal_error"}:
        values = ", ".join(re.findall(r"'([^']*)'", context["expected"]))
        return _("Choisissez parmi ces valeurs : %(values)s.") % {"values": values}
    families = {
        ("int_", "float_", "finite_"): _("Écrivez un nombre."),
        ("date_",): _("Écrivez une date, par exemple 2027-03-09."),
        ("time_",): _("Écrivez une heure, par exemple 09:30."),
        ("datetime_", "timezone_"): _("Écrivez un instant et son fuseau, par exemple 2027-03-09T09:30:00Z."),
        ("bool_",): _("Écrivez true ou false."),
        ("string_",): _("Écrivez un texte."),
        ("list_", "set_", "tuple_"): _("Écrivez une liste."),
        ("dict_", "model_"): _("Écrivez un objet JSON."),
        ("json_",): _("Ce JSON n’a pas pu être lu."),
    }
    found = (said for begins, said in families.items() if kind.startswith(begins))
    return next(found, _("Cette valeur n’est pas possible ici."))


def _limits(context: dict[str, Any]) -> dict[str, str]:
    names = {"min": ("ge", "gt", "min_length"), "max": ("le", "lt", "max_length")}
    found = {end: next((context[one] for one in ones if one in context), "") for end, ones in names.items()}
    return {end: f"{value:g}" if isinstance(value, float) else str(value) for end, value in found.items()}


async def read_upload(upload: Any) -> bytes:
    """The bytes of an uploaded file; empty when no file was chosen."""
    return await upload.read() if isinstance(upload, UploadFile) else b""
