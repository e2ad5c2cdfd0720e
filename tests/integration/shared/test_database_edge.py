"""The database edge: commits, creditors apart, history, the audit trail, keys."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.billing.app import create_app
from services.billing.config import Settings
from shared import audit
from shared.crypto import Tampered, Vault
from shared.db import Scope
from shared.ids import uuid7
from shared.testing.databases import TestDatabases
from shared.testing.served import Served
from shared.testing.settings import MASTER_KEY
from tests.factories.billing import creditor_body, customer_body


@pytest.fixture
async def billing(serve: Callable[..., Awaitable[Served]], creditor_id: UUID) -> Served:
    served = await serve("billing", create_app, Settings, creditor_id)
    await served.put(f"/creditors/{creditor_id}", json=creditor_body())
    return served


async def as_admin(databases: TestDatabases, database: str, statement: str) -> None:
    connection = await asyncpg.connect(databases.url(database))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def test_a_failing_commit_answers_5xx_and_leaves_nothing(
    billing: Served, databases: TestDatabases, database: str
) -> None:
    # A deferred constraint fails at COMMIT, after the route has made its answer.
    await as_admin(
        databases,
        database,
        "CREATE FUNCTION billing.fail() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'commit fails'; END $$;"
        "CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON billing.customers"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing.fail()",
    )
    headers = {"Idempotency-Key": "will fail"}
    answer = await billing.call("POST", "/customers", json=customer_body(), headers=headers)
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal_error"
    await as_admin(databases, database, "DROP TRIGGER fail ON billing.customers")
    assert (await billing.get("/customers"))["items"] == []
    retried = await billing.call("POST", "/customers", json=customer_body(), headers=headers)
    assert retried.status_code == 201
    assert "Idempotency-Replayed" not in retried.headers


async def test_two_requests_with_one_key_at_once_do_it_once(billing: Served) -> None:
    headers = {"Idempotency-Key": "race"}
    answers = await asyncio.gather(
        *(
            billing.call("POST", "/customers", json=customer_body(), headers=headers)
            for _ in range(4)
        )
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len((await billing.get("/customers"))["items"]) == 1


async def test_a_transaction_without_its_creditor_sees_no_rows(billing: Served) -> None:
    await billing.post("/customers", json=customer_body())
    async with billing.service.db.engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM customers")) == 0


async def test_no_row_can_be_written_for_another_creditor(billing: Served) -> None:
    scope = Scope(uuid7(), "system:test")
    async with billing.service.db.write(scope) as session:
        with pytest.raises(DBAPIError, match="row-level security"):
            await session.execute(
                text(
                    "INSERT INTO number_series (creditor_id, series, next_number)"
                    " VALUES (:other, '2026', 1)"
                ),
                {"other": billing.creditor_id},
            )
        await session.rollback()


async def test_the_service_role_cannot_lift_row_level_security(billing: Served) -> None:
    async with billing.service.db.engine.connect() as connection:
        for statement in (
            "ALTER TABLE customers DISABLE ROW LEVEL SECURITY",
            "SET ROLE inning_billing_owner",
            "SELECT * FROM outbox",
            "SET row_security = off; SELECT count(*) FROM customers",
        ):
            with pytest.raises(DBAPIError):
                await connection.exec_driver_sql(statement)
            await connection.rollback()


async def test_a_read_session_cannot_write(billing: Served) -> None:
    scope = Scope(billing.creditor_id, "system:test")
    async with billing.service.db.read(scope) as session:
        with pytest.raises(DBAPIError, match="read-only"):
            await session.execute(text("UPDATE customers SET version = 2"))


async def test_a_services_roles_cannot_enter_another_services_schema(billing: Served) -> None:
    async with billing.service.db.engine.connect() as connection:
        with pytest.raises(DBAPIError, match="permission denied"):
            await connection.execute(text("SELECT 1 FROM payments.inbox"))


async def test_the_audit_trail_tells_who_did_what_and_finds_every_change(
    billing: Served, databases: TestDatabases, database: str
) -> None:
    for number in range(5):
        await billing.post("/customers", json=customer_body(f"K{number}"))
    scope = Scope(billing.creditor_id, "system:test")
    async with billing.service.db.read(scope) as session:
        assert await audit.verify(session, page=2) == (6, [])
    connection = await asyncpg.connect(databases.url(database))
    try:
        actions = await connection.fetch(
            "SELECT actor, action FROM billing.audit_entries ORDER BY sequence"
        )
        assert [tuple(row) for row in actions] == [
            ("supervisor:tester", "put_creditor"),
            *[("supervisor:tester", "register_customer")] * 5,
        ]
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await connection.execute("DELETE FROM billing.audit_entries")
        # Somebody with all rights goes around the trigger:
        await connection.execute("ALTER TABLE billing.audit_entries DISABLE TRIGGER USER")
        await connection.execute(
            "UPDATE billing.audit_entries SET actor = 'nobody' WHERE sequence = 3"
        )
        await connection.execute("DELETE FROM billing.audit_entries WHERE sequence = 6")
    finally:
        await connection.close()
    async with billing.service.db.read(scope) as session:
        _, broken = await audit.verify(session)
    assert [(found.sequence, found.reason) for found in broken] == [
        (3, "was changed after it was written"),
        (6, "the last entries are missing"),
    ]


async def test_an_erased_customers_fields_cannot_be_read_by_anybody(billing: Served) -> None:
    customer_id = uuid7()
    vault = Vault(MASTER_KEY)
    scope = Scope(billing.creditor_id, "system:test")
    async with billing.service.db.write(scope) as session:
        cipher = (await vault.open_or_create(session, [customer_id]))[customer_id]
        sealed = cipher.encrypt("name", "A. Voorbeeld")
        other = cipher.encrypt("email", "a@example.org")
    assert sealed is not None
    assert b"Voorbeeld" not in sealed
    assert cipher.decrypt("name", sealed) == "A. Voorbeeld"
    with pytest.raises(Tampered):
        cipher.decrypt("name", other)
    async with billing.service.db.write(scope) as session:
        await vault.destroy(session, customer_id)
    async with billing.service.db.read(scope) as session:
        erased = (await vault.open(session, [customer_id]))[customer_id]
    assert erased.erased
    assert erased.decrypt("name", sealed) is None


async def test_a_body_above_the_limit_is_refused_before_it_is_read(billing: Served) -> None:
    answer = await billing.call(
        "POST", "/customers", content=b" " * 3_000_000, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
