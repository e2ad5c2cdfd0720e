"""The settings of notifications, read once from the environment (prefix `NOTIFICATIONS_`)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="NOTIFICATIONS_", frozen=True, extra="ignore")

    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(25, ge=1, le=65535)
    # The relay must offer STARTTLS; off only for a relay on this machine or a private network.
    smtp_starttls: bool = False
    smtp_implicit_tls: bool = False
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_connections: int = Field(4, ge=1, le=64)
    smtp_timeout_s: float = Field(30.0, gt=0)
    # Where bounces go, as `user+<message>@host`; a creditor's own address when not set.
    sender_address: str | None = None

    # The print house's drop folder. The default suits a checkout; an installation names its own.
    print_house_dir: Path = Path(".local/print-house")
    # Calendar days from hand-over to the mail, as agreed with the print house: it moves `sent_on`.
    print_house_days: int = Field(0, ge=0, le=10)

    # How long an invoice waits for its payment link or its mandate before it goes without.
    link_wait_s: int = Field(10, ge=0)
    # Processes that typeset beside the worker; 0 typesets in the worker itself.
    render_processes: int = Field(2, ge=0, le=64)
    # Messages in one transaction of rendering, and in one round of sending.
    chunk_size: int = Field(50, ge=1, le=1000)
    # How long one creditor's messages may keep the others waiting.
    turn_s: float = Field(2.0, gt=0)

    @property
    def smtp_tls(self) -> Literal["implicit", "starttls", "none"]:
        if self.smtp_implicit_tls:
            return "implicit"
        return "starttls" if self.smtp_starttls else "none"
