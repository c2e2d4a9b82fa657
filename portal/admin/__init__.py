"""The manager's settings: policies, reasons, staff. Django's own pages, open to managers alone."""

from portal.admin import people, policies, reasons
from portal.admin.site import site

__all__ = ["people", "policies", "reasons", "site"]
