"""The HTTP words of payments, one router per noun."""

# Routes that take no access token, and what stands in its place.
OPEN_ROUTES = {
    "/pay/{token}": "the payer's link: a sealed token for one invoice",
    "/pay/{token}/return": "the same link, after a visit to the provider",
    "/v1/webhooks/{provider}/{creditor_id}": "the provider's signature, or a fetch with our key",
}
