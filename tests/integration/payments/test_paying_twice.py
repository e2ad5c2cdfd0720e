"""Two tabs, two links: one debt is paid once where that can be, and nothing is lost where not."""

from __future__ import annotations

from typing import Any

from shared.events.payments import PaymentReceived, ProviderPaymentEnded, ProviderPaymentStarted
from tests.factories.payments import eur
from tests.integration.payments.browser.test_paying import allow_parts
from tests.integration.payments.online import Books, Online, browse
from tests.integration.payments.test_payment_links import make, owing, words


async def begin(url: str, **form: str) -> str:
    """Press the button on the page; returns the address of the provider's page."""
    begun = await browse("POST", url, data=form)
    assert begun.status_code == 303, begun.text
    location: str = begun.headers["location"]
    assert "/checkout/" in location
    return location


async def choose(checkout: str, status: str = "paid") -> Any:
    """What a payer does on the provider's page; returns the page they come back to."""
    answer = await browse("POST", checkout, data={"status": status})
    return await browse("GET", answer.headers["location"])


def at_provider(provider_books: Books, checkout: str) -> Any:
    return provider_books.payments[checkout.rsplit("/", 1)[1]]


async def test_another_amount_takes_the_place_of_the_one_begun_before(
    online: Online, provider_books: Books
) -> None:
    """The whole in one tab, a part in the other: the first tab can pay nothing any more."""
    await allow_parts(online, 1_000)
    issued = await online.issue(1, 5_000)
    url = await online.link(issued.invoice_id)
    whole = await begin(url)
    part = await begin(url, amount="20,00")
    assert at_provider(provider_books, whole).status == "canceled"
    told = [event for event in await online.news() if not isinstance(event, PaymentReceived)]
    assert [type(event) for event in told] == [
        ProviderPaymentStarted,
        ProviderPaymentEnded,
        ProviderPaymentStarted,
    ]
    assert "Uw betaling van € 20,00 is gelukt" in words(await choose(part))
    assert "Er is iets veranderd. Daarom is deze betaling gestopt" in words(await choose(whole))
    assert "Nog te betalen € 30,00" in words(await browse("GET", url))


async def test_another_link_to_the_same_invoice_takes_its_place_too(
    online: Online, provider_books: Books
) -> None:
    customer_id, (older, newer) = await owing(online, 3_000, 2_500)
    alone = await begin(await online.link(newer.invoice_id))
    other = await begin(await online.link(older.invoice_id))
    balance = await make(online, "balance", customer_id)
    together = await begin(balance["url"])
    assert [at_provider(provider_books, one).status for one in (alone, other, together)] == [
        "canceled",
        "canceled",
        "open",
    ]
    assert "Uw betaling van € 55,00 is gelukt" in words(await choose(together))


async def test_the_same_again_goes_on_where_it_was(online: Online, provider_books: Books) -> None:
    issued = await online.issue(1, 5_000)
    url = await online.link(issued.invoice_id)
    assert await begin(url) == await begin(url)
    assert len(provider_books.payments) == 1


async def test_what_is_paid_in_both_tabs_is_the_customers_credit_and_both_pages_say_the_truth(
    online: Online, provider_books: Books
) -> None:
    """The provider lets nothing be ended, and the payer pays twice."""
    await allow_parts(online, 1_000)
    issued = await online.issue(1, 5_000)
    url = await online.link(issued.invoice_id)
    whole = await begin(url)
    at_provider(provider_books, whole).is_cancelable = False
    part = await begin(url, amount="20,00")
    assert at_provider(provider_books, whole).status == "open"

    first = words(await choose(whole))
    assert "Uw betaling van € 50,00 is gelukt" in first
    assert "te veel betaald" not in first
    second = words(await choose(part))
    assert "Uw betaling van € 20,00 is gelukt" in second
    assert "U hebt € 20,00 te veel betaald. Dat geld blijft van u." in second
    assert "te veel betaald" in words(await browse("GET", url))

    received = [event for event in await online.news() if isinstance(event, PaymentReceived)]
    assert [event.amount for event in received] == [eur(5_000), eur(2_000)]
    credit = await online.get(f"/customers/{issued.customer_id}/credit")
    assert [amount["amount"] for amount in credit["total"]] == [2_000]
    assert (await online.get("/reconciliation"))["agrees"]


async def test_a_first_visit_that_was_paid_a_moment_ago_is_not_asked_for_again(
    online: Online, provider_books: Books
) -> None:
    """Paid in one tab, told by nobody yet, and begun anew through another link."""
    customer_id, (bill,) = await owing(online, 3_000)
    paid = at_provider(provider_books, await begin(await online.link(bill.invoice_id)))
    paid.status = "paid"
    balance = await make(online, "balance", customer_id)
    answer = await browse("POST", balance["url"])
    assert answer.headers["location"] == balance["url"]
    assert "Er is nu niets te betalen" in words(await browse("GET", balance["url"]))
    assert len(provider_books.payments) == 1
