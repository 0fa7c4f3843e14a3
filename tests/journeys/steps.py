"""What people do in the campaign, in their own words: each verb is a few gestures in a real browser."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.core import jobs
from app.core.db import open_session
from tests.journeys.people import Employee
from tests.support.mail import Mailbox
from tests.support.web import Clock

DESK = {"width": 1280, "height": 900}
ADDRESS = re.compile(r"https?://[^\s<>\"]+")


@dataclass
class World:
    """Everything outside the browsers: time, the post, the worker, the folder with HR's files."""

    new_page: Callable[..., Page]
    clock: Clock
    post: Mailbox
    run_jobs: Callable[[], list[str]]
    engine: Engine
    folder: Path
    url: str

    def desk(self, **options: Any) -> Page:
        """A browser on a desk."""
        return self.new_page(**{"viewport": DESK, **options})

    def phone(self, width: int = 320, **options: Any) -> Page:
        """A browser on a phone."""
        return self.new_page(**{"viewport": {"width": width, "height": 640}, **options})

    def tick(self) -> None:
        """The worker's clock strikes; what follows is done."""
        with open_session(self.engine) as session:
            jobs.record(session, "clock.tick")
        self.run_jobs()

    def file(self, name: str, text: str, encoding: str = "cp1252") -> Path:
        """A file on HR's desk."""
        path = self.folder / name
        path.write_bytes(text.encode(encoding))
        return path

    def latest(self, address: str, subject: str) -> EmailMessage:
        """The newest mail to an address whose subject holds some words."""
        found = [mail for mail in self.post.to(address) if subject in str(mail["Subject"])]
        assert found, f"{address} has no mail about {subject!r}"
        return found[-1]


def words_of(mail: EmailMessage) -> str:
    """The text of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(mail: EmailMessage, path: str) -> str:
    """The first address in a mail that goes to a path."""
    return next(found for found in ADDRESS.findall(words_of(mail)) if path in found)


def calendar_in(mail: EmailMessage) -> str:
    """The invitation that comes with a mail."""
    [part] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    return str(part.get_content())


def heading(page: Page) -> Any:
    """What the page says first."""
    return expect(page.get_by_role("heading", level=1))


def press(page: Page, label: str) -> None:
    """Press the one button of that name."""
    page.get_by_role("button", name=label, exact=True).click()


# Coming in


def sign_in_by_password(page: Page, email: str, password: str) -> None:
    """The administrator's door."""
    page.goto("/sign-in")
    page.get_by_role("link", name="Administration : entrer avec un mot de passe").click()
    page.get_by_label("Votre adresse e-mail").fill(email)
    page.get_by_label("Votre mot de passe").fill(password)
    press(page, "Entrer")


def follow_mailed_link(world: World, page: Page, email: str) -> None:
    """Open the link that came by mail and press its button. Looking at it uses nothing up."""
    world.run_jobs()
    link = link_in(world.latest(email, "Votre lien pour entrer"), "/sign-in/links/")
    page.goto(link)
    page.locator("main form button.is-primary").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def come_in_by_mail(world: World, page: Page, email: str, link: str) -> None:
    """Follow a link of a mail while nobody is signed in: ask for a way in, and land where it led."""
    page.goto(link)
    if "/sign-in" not in page.url:
        return
    page.locator("input[name=email]").fill(email)
    page.locator("main form button.is-primary").click()
    page.wait_for_url("**/sign-in/sent")
    follow_mailed_link(world, page, email)
    assert page.url == link


def type_number(page: Page, somebody: Employee, secret: str) -> None:
    """Number and secret, at a screen that others use too."""
    page.get_by_label("Votre numéro de salarié").fill(somebody.number)
    page.get_by_label("Votre code").fill(secret)
    page.get_by_label("Cet écran est partagé").check()
    press(page, "Entrer")


# HR prepares


def import_file(page: Page, kind: str, path: Path) -> None:
    """Upload a file; its preview is shown."""
    page.goto("/people/import")
    page.locator(f"label:has(input[name=kind][value={kind}])").click()
    page.get_by_label("Le fichier").set_input_files(path)
    press(page, "Voir l’aperçu")
    page.wait_for_url(re.compile(r"/people/import/\d+$"))


def rejected_cells(page: Page) -> list[tuple[str, str]]:
    """Column and value of each rejected cell of the preview, in order."""
    rows = page.get_by_role("table", name="Cellules rejetées").locator("tbody tr").all()
    return [(row.locator("td").nth(0).inner_text(), row.locator("td").nth(1).inner_text()) for row in rows]


def prepare_campaign(page: Page, name: str) -> int:
    """The guided form from its first page to the recap; the campaign's id."""
    page.goto("/campaigns")
    page.get_by_role("link", name="Préparer une campagne").click()
    page.get_by_label("Le nom de la campagne").fill(name)
    page.get_by_label("Son histoire").fill("Passez une journée dans le métier d’un collègue.")
    press(page, "Enregistrer et continuer")
    for label, day in (
        ("On s’inscrit jusqu’au", "2027-03-12"),
        ("Chacun connaît son jour le", "2027-03-19"),
        ("Premier jour", "2027-04-05"),
        ("Dernier jour", "2027-04-30"),
        ("Les bilans s’envoient jusqu’au", "2027-05-14"),
    ):
        page.get_by_label(label).fill(day)
    page.get_by_label("Les samedis comptent").check()
    press(page, "Enregistrer et continuer")
    page.get_by_label("Tout le monde").check()
    press(page, "Enregistrer et continuer")
    page.get_by_label("Combien de trajet au plus").fill("60")
    press(page, "Enregistrer et continuer")
    page.wait_for_url("**/edit/checklist")
    return int(page.url.split("/campaigns/")[1].split("/")[0])


def tick_checklist(page: Page) -> None:
    """The information sheet is out, the representatives know."""
    page.get_by_label("La fiche d’information est publiée le").fill("2027-03-01")
    page.get_by_label("Les représentants du personnel sont informés le").fill("2027-03-02")
    press(page, "Enregistrer et continuer")


# Employees answer


def say_yes(page: Page) -> None:
    """Take part."""
    press(page, "Oui, je participe")
    expect(page.get_by_role("heading", name="Vous participez")).to_be_visible()


def give_up_day(page: Page, day: str, *, scripted: bool = True) -> None:
    """One day that one is not free."""
    page.locator(f"label.day:has(input[name=visit_days][value='{day}'])").click()
    if scripted:
        expect(page.locator("#days .saved")).to_have_text("Enregistré")
    else:
        page.locator("#days").get_by_role("button", name="Enregistrer").click()
        expect(page.locator("#flash")).to_contain_text("Enregistré.")


def wish(page: Page, team: str) -> None:
    """Wish a team, found by its name."""
    page.get_by_label("Chercher une équipe").press_sequentially(team.split()[0])
    page.get_by_role("button", name=f"Ajouter {team}").click()
    expect(page.locator("#wishes-body .saved")).to_contain_text("Enregistré")


def avoid(page: Page, somebody: Employee) -> None:
    """Name somebody to avoid, in confidence."""
    page.get_by_text("Des personnes ou des lieux à éviter ?").click()
    page.get_by_label("Chercher une personne à éviter").press_sequentially(somebody.last)
    page.get_by_role("button", name=f"Éviter {somebody.name}").click()
    expect(page.locator("#avoided-body .saved")).to_have_text("Enregistré")


# HR plans


def pairs_of(page: Page) -> list[frozenset[str]]:
    """The pairs that the review shows."""
    names = [one.locator(".who-name").all_inner_texts() for one in page.locator("article.swap").all()]
    return [frozenset(pair) for pair in names]


def decide(page: Page, pair: frozenset[str], label: str) -> None:
    """Press one of the buttons of a pair."""
    row = page.locator("article.swap")
    for name in pair:
        row = row.filter(has_text=name)
    with page.expect_navigation(url="**/planning#pair-*"):
        row.get_by_role("button", name=label).click()


def compute(world: World, page: Page, here: str, label: str) -> None:
    """Press the button; the page follows the computation and turns into the plan by itself."""
    page.goto(here)
    press(page, label)
    expect(page.get_by_role("heading", name="Le calcul va commencer")).to_be_visible()
    assert "planning.requested" in world.run_jobs()
    expect(page.get_by_role("button", name="Recalculer")).to_be_visible()


def documents_of(page: Page, campaign_id: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Problem and plan of the newest run, as programs read them."""
    base = f"/api/v1/campaigns/{campaign_id}/planning/runs"
    run = json.loads(page.request.get(base).text())["runs"][0]["id"]
    problem, plan = (
        json.loads(page.request.get(f"{base}/{run}/{name}").text()) for name in ("problem", "plan")
    )
    return problem, plan


# Afterwards


def answer(page: Page, points: dict[str, int], *, words: dict[str, str] | None = None) -> None:
    """Fill in a debrief: points by question, words by question."""
    for question, value in points.items():
        page.locator(f"label:has(input[name={question}][value='{value}'])").click()
    for question, text in (words or {}).items():
        page.locator(f"textarea[name={question}]").fill(text)


def send(page: Page) -> None:
    """Send the debrief, for good."""
    page.locator("form.debrief button.is-primary").click()
    expect(page.locator("form.debrief")).to_have_count(0)
