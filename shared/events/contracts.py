"""Every contract there is: importing this fills the registry."""

from shared.events import billing, collections, notifications, payments
from shared.events.envelope import REGISTRY

__all__ = ["REGISTRY", "billing", "collections", "notifications", "payments"]
