"""One campaign from the first account to the results, lived in real browsers against the served application.

Real mails go through a real SMTP server; time moves only when told; the worker's jobs run when they would.
"""

import importlib.util
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import segno
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from sqlalchemy import Engine
from sqlmodel import select

from app.accounts.commands import create_admin
from app.core.db import open_session
from app.people.tables import Holidays, Site
from tests.journeys import people, steps
from tests.journeys.after_the_plan import (
    a_private_feed_shows_the_days,
    debriefs_come_in,
    everybody_is_told,
    the_days_pass,
)
from tests.journeys.people import HR, PIN, Employee
from tests.journeys.steps import World, heading, press
from tests.support.browser import axe, fits
from tests.support.mail import Mailbox
from tests.support.web import Clock, LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.database("sqlite")]

CHECKER = Path(__file__).resolve().parents[3] / "shared" / "problem" / "check.py"
PASSWORD = "une-phrase-que-personne-ne-devine"
NAME = "Printemps des métiers"


@pytest.fixture
def world(
    new_page: Callable[..., Page],
    clock: Clock,
    smtp: Mailbox,
    run_jobs: Callable[[], list[str]],
    engine: Engine,
    tmp_path: Path,
    live_server: LiveServer,
) -> World:
    """The company's world on 2 March 2027."""
    return World(new_page, clock, smtp, run_jobs, engine, tmp_path, live_server.url)


def test_a_whole_campaign(world: World) -> None:
    claire = an_administrator_invites_hr(world)
    hr_imports_the_company(world, claire)
    campaign = hr_opens_a_campaign(world, claire)
    here = f"/campaigns/{campaign}"
    the_first_answer(world, campaign)
    somebody_without_mail_answers_from_a_poster(world, claire, here)
    hr_reminds_the_silent(world, claire, here)
    hr_closes_the_enrolment(claire, here)
    pairs = hr_plans_and_publishes(world, claire, campaign)
    everybody_is_told(world, claire, here, pairs)
    a_private_feed_shows_the_days(world, people.ANNA)
    the_days_pass(world, claire, here)
    debriefs_come_in(world, here)
    the_campaign_ends(world, here)


def an_administrator_invites_hr(world: World) -> Page:
    """The first account comes from the command line; HR's from the administrator."""
    assert create_admin(world.engine, email="admin@exemple.fr", name="Alix Info", password=PASSWORD) == 0
    page = world.desk()
    steps.sign_in_by_password(page, "admin@exemple.fr", PASSWORD)
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.goto("/admin/accounts")
    page.get_by_role("link", name="Inviter quelqu’un").click()
    page.get_by_label("Prénom et nom").fill("Claire Morel")
    page.get_by_label("Adresse e-mail").fill(HR)
    press(page, "Inviter")
    heading(page).to_contain_text("Claire Morel")
    claire = world.desk()
    steps.follow_mailed_link(world, claire, HR)
    heading(claire).to_have_text("Aucune campagne n’est en cours")
    assert claire.goto("/admin/accounts").status == 403  # type: ignore[union-attr]
    return claire


def hr_imports_the_company(world: World, page: Page) -> None:
    """Four files; four lines are rejected and keep nobody else out; the second import is idle."""
    steps.import_file(page, "sites", world.file("sites.csv", people.SITES))
    press(page, "Confirmer l’import")
    steps.import_file(page, "teams", world.file("equipes.csv", people.TEAMS))
    press(page, "Confirmer l’import")
    annuaire = world.file("annuaire.csv", people.staff())
    steps.import_file(page, "people", annuaire)
    heading(page).to_have_text(f"{len(people.EVERYBODY)} lignes sont prêtes à être enregistrées")
    assert steps.rejected_cells(page) == list(people.REJECTED)
    assert axe(page) == []
    press(page, "Confirmer l’import")
    for one in people.EVERYBODY:
        expect(page.get_by_role("link", name=one.name).first).to_be_visible()
    expect(page.get_by_text("Quentin Martin")).to_have_count(0)
    steps.import_file(page, "people", annuaire)
    heading(page).to_have_text("Ce fichier ne change rien")
    steps.import_file(page, "links", world.file("serves.csv", people.LINKS))
    press(page, "Confirmer l’import")
    page.goto("/people/links")
    expect(page.get_by_text("Paie Lyon").first).to_be_visible()
    with open_session(world.engine, reads_only=True) as session:
        zones = {site.code: site.holidays for site in session.exec(select(Site))}
    assert zones == {
        "LYO": Holidays.FRANCE,
        "VIL": Holidays.FRANCE,
        "STR": Holidays.ALSACE_MOSELLE,
    }


def hr_opens_a_campaign(world: World, page: Page) -> int:
    """The guided form, the checklist, the opening; everybody with an address is asked."""
    campaign = steps.prepare_campaign(page, NAME)
    page.goto(f"/campaigns/{campaign}/check")
    heading(page).to_have_text("Encore 2 choses avant d’ouvrir")
    page.goto(f"/campaigns/{campaign}/edit/checklist")
    steps.tick_checklist(page)
    heading(page).to_have_text("Tout est prêt : 16 personnes peuvent être invitées")
    page.get_by_role("link", name="Ouvrir les inscriptions").click()
    press(page, "Ouvrir les inscriptions")
    heading(page).to_contain_text("16 personnes invitées, encore 10 jours")
    assert "campaign.opened" in world.run_jobs()
    assert addressees(world, NAME) == [one.email for one in people.EVERYBODY if one.has_email]
    return campaign


def addressees(world: World, subject: str, since: int = 0) -> list[str]:
    """Who got a mail about something, in the order of the company; each mail has one reader."""
    sent = [str(mail["To"]) for mail in world.post.messages[since:] if subject in str(mail["Subject"])]
    found = [one.email for one in people.EVERYBODY if any(one.email and one.email in to for to in sent)]
    assert len(found) == len(sent)
    return found


def enrolment_link(world: World, somebody: Employee) -> str:
    """Where the campaign's mail leads."""
    return steps.link_in(world.latest(somebody.email, NAME), "/enrolment")


def the_first_answer(world: World, campaign: int) -> None:
    """Phones of several widths, with and without scripts, French and English; a yes, a no, a confidence."""
    anna = world.phone(320, java_script_enabled=False)
    steps.come_in_by_mail(world, anna, people.ANNA.email, enrolment_link(world, people.ANNA))
    steps.say_yes(anna)
    steps.give_up_day(anna, "2027-04-06", scripted=False)
    assert fits(anna)

    charles = world.phone(360)
    steps.come_in_by_mail(world, charles, people.CHARLES.email, enrolment_link(world, people.CHARLES))
    expect(charles.locator("#hosts")).to_contain_text("8")  # 4 technicians, 4 sellers; Strasbourg is too far
    steps.say_yes(charles)
    steps.give_up_day(charles, "2027-04-07")
    steps.wish(charles, "SAV Lyon 1")
    steps.avoid(charles, people.HUGO)
    expect(charles.locator("#hosts")).to_contain_text("7")
    assert fits(charles)
    assert axe(charles) == []

    farid = world.phone(400, locale="en-GB")
    steps.come_in_by_mail(world, farid, people.FARID.email, enrolment_link(world, people.FARID))
    assert farid.locator("html").get_attribute("lang") == "en"
    farid.locator("button[name=answer][value=yes]").click()
    expect(farid.locator("#days")).to_be_visible()
    assert axe(farid) == []

    nora = world.phone()
    steps.come_in_by_mail(world, nora, people.NORA.email, enrolment_link(world, people.NORA))
    press(nora, "Non, pas cette fois")
    heading(nora).to_have_text("Vous ne participez pas cette fois")

    for one in (people.BASILE, people.DIANE, people.ELIAS, people.GAELLE, people.HUGO, people.LEA):
        page = world.phone()
        steps.come_in_by_mail(world, page, one.email, enrolment_link(world, one))
        steps.say_yes(page)
        page.context.close()

    assert nora.goto(f"/campaigns/{campaign}/answers").status == 403  # type: ignore[union-attr]


def somebody_without_mail_answers_from_a_poster(world: World, claire: Page, here: str) -> None:
    """The poster's code leads to the campaign, the card's code opens, an own PIN takes its place."""
    claire.goto(f"{here}/poster")
    drawn = claire.locator(".poster-code svg path").get_attribute("d")
    printed = pdf_text(claire.request.get(f"{here}/poster.pdf").body())
    [address] = re.findall(rf"{re.escape(world.url)}/join/[a-z0-9]+", printed.replace(" ", ""))
    assert drawn == qr_path(address)

    claire.goto(f"{here}/cards")
    heading(claire).to_have_text("1 personne attend sa carte")
    press(claire, "Préparer les cartes cochées")
    with claire.expect_download() as download:
        press(claire, "Faire les codes et télécharger")
    card = pdf_text(download.value.path().read_bytes())
    assert people.JADE.name in card
    assert people.JADE.number in card
    [code] = re.findall(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", card)

    page = world.desk()
    page.goto(address)
    page.get_by_role("link", name="Me connecter et répondre").click()
    page.get_by_role("link", name="Avec mon numéro").click()
    steps.type_number(page, people.JADE, code)
    heading(page).to_have_text("Bienvenue, Jade Weber")
    page.get_by_label("Votre PIN à six chiffres").fill(PIN)
    page.get_by_label("Le même, une seconde fois").fill(PIN)
    press(page, "Garder ce PIN et entrer")
    page.wait_for_url("**/enrolment")
    steps.say_yes(page)
    assert axe(page) == []
    page.goto("/account")
    page.locator(".top-end details").last.locator("summary").click()
    press(page, "Se déconnecter")
    page.wait_for_url("**/sign-in")

    page.goto("/sign-in/number")
    steps.type_number(page, people.JADE, code)
    expect(page.get_by_role("alert").first).to_be_visible()  # the printed code is worth nothing any more


def hr_reminds_the_silent(world: World, claire: Page, here: str) -> None:
    """Only those who have not answered hear from HR again; one of them answers."""
    world.clock.set(datetime(2027, 3, 10, 9, 0, tzinfo=UTC))
    claire.goto(f"{here}/answers")
    heading(claire).to_contain_text("11 sur 16")
    assert axe(claire) == []
    expect(claire.locator("main")).not_to_contain_text("Nora Blanc")  # who declined is nobody's business
    before = len(world.post.messages)
    press(claire, "Relancer ceux qui n’ont pas répondu")
    expect(claire.locator("#flash")).to_be_visible()
    world.run_jobs()
    silent = (people.OUMAR, people.INES, people.KARIM, people.PAUL, people.MARC)
    assert len(world.post.messages) == before + len(silent)
    assert addressees(world, "votre oui ou votre non", before) == [one.email for one in silent]
    page = world.phone()
    link = steps.link_in(world.latest(people.KARIM.email, "votre oui ou votre non"), "/enrolment")
    steps.come_in_by_mail(world, page, people.KARIM.email, link)
    steps.say_yes(page)


def hr_closes_the_enrolment(claire: Page, here: str) -> None:
    """A day before the date, by hand."""
    claire.goto(here)
    claire.get_by_role("link", name="Clore les inscriptions").click()
    claire.locator("form.confirm button.is-primary").click()
    heading(claire).to_have_text("Les inscriptions sont closes : place aux binômes")


def hr_plans_and_publishes(world: World, claire: Page, campaign: int) -> set[frozenset[str]]:
    """Compute, keep one pair, part another, compute again, publish. The pairs of the published plan."""
    here = f"/campaigns/{campaign}/planning"
    steps.compute(world, claire, here, "Calculer le plan")
    heading(claire).to_have_text("10 personnes vivront la vie d’une autre")
    first = steps.pairs_of(claire)
    hated = frozenset({people.CHARLES.name, people.HUGO.name})
    assert hated not in first
    kept, parted = first[0], first[1]
    steps.decide(claire, kept, "Épingler")
    claire.goto(here)
    steps.decide(claire, parted, "Écarter")
    expect(claire.locator("main")).to_contain_text("Recalculez")
    steps.compute(world, claire, here, "Recalculer")
    second = steps.pairs_of(claire)
    assert kept in second
    assert parted not in second
    assert hated not in second
    assert len(second) == 5
    claire.goto(f"{here}/unmatched")
    expect(claire.locator("main")).to_contain_text("Lea Schmitt")
    assert axe(claire) == []
    judge(*steps.documents_of(claire, campaign))
    claire.goto(here)
    claire.get_by_role("link", name="Publier le plan").click()
    expect(claire.locator("main")).to_contain_text("10 personnes apprennent")
    press(claire, "Publier le plan")
    heading(claire).to_have_text("10 personnes vivent la vie d’une autre")
    return set(second)


def judge(problem: dict[str, Any], plan: dict[str, Any]) -> None:
    """The independent checker finds nothing wrong, where it is at hand; what was said in confidence is not
    in the document."""
    assert not any(person["avoid"] for person in problem["people"])
    assert plan["status"] == "optimal"
    if not CHECKER.exists():
        print(f"left out: {CHECKER} is absent, the plan was not judged by the independent checker")
        return
    spec = importlib.util.spec_from_file_location("independent_checker", CHECKER)
    assert spec is not None
    assert spec.loader is not None
    checker: ModuleType = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = checker  # its dataclasses look themselves up there
    spec.loader.exec_module(checker)
    assert checker.verify(problem, plan).violations == []


def the_campaign_ends(world: World, here: str) -> None:
    """The clock closes it; figures stay, forms take nothing any more."""
    world.clock.set(datetime(2027, 5, 15, 8, 0, tzinfo=UTC))
    world.tick()
    claire = world.desk()
    steps.come_in_by_mail(world, claire, HR, f"{world.url}{here}")
    heading(claire).to_have_text("La campagne est terminée : voici ce qu’elle a changé")
    claire.get_by_role("link", name="Voir les résultats").first.click()
    expect(claire.get_by_role("heading", name="Soutenu, utile, reconnu")).to_be_visible()
    hugo = world.phone()
    link = steps.link_in(world.latest(people.HUGO.email, "Votre journée chez"), "/debriefs/")
    steps.come_in_by_mail(world, hugo, people.HUGO.email, link)
    heading(hugo).to_have_text("Ce bilan est clos")


def pdf_text(content: bytes) -> str:
    """The words of a printed sheet, in order."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def qr_path(address: str) -> str:
    """What a QR code of an address looks like."""
    out = BytesIO()
    segno.make(address, error="q", micro=False).save(out, kind="svg", border=0)
    [path] = re.findall(r' d="([^"]+)"', out.getvalue().decode())
    return path
