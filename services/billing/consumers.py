"""Which events billing reads, and the use case each leads to."""

from shared.consumer import Handlers

HANDLERS: Handlers = {}
