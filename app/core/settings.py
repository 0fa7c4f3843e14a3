"""What the operator chooses, read once from the environment (the README lists every name)."""

import os
from functools import cache
from pathlib import Path
from secrets import token_urlsafe
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]


class Settings(BaseSettings):
    """One field per environment variable, same name in capitals (`DATA`, `DATABASE_URL`, …)."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    data: Path = Path("data")
    """Folder of everything the service writes: SQLite file, secret key, outbox."""
    database_url: str | None = None
    """`postgresql+psycopg://…`; without it an SQLite file in the data folder."""
    base_url: str = ""
    """Public address, used in mails, posters and feeds; default `http://127.0.0.1:PORT`."""
    host: str = "127.0.0.1"
    port: int = 8000
    secret_key: str | None = None
    """Signs cookies and seals answers; without it a random one is kept in `DATA/secret.key` (mode 600)."""
    company: str = "Exemple"
    """Name of the company, on pages, posters and mails."""
    timezone: str = "Europe/Paris"
    smtp_host: str | None = None
    """Without it mails are written to `DATA/outbox` and shown on the administrator's pages."""
    smtp_port: int = 587
    smtp_user: str | None = None
    smtp_password: str | None = None
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    mail_from: str = "vis-ma-vie@localhost"
    calendar_addresses: Literal["off", "https", "http"] = "off"
    """Whether employees may give the private address of their calendar, which the service then fetches from
    the public Internet: never, by https alone, or by http as well."""
    worker_name: str = "worker-1"
    """Stable name of this worker process: after a crash, the worker of that name takes its jobs up again."""
    trusted_proxies: str = Field(
        default="127.0.0.1", description="Addresses whose X-Forwarded-* are believed"
    )

    @property
    def public_url(self) -> str:
        """Public address without trailing slash."""
        return (self.base_url or f"http://127.0.0.1:{self.port}").rstrip("/")

    @property
    def database(self) -> str:
        """SQLAlchemy address of the database."""
        return self.database_url or f"sqlite:///{(self.data / 'vis-ma-vie.db').absolute()}"

    @property
    def outbox(self) -> Path:
        """Folder of the mails that no SMTP server took."""
        return self.data / "outbox"

    def secret(self) -> str:
        """The signing secret; made and stored at first use when the operator gave none."""
        if self.secret_key:
            return self.secret_key
        path = self.data / "secret.key"
        if not path.exists():
            self.data.mkdir(parents=True, exist_ok=True)
            try:
                with open(path, "x", opener=_private) as out:
                    out.write(token_urlsafe(48))
            except FileExistsError:
                pass
        return path.read_text().strip()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
