"""Whose store credit there is."""

from typing import Self

from django.db import models

from returns.models.orders import normal_email


class CreditAccountQuerySet(models.QuerySet["CreditAccount"]):
    def locked(self) -> Self:
        """Not the key: what fills an account names it, and need not wait for what is spent of it."""
        return self.select_for_update(of=("self",), no_key=True)

    def of_shopper(self, email: str, currency: str) -> Self:
        """The one account, if it was ever opened."""
        return self.filter(email=normal_email(email), currency=currency)


class CreditAccount(models.Model):
    """The store credit of a shopper in one currency. What is on it is derived from the journal."""

    email = models.CharField(max_length=254)  # as `normal_email` writes it
    currency = models.CharField(max_length=3)
    opened_at = models.DateTimeField()

    objects = CreditAccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["email", "currency"], name="credit_account_once"),
        ]

    def __str__(self) -> str:
        return f"{self.email} {self.currency}"
