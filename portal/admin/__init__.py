"""The manager's settings: policies, reasons, limits, staff. Django's own pages, open to managers alone."""

from portal.admin import limits, people, policies, reasons
from portal.admin.site import site

__all__ = ["limits", "people", "policies", "reasons", "site"]
