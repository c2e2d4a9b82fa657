"""A promise changes: a new version for orders to come, while old orders keep the one they were given."""

from django.db import transaction

from returns.models import Policy


@transaction.atomic
def succeed(policy: Policy, *, of: Policy) -> Policy:
    """Write `policy`, not saved yet, as the next version of the same key, in force from its own `valid_from`.

    What would have held then ends there. Nobody's order loses a promise (product.md M1).
    """
    start = policy.valid_from
    assert start is not None
    versions = list(Policy.objects.select_for_update().filter(key=of.key))
    for version in versions:
        if version.in_force(start):
            version.valid_until = start
            version.save()
    policy.key = of.key
    policy.version = max(version.version for version in versions) + 1
    policy.save()
    return policy
