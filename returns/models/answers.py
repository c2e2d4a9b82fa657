"""What was asked of us more than once."""

from django.db import models


class Answered(models.Model):
    """A request that was answered once under this key: the same again gets the same answer.

    One table for API keys' requests and the pages' form tokens; `scope` tells them apart.
    """

    scope = models.CharField(max_length=60)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "key"], name="answered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"
