"""What every process of the local stack is told, in one place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

from deploy.local.credentials import SERVICES
from deploy.local.postgres import DATABASE
from deploy.local.settings import CHECKOUT, HOST, LocalSettings, port_setting


def admin_database_url(settings: LocalSettings, credentials: Mapping[str, str]) -> str:
    if settings.database_url:
        return settings.database_url
    password = quote(credentials["postgres"], safe="")
    return f"postgresql://postgres:{password}@{HOST}:{settings.ports.postgres}/{DATABASE}"


def kafka_bootstrap_servers(settings: LocalSettings) -> str:
    return settings.kafka_bootstrap_servers or f"{HOST}:{settings.ports.kafka}"


def compose_environment(settings: LocalSettings, credentials: Mapping[str, str]) -> dict[str, str]:
    """Addresses and secrets by variable name, on top of the caller's own environment."""
    ports, admin_url = settings.ports, admin_database_url(settings, credentials)
    environment = {
        "INNING_ENVIRONMENT": "local",
        "INNING_ADMIN_DATABASE_URL": admin_url,
        "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap_servers(settings),
        "INNING_JWKS_URL": f"http://{HOST}:{ports.issuer}/jwks.json",
        "INNING_TOKEN_ISSUER": f"http://{HOST}:{ports.issuer}",
        "INNING_TOKEN_AUDIENCE": "inning",
        "INNING_MASTER_KEY": credentials["master_key"],
        "PAYMENTS_PROVIDER_URL": f"http://{HOST}:{ports.provider}",
        "PAYMENTS_PROVIDER_API_KEY": credentials["payments_provider_api_key"],
        "PAYMENTS_PROVIDER_WEBHOOK_SECRET": credentials["payments_provider_webhook_secret"],
        **_payout_providers(settings, credentials),
        "PAYMENTS_PUBLIC_URL": f"http://{HOST}:{ports.payments}",
        "PAYMENTS_LINK_SECRET": credentials["payments_link_secret"],
        "NOTIFICATIONS_PRINT_HOUSE_DIR": str(settings.data / "print-house"),
        "NOTIFICATIONS_SMTP_HOST": HOST,
        "NOTIFICATIONS_SMTP_PORT": str(ports.smtp),
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{HOST}:{ports.tracebox}",
    }
    for service in SERVICES:
        environment |= _of_service(service, settings, credentials, admin_url)
    return environment


def _payout_providers(settings: LocalSettings, credentials: Mapping[str, str]) -> dict[str, str]:
    """The stand-in speaks for all of them, with one key and one secret."""
    address = f"http://{HOST}:{settings.ports.provider}"
    key = credentials["payments_provider_api_key"]
    secret = credentials["payments_provider_webhook_secret"]
    return {
        "PAYMENTS_STRIPE_URL": address,
        "PAYMENTS_STRIPE_API_KEY": key,
        "PAYMENTS_STRIPE_WEBHOOK_SECRETS": secret,
        "PAYMENTS_ADYEN_REPORT_URL": address,
        "PAYMENTS_ADYEN_REPORT_API_KEY": key,
        "PAYMENTS_ADYEN_HMAC_KEYS": secret.encode().hex(),
        "PAYMENTS_GOCARDLESS_URL": address,
        "PAYMENTS_GOCARDLESS_TOKEN": key,
        "PAYMENTS_GOCARDLESS_WEBHOOK_SECRETS": secret,
    }


def _of_service(
    service: str, settings: LocalSettings, credentials: Mapping[str, str], admin_url: str
) -> dict[str, str]:
    name, role = service.upper(), f"inning_{service}"
    relay = f"{role}_relay"
    worker_port = getattr(settings.ports, f"{service}_worker")
    return {
        f"{name}_DATABASE_URL": _as_role(admin_url, role, credentials[role]),
        f"{name}_RELAY_DATABASE_URL": _as_role(admin_url, relay, credentials[relay]),
        f"{name}_URL": f"http://{HOST}:{getattr(settings.ports, service)}",
        f"{name}_WORKER_PORT": str(worker_port),
    }


def _as_role(admin_url: str, role: str, password: str) -> str:
    """The administrator's address with another role's name and password."""
    parts = urlsplit(admin_url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{role}:{quote(password, safe='')}@{host}"))


def child_environment(settings: LocalSettings) -> dict[str, str]:
    """What only our own children are told: how to find this stack again, whatever made it.

    Kept out of `env`: exported in a shell it would pin the ports of every other stack too.
    """
    inherited = [str(CHECKOUT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        "PYTHONPATH": os.pathsep.join(inherited),
        "PYTHONUNBUFFERED": "1",
        "INNING_DATA_DIR": str(settings.data),
        **{port_setting(name): str(number) for name, number in settings.ports.model_dump().items()},
    }
