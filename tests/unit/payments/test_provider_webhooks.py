"""Webhooks of each provider: what is signed is read as what it is, and nothing else is."""

from __future__ import annotations

import base64
import hmac
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.providers.adyen import Adyen, signed_text
from services.payments.providers.gocardless import GoCardless
from services.payments.providers.mollie import Mollie, MollieWebhooks
from services.payments.providers.provider import BadSignature, Provider, ProviderAway, money_of
from services.payments.providers.stripe import Stripe
from shared.errors import InvalidInput
from shared.money import Money

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
KEY_HEX = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"
SECRET = "whsec_of_this_test"


def mollie(secret: str = SECRET) -> MollieWebhooks:
    return MollieWebhooks(lambda: Mollie("https://p", "k"), (secret,) if secret else ())


def gocardless(answers: dict[str, Any] | None = None) -> GoCardless:
    def answer(request: httpx.Request) -> httpx.Response:
        found = (answers or {}).get(request.url.path)
        return httpx.Response(200 if found else 404, json=found or {})

    transport = httpx.MockTransport(answer)
    return GoCardless("https://p", "token", (SECRET,), transport=transport)


def hex_of(body: bytes, secret: str = SECRET) -> str:
    return hmac.digest(secret.encode(), body, "sha256").hex()


def adyen_body(*items: dict[str, Any], key: str = KEY_HEX) -> bytes:
    signed = []
    for item in items:
        digest = hmac.digest(
            bytes.fromhex(key), signed_text(item).encode(errors="surrogatepass"), "sha256"
        )
        extra = {"hmacSignature": base64.b64encode(digest).decode()}
        signed.append({"NotificationRequestItem": item | {"additionalData": extra}})
    return json.dumps({"live": "false", "notificationItems": signed}).encode()


def adyen_item(
    code: str = "AUTHORISATION", *, success: str = "true", **more: Any
) -> dict[str, Any]:
    return {
        "pspReference": "PSP1",
        "merchantAccountCode": "Shop",
        "merchantReference": "ours",
        "amount": {"value": 1130, "currency": "EUR"},
        "eventCode": code,
        "eventDate": "2026-04-01T13:59:00+02:00",
        "success": success,
        **more,
    }


def stripe_body(kind: str, told: dict[str, Any]) -> bytes:
    event = {"id": "evt_1", "object": "event", "type": kind, "created": 1_775_044_800}
    return json.dumps(event | {"data": {"object": told}}).encode()


def stripe_header(body: bytes, at: datetime = NOW, secret: str = SECRET) -> dict[str, str]:
    seconds = int(at.timestamp())
    signature = hex_of(f"{seconds}.".encode() + body, secret)
    return {"stripe-signature": f"t={seconds},v1={'0' * 64},v1={signature}"}


def test_adyens_published_signatures_are_verified(shared_data: Path) -> None:
    """Each vector of Adyen's own library is taken, and refused when one character is another."""
    folder = shared_data / "webhook-adyen" / "adyen-python"
    vectors = json.loads((folder / "signature-vectors.json").read_text())
    items = [v for v in vectors if v["kind"] == "NotificationRequestItem"]
    assert len(items) >= 5
    for vector in items:
        item = vector.get("item") or json.loads((folder / vector["file"]).read_text())
        extra = {"hmacSignature": vector["expected"]}
        adyen = Adyen((vector["key_hex"],))
        for changed, taken in ({}, True), ({"pspReference": "another"}, False):
            wrapped = {"NotificationRequestItem": item | {"additionalData": extra} | changed}
            body = json.dumps({"notificationItems": [wrapped]}).encode()
            if taken:
                assert adyen.hear(body, {}, NOW)[0].kind == "paid"
            else:
                with pytest.raises(BadSignature):
                    adyen.hear(body, {}, NOW)


def test_gocardlesss_published_signature_is_verified(shared_data: Path) -> None:
    """The body of GoCardless's own library under its own secret gives its two events."""
    folder = next((shared_data / "webhook-gocardless").glob("*/webhook_body.json")).parent
    (vector,) = json.loads((folder / "signature-vectors.json").read_text())
    body = (folder / "webhook_body.json").read_bytes().rstrip(b"\n")
    reader = GoCardless("https://p", "token", (vector["secret"],))
    events = reader.hear(body, {"webhook-signature": vector["expected"]}, NOW)
    assert (len(events), events[0].id) == (vector["events"], vector["first_event"])
    with pytest.raises(BadSignature) as refused:
        reader.hear(body + b" ", {"webhook-signature": vector["expected"]}, NOW)
    assert refused.value.status == 498


def test_every_published_document_is_read_as_itself_or_refused(shared_data: Path) -> None:
    """No file of any provider makes a reader fail in another way than by refusing it."""
    readers: list[Provider] = [mollie(""), Adyen((KEY_HEX,)), Stripe((SECRET,)), gocardless()]
    paths = [path for p in readers for path in shared_data.glob(f"webhook-{p.name}/*/*.json")]
    assert len(paths) > 50
    kept = 0
    for path in paths:
        body = path.read_bytes()
        headers = stripe_header(body) | {"webhook-signature": hex_of(body)}
        for reader in readers:
            try:
                kept += len(reader.hear(body, headers, NOW))
            except (BadSignature, InvalidInput):
                continue
    # GoCardless's body of two events, Stripe's event, and Mollie's two of a payment link.
    assert kept == 5


@pytest.mark.parametrize(
    ("code", "success", "kind"),
    [
        ("AUTHORISATION", "true", "paid"),
        ("AUTHORISATION", "false", "failed"),
        ("CAPTURE", "true", "paid"),
        ("CAPTURE", "false", "other"),
        ("CAPTURE_FAILED", "true", "charged_back"),
        ("REFUND", "true", "refunded"),
        ("REFUND", "false", "other"),
        ("CHARGEBACK", "true", "charged_back"),
        ("CHARGEBACK_REVERSED", "true", "chargeback_reversed"),
        ("NOTIFICATION_OF_CHARGEBACK", "true", "other"),
        ("OFFER_CLOSED", "true", "expired"),
        ("SOMETHING_NEW", "true", "other"),
    ],
)
def test_adyens_words_become_ours(code: str, success: str, kind: str) -> None:
    """Money moves only on the events that move money, and only when they succeeded."""
    item = adyen_item(code, success=success, originalReference="PAID")
    (event,) = Adyen((KEY_HEX,)).hear(adyen_body(item), {}, NOW)
    assert (event.kind, event.payment, event.reference) == (kind, "PAID", "ours")
    assert event.amount == Money(1_130, "EUR")


def test_an_authorisation_that_is_captured_by_hand_is_no_money_yet() -> None:
    """Where the account captures by hand, only the capture pays."""
    adyen = Adyen((KEY_HEX,), captures_by_hand=True)
    body = adyen_body(adyen_item(), adyen_item("CAPTURE"))
    assert [event.kind for event in adyen.hear(body, {}, NOW)] == ["other", "paid"]


def test_a_report_is_known_by_what_is_signed_of_it() -> None:
    """Whoever changed the address in `reason` leads us nowhere."""
    name = "settlement_detail_report_batch_7.csv"
    item = adyen_item("REPORT_AVAILABLE", pspReference=name, reason="https://elsewhere.example/x")
    (event,) = Adyen((KEY_HEX,)).hear(adyen_body(item), {}, NOW)
    assert (event.kind, event.payment) == ("report", name)
    assert event.reference == item["merchantAccountCode"]


def test_one_unsigned_item_refuses_adyens_whole_batch() -> None:
    """A forger cannot slip an item of theirs in beside a signed one."""
    body = json.loads(adyen_body(adyen_item(), adyen_item("REFUND")))
    body["notificationItems"][1]["NotificationRequestItem"]["amount"]["value"] = 1
    with pytest.raises(BadSignature):
        Adyen((KEY_HEX,)).hear(json.dumps(body).encode(), {}, NOW)


@pytest.mark.parametrize(
    ("kind", "told", "expected", "minor"),
    [
        (
            "payment_intent.succeeded",
            {"object": "payment_intent", "id": "pi_1", "amount_received": 1_000},
            "paid",
            1_000,
        ),
        (
            "payment_intent.canceled",
            {"object": "payment_intent", "id": "pi_1", "amount": 1_000},
            "cancelled",
            1_000,
        ),
        (
            "payment_intent.payment_failed",
            {"object": "payment_intent", "id": "pi_1", "amount": 1_000},
            "other",
            None,
        ),
        (
            "charge.refunded",
            {"object": "charge", "id": "ch_1", "payment_intent": "pi_1", "amount_refunded": 400},
            "refunded_in_all",
            400,
        ),
        (
            "charge.dispute.created",
            {"object": "dispute", "id": "dp_1", "payment_intent": "pi_1", "amount": 1_000},
            "other",
            None,
        ),
        (
            "charge.dispute.funds_withdrawn",
            {"object": "dispute", "id": "dp_1", "payment_intent": "pi_1", "amount": 1_000},
            "charged_back",
            1_000,
        ),
    ],
)
def test_stripes_words_become_ours(
    kind: str, told: dict[str, Any], expected: str, minor: int | None
) -> None:
    """An attempt that failed ends nothing, and an inquiry takes no money."""
    body = stripe_body(kind, told | {"currency": "eur", "metadata": {"provider_payment_id": "x"}})
    (event,) = Stripe((SECRET,)).hear(body, stripe_header(body), NOW)
    assert (event.kind, event.payment, event.reference) == (expected, "pi_1", "x")
    assert event.amount == (None if minor is None else Money(minor, "EUR"))


def test_a_signature_of_stripe_grows_old() -> None:
    """Five minutes are tolerated, either way; a caught request is worth nothing after that."""
    body, stripe = stripe_body("plan.created", {"object": "plan"}), Stripe(("old", SECRET))
    for minutes, taken in ((-5, True), (5, True), (-6, False), (6, False)):
        header = stripe_header(body, NOW + timedelta(minutes=minutes))
        if taken:
            assert stripe.hear(body, header, NOW)[0].kind == "other"
        else:
            with pytest.raises(BadSignature):
                stripe.hear(body, header, NOW)
    signed = stripe_header(body)["stripe-signature"]
    unsigned = ["", "v1=" + signed[-64:], "t=x,v1=y", f"t={'9' * 30},v1=y", f"t=1,{signed}"]
    for wrong in [*unsigned, signed.replace("v1", "v0")]:
        with pytest.raises(BadSignature):
            stripe.hear(body, {"stripe-signature": wrong}, NOW)


def test_mollie_is_asked_whatever_its_webhook_says() -> None:
    """The classic form needs no signature, the newer document does; both only name a payment."""
    (event,) = mollie().hear(b"id=tr_7UhSN1zuXS", {}, NOW)
    assert (event.kind, event.payment) == ("changed", "tr_7UhSN1zuXS")
    body = json.dumps(
        {"resource": "event", "id": "event_1", "type": "payment.paid", "entityId": "tr_1"}
    ).encode()
    signed = {"x-mollie-signature": f"sha256={'0' * 64}, sha256={hex_of(body)}"}
    (told,) = mollie().hear(body, signed, NOW)
    assert (told.id, told.kind, told.payment) == ("event_1", "changed", "tr_1")
    for headers in ({}, {"x-mollie-signature": hex_of(body, "another")}):
        with pytest.raises(BadSignature):
            mollie().hear(body, headers, NOW)


PAYMENT = {"id": "PM123", "amount": 1_000, "currency": "EUR", "metadata": {"a": "b"}}


@pytest.mark.parametrize(
    ("status", "refunded", "outcome", "taken"),
    [
        ("submitted", 0, "open", 1_000),
        ("confirmed", 0, "paid", 0),
        ("paid_out", 150, "paid", 150),
        ("failed", 0, "failed", 1_000),
        ("charged_back", 0, "paid", 1_000),
        ("cancelled", 0, "cancelled", 1_000),
    ],
)
async def test_gocardless_is_asked_for_the_payment_of_a_payment_or_a_refund(
    status: str, refunded: int, outcome: str, taken: int
) -> None:
    """Only what is confirmed is with us: a late failure takes back all that was booked."""
    answers = {
        "/payments/PM123": {"payments": PAYMENT | {"status": status, "amount_refunded": refunded}},
        "/refunds/RF1": {"refunds": {"id": "RF1", "links": {"payment": "PM123"}}},
    }
    for name in ("PM123", "RF1"):
        state = await gocardless(answers).state(name)
        assert state is not None
        assert (state.outcome, state.charged_back) == (outcome, Money(taken, "EUR"))
    assert await gocardless(answers).state("PM404") is None


async def test_an_answer_of_gocardless_that_is_not_understood_is_no_state() -> None:
    """A status we do not know leaves the event waiting."""
    answers = {"/payments/PM1": {"payments": PAYMENT | {"status": "new"}}}
    with pytest.raises(ProviderAway):
        await gocardless(answers).state("PM1")


@pytest.mark.parametrize(
    ("minor", "currency", "exponents", "expected"),
    [
        (1_250, "eur", {}, Money(1_250, "EUR")),
        (500, "jpy", {}, Money(500, "JPY")),
        (500, "ISK", {"ISK": 2}, Money(5, "ISK")),
        (5, "CVE", {"CVE": 0}, Money(500, "CVE")),
        (1_000, "KWD", {}, Money(1_000, "KWD")),
    ],
)
def test_minor_units_are_the_providers_own(
    minor: int, currency: str, exponents: dict[str, int], expected: Money
) -> None:
    """What a provider writes in other decimals than ISO 4217's is the same money here."""
    assert money_of(minor, currency, exponents) == expected


@pytest.mark.parametrize("minor", [1.5, "100", None, True, 10**18])
def test_an_amount_that_is_no_whole_number_is_refused(minor: object) -> None:
    """Nothing is rounded and nothing guessed."""
    with pytest.raises(InvalidInput):
        money_of(minor, "EUR", {})


ODD = st.sampled_from(
    [
        *(None, True, 0, -1, 10**30, 1.5, "", "x", "\0", "\ud800", "x" * 300, [], {}, ["x"]),
        *({"value": "1"}, {"value": 1}, {"value": 1, "currency": "EUR"}, {"payment": ["x"]}),
        {"provider_payment_id": 5},
    ]
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(["id", "amount", "links"], ODD)), ODD, ODD)
def test_whatever_is_signed_is_read_or_refused(told: dict[str, Any], one: Any, two: Any) -> None:
    """A provider's mistake is refused with its reason, never a failure of ours."""
    item = adyen_item(amount=one, success=two) | {"eventCode": told.get("id", "CAPTURE")}
    charge = told | {"object": "charge", "metadata": one, "payment_intent": two, "currency": "eur"}
    event = told | {"resource_type": "payments", "action": one, "created_at": two}
    bodies: list[tuple[Provider, bytes]] = [
        (Adyen((KEY_HEX,)), adyen_body(item)),
        (Stripe((SECRET,)), stripe_body("charge.refunded", charge)),
        (gocardless(), json.dumps({"events": [event]}).encode()),
        (mollie(""), json.dumps(told | {"resource": "event", "entityId": one}).encode()),
    ]
    for reader, body in bodies:
        headers = stripe_header(body) | {"webhook-signature": hex_of(body)}
        with suppress(InvalidInput):
            (read,) = reader.hear(body, headers, NOW)
            assert 0 < len(read.id) < 600
