"""The HTTP words of collections. Every route needs a token: there are no open ones."""

from typing import Final

# Routes that are called without a token.
OPEN_ROUTES: Final[tuple[str, ...]] = ()
