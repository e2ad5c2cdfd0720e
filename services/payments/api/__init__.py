"""The HTTP words of payments, one router per noun."""

# Routes that take no access token, and what stands in its place.
OPEN_ROUTES = {
    "/pay/{token}": "the payer's link: a sealed token that shows one debt and lets it be paid",
    "/pay/{token}/return": "the same link, after a visit to the provider",
    "/mandate/{token}": "the page of an online mandate: a random token, stored as a hash",
    "/v1/webhooks/{provider}/{creditor_id}": "the provider's signature, or a fetch with our key",
}
