"""Somebody at home with a telephone: reads the mail, follows the link, pays on the page."""

from __future__ import annotations

import re
from typing import Any

import httpx


class LinkMissing(Exception):
    """The mail holds no link to pay by."""


class Payer:
    """Uses what the public uses: the mailbox, the payment page, the provider's page."""

    def __init__(
        self, mailbox_url: str, pay_url: str, provider_url: str, provider_key: str
    ) -> None:
        self._mailbox_url = mailbox_url
        self._pay_url = pay_url
        self._provider_url = provider_url
        self._provider_key = provider_key
        self._client = httpx.AsyncClient(timeout=60)

    async def close(self) -> None:
        await self._client.aclose()

    async def pay_by_link(self, email: str) -> str:
        """Pay the bill in the newest mail to `email`; returns the page seen at the end."""
        link = await self._link(email)
        begun = await self._client.post(link)
        checkout = begun.headers.get("location", "")
        if begun.status_code != 303 or not checkout:
            raise LinkMissing(f"the payment page answered {begun.status_code}")
        await self._client.get(checkout)
        paid = await self._client.post(checkout, data={"status": "paid"})
        page = await self._client.get(paid.headers["location"])
        return page.text

    async def settle(self) -> tuple[int, str]:
        """The provider closes its books: cents and the text of the payout."""
        answer = await self._client.post(
            f"{self._provider_url}/fake/settlements",
            headers={"Authorization": f"Bearer {self._provider_key}"},
        )
        answer.raise_for_status()
        settlement = answer.json()
        cents = int(settlement["amount"]["value"].replace(".", ""))
        return cents, f"Mollie uitbetaling {settlement['reference']}"

    async def mails(self) -> int:
        answer = await self._client.get(f"{self._mailbox_url}/api/messages", params={"limit": 1})
        body: Any = answer.json()
        return int(body.get("total", 0))

    async def _link(self, email: str) -> str:
        listed = await self._client.get(
            f"{self._mailbox_url}/api/messages", params={"to": email, "limit": 1}
        )
        messages = listed.json()["messages"]
        if not messages:
            raise LinkMissing("there is no mail")
        shown = await self._client.get(f"{self._mailbox_url}/api/messages/{messages[0]['id']}")
        found = re.search(rf"{re.escape(self._pay_url)}/pay/[\w.~-]+", shown.json()["text"])
        if found is None:
            raise LinkMissing("the mail holds no payment link")
        return found.group(0)
