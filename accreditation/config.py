"""The only reader of the environment. Everything else is handed a `Config`."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
PREFIX = "ACCREDITATION_"


class BadConfiguration(Exception):
    """A setting that cannot be used; the text names it and says what would be right."""


@dataclass(frozen=True)
class Config:
    """What differs from one installation to the next.

    `smtp_url` None means that letters become files in `mail_folder`. `trusted_proxies` is the number of
    reverse proxies whose X-Forwarded-* headers are believed (0: none). `equality_key` ties the answers of equality
    forms to applications; None means the one that is kept in `data_dir`, never in the database.
    """

    data_dir: Path
    database_url: str
    secret_key: str
    base_url: str
    smtp_url: str | None = None
    mail_from: str = "Mediation register <register@localhost>"
    trusted_proxies: int = 0
    equality_key: str | None = None
    bounces: Path | None = None  # the mailbox in which mail servers report what could not be delivered
    ping_url: str | None = None  # asked after each beat of the scheduler, so that its silence is noticed elsewhere

    @property
    def equality_secret(self) -> str:
        """The key, made when it is first wanted."""
        return self.equality_key or _kept_secret(self.data_dir / "equality.key")

    @property
    def mail_folder(self) -> Path:
        return self.data_dir / "letters"

    @property
    def uses_https(self) -> bool:
        return self.base_url.startswith("https://")

    @classmethod
    def from_environment(cls) -> "Config":
        """Raises BadConfiguration for a value that cannot be used."""
        data_dir = Path(_read("DATA_DIR") or "var").resolve()
        data_dir.mkdir(parents=True, exist_ok=True)
        return cls(
            data_dir=data_dir,
            database_url=usable_url(_read("DATABASE_URL") or f"sqlite:///{data_dir / 'accreditation.sqlite3'}"),
            secret_key=_read("SECRET_KEY") or _kept_secret(data_dir / "secret.key"),
            base_url=(_read("BASE_URL") or "http://127.0.0.1:8000").rstrip("/"),
            smtp_url=_read("SMTP_URL"),
            mail_from=_read("MAIL_FROM") or cls.mail_from,
            bounces=Path(bounces) if (bounces := _read("BOUNCES")) else None,
            ping_url=_web_address("PING_URL", _read("PING_URL")),
            trusted_proxies=_whole_number("TRUSTED_PROXIES", _read("TRUSTED_PROXIES") or "0"),
            equality_key=_read("EQUALITY_KEY"),
        )


def _read(name: str) -> str | None:
    """The variable, or the content of the file NAME_FILE points to: secrets can stay out of the environment."""
    if value := os.environ.get(PREFIX + name):
        return value
    if path := os.environ.get(f"{PREFIX}{name}_FILE"):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise BadConfiguration(f"{PREFIX}{name}_FILE cannot be read: {error.strerror}.") from error
    return None


def _web_address(name: str, value: str | None) -> str | None:
    if value is not None and not value.startswith(("https://", "http://")):
        raise BadConfiguration(f"{PREFIX}{name} must begin with https:// or http://, not “{value}”.")
    return value


def _whole_number(name: str, value: str) -> int:
    if not value.isdecimal():
        raise BadConfiguration(f"{PREFIX}{name} must be a whole number, not “{value}”.")
    return int(value)


def _kept_secret(path: Path) -> str:
    """The installation's own key, made once with 256 random bits and readable by its owner alone."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32))
    return path.read_text().strip()


def usable_url(url: str) -> str:
    """PostgreSQL in the words its own tools use, SQLAlchemy's driver added."""
    for plain in ("postgres://", "postgresql://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadConfiguration("ACCREDITATION_DATABASE_URL must begin with sqlite:/// or postgresql://.")
    return url


def template_folder() -> Path:
    """Inside the package once it is installed from a wheel, beside it in a checkout."""
    packaged = PACKAGE / "templates"
    return packaged if packaged.is_dir() else PACKAGE.parent / "templates"
