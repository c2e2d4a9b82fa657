"""A promise changes: a new version for orders to come, while old orders keep the one they were given."""

from datetime import datetime

from django.db import transaction

from returns.models import Policy


@transaction.atomic
def succeed(policy: Policy, *, at: datetime) -> Policy:
    """Write `policy`, changed but not saved, as its own next version, in force from `at`; the old one ends there.

    An end of the old version stays the end of the new one. Nobody's order loses a promise (product.md M1).
    """
    versions = Policy.objects.select_for_update().filter(key=policy.key)
    old = versions.get(pk=policy.pk)
    newest = max(version.version for version in versions)
    old.valid_until = at
    old.save()
    policy.pk = None
    policy.version = newest + 1
    policy.valid_from = at
    policy.save()
    return policy
