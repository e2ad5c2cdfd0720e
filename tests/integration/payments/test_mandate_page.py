"""The page of an online mandate: what is signed, how it stands, and who may sign."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.clock import FixedClock
from shared.events.payments import MandateChanged
from shared.ids import uuid7
from tests.factories.payments import camt053, creditor_changed, customer_changed, paid
from tests.integration.payments.conftest import World
from tests.integration.payments.test_debit_life import (
    OLD_IBAN,
    OTHER_BANK,
    bill,
    collect,
    visit,
)
from tests.integration.payments.test_matching import run_job
from tests.integration.payments.test_payment_links import words


async def asked(world: World, **wishes: Any) -> Any:
    owner = uuid7()
    await world.hear(customer_changed(owner))
    body = {"customer_id": str(owner), "iban": OLD_IBAN, "account_holder": "A. Voorbeeld"}
    return await world.post("/mandates/online", body | wishes)


async def sign(world: World, mandate: Any) -> httpx.Response:
    return await visit(world, "POST", mandate["confirm_path"])


async def look(world: World, mandate: Any) -> httpx.Response:
    return await visit(world, "GET", mandate["confirm_path"])


async def test_the_page_shows_what_is_signed_and_no_more_of_the_account_than_its_end(
    world: World,
) -> None:
    mandate = await asked(world, reference="M-1")
    page = await look(world, mandate)
    said = words(page)
    for shown in (
        "Waterbedrijf Voorbeeld, Waterweg 1, 3511 AA Utrecht, NL",
        "Incassant-ID NL79ZZZ999999990000",
        "Kenmerk van de machtiging M-1",
        "Rekeninghouder A. Voorbeeld",
        "Rekening (IBAN) eindigt op 5588",
        "Doorlopend: voor al uw facturen",
        "geeft u toestemming aan Waterbedrijf Voorbeeld om incasso-opdrachten te sturen",
        "binnen acht weken na afschrijving",
        "U kunt tekenen tot en met 15 april 2026.",
    ):
        assert shown in said
    assert OLD_IBAN[:-4] not in page.text.replace(" ", "")
    assert "<script" not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "form-action 'self';" in page.headers["Content-Security-Policy"]
    assert mandate["confirm_url"].endswith(mandate["confirm_path"])


async def test_looking_signs_nothing_and_signing_twice_signs_once(world: World) -> None:
    """Programs that read mail open every link in it."""
    mandate = await asked(world)
    for _ in range(3):
        await look(world, mandate)
    assert (await world.get(f"/mandates/{mandate['id']}"))["status"] == "pending"
    for _ in range(2):
        assert (await sign(world, mandate)).status_code == 303
    assert "U hebt deze machtiging gegeven op 1 april 2026." in words(await look(world, mandate))
    (told,) = await world.news()
    assert isinstance(told, MandateChanged)
    assert told.status == "active"


async def test_what_is_asked_stays_as_it_is_shown(world: World) -> None:
    """Nobody signs for an account they did not see."""
    mandate = await asked(world)
    changed = await world.payments.call(
        "PATCH",
        f"/mandates/{mandate['id']}",
        json={"iban": OTHER_BANK},
        headers={"If-Match": '"1"'},
    )
    assert changed.status_code == 409
    assert "eindigt op 5588" in words(await look(world, mandate))


async def cancel(world: World, mandate: Any) -> None:
    await world.post(f"/mandates/{mandate['id']}/cancel", {"reason": "asked_by_customer"})


async def suspend(world: World, mandate: Any) -> None:
    await sign(world, mandate)
    await world.post(f"/mandates/{mandate['id']}/suspend", {"reason": "moved"})


async def use_once(world: World, mandate: Any) -> None:
    await sign(world, mandate)
    await bill(world, UUID(mandate["customer_id"]))
    batch = await collect(world)
    (debit,) = (await world.get(f"/debits?batch_id={batch['id']}"))["items"]
    await world.upload(camt053([paid(1_000, end_to_end_id=debit["end_to_end_id"])]))
    (debit,) = (await world.get("/debits"))["items"]
    booked = paid(debit["amount"]["amount"], end_to_end_id=debit["end_to_end_id"])
    await world.upload(camt053([booked]))


@pytest.mark.parametrize(
    ("happens", "status", "says"),
    [
        (cancel, 410, "Deze machtiging is ingetrokken."),
        (suspend, 200, "Wij schrijven nu even niets af."),
        (use_once, 410, "Deze machtiging is afgelopen."),
    ],
)
async def test_the_page_tells_how_the_mandate_stands_and_offers_no_button(
    world: World,
    happens: Callable[[World, Any], Awaitable[None]],
    status: int,
    says: str,
) -> None:
    mandate = await asked(world, is_one_off=True)
    await happens(world, mandate)
    page = await look(world, mandate)
    assert page.status_code == status
    assert says in words(page)
    assert "<button" not in page.text
    before = (await world.get(f"/mandates/{mandate['id']}"))["status"]
    await sign(world, mandate)
    assert (await world.get(f"/mandates/{mandate['id']}"))["status"] == before


async def test_a_link_that_is_too_old_signs_nothing_and_names_nobody(
    world: World, clock: FixedClock
) -> None:
    """The night's job has not run yet, and after it the page is the same."""
    mandate = await asked(world)
    clock.advance(timedelta(days=15))
    pages = [await look(world, mandate)]
    await sign(world, mandate)
    await run_job(world, "expire_mandates")
    pages.append(await look(world, mandate))
    for page in pages:
        assert page.status_code == 410
        assert "De tijd om te tekenen is voorbij." in words(page)
        assert "A. Voorbeeld" not in page.text
        assert "5588" not in page.text
    assert (await world.get(f"/mandates/{mandate['id']}"))["status"] == "expired"


async def test_a_signed_mandate_says_so_after_its_link_ended_without_naming_anybody(
    world: World, clock: FixedClock
) -> None:
    mandate = await asked(world)
    await sign(world, mandate)
    assert "A. Voorbeeld" in (await look(world, mandate)).text
    clock.advance(timedelta(days=15))
    page = await look(world, mandate)
    assert "U hebt deze machtiging gegeven op 1 april 2026." in words(page)
    assert "A. Voorbeeld" not in page.text


async def test_a_forged_link_finds_nothing_and_trying_them_out_is_stopped(
    world: World, creditor_id: UUID
) -> None:
    """Also one that names the right creditor: the secret is what counts."""
    near = base64.urlsafe_b64encode(creditor_id.bytes + secrets.token_bytes(24)).decode()
    for token in ("x", "A" * 56, near):
        for method in ("GET", "POST"):
            answer = await visit(world, method, f"/mandate/{token}")
            assert answer.status_code == 404
            assert "Deze link werkt niet (meer)" in words(answer)
    statuses = [(await visit(world, "GET", f"/mandate/{n}")).status_code for n in range(5)]
    assert statuses == [404] * 4 + [429]


@pytest.mark.parametrize(
    ("language", "scheme", "heading"),
    [
        ("en", "b2b", "SEPA Business-to-Business Direct Debit Mandate"),
        ("de", "core", "SEPA-Lastschriftmandat"),
        ("pl", "core", "Zgoda na polecenie zapłaty SEPA"),
    ],
)
async def test_the_mandate_is_in_the_customers_language(
    world: World, creditor_id: UUID, language: str, scheme: str, heading: str
) -> None:
    await world.hear(creditor_changed(creditor_id, version=2, language=language))
    mandate = await asked(world, scheme=scheme)
    owner = UUID(mandate["customer_id"])
    await world.hear(customer_changed(owner, version=2, language=language))
    page = await look(world, mandate)
    assert heading in words(page)
    chosen = await visit(world, "GET", f"{mandate['confirm_path']}?lang=nl")
    assert "SEPA-" in words(chosen)
    assert 'action="/mandate/' in chosen.text
    assert '?lang=nl"' in chosen.text
