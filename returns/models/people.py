"""Who acts: staff, integrators' keys, and the short form in which an event remembers them.

Shoppers are no users: their session holds what they looked up or verified.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Cast, Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it, as an event keeps it: kind, id within the kind, and a label fit for the timeline."""

    kind: str
    id: str = ""
    label: str = ""

    @property
    def staff_id(self) -> str:
        """Of a member of staff; "" where it is none."""
        return self.id if self.kind == "staff" else ""


SYSTEM = Actor("system")
SHOPPER = Actor("shopper")


class Role(models.TextChoices):
    WAREHOUSE = "warehouse", _("Warehouse")
    AGENT = "agent", _("Agent")
    MANAGER = "manager", _("Manager")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, role=Role.MANAGER, is_superuser=True, **fields)

    def acting(self, by: Actor) -> models.QuerySet["User"]:
        """Their row, as it is now: an account may have been shut since its page was shown. None of who is no staff."""
        return self.filter(pk=by.staff_id, is_active=True) if by.staff_id else self.none()

    def role_of(self, by: Actor) -> Role | None:
        """What the database says now; None: no staff."""
        found = self.acting(by).first()
        return Role(found.role) if found else None

    def managers(self) -> models.QuerySet["User"]:
        """Who may decide as a manager now."""
        return self.filter(role=Role.MANAGER, is_active=True)

    def managing(self) -> models.QuerySet[Any, str]:
        """The ids of managers, as an actor has them."""
        return self.managers().values_list(Cast("pk", models.CharField()), flat=True)


class User(AbstractBaseUser, PermissionsMixin):
    """A member of staff. Logs in by e-mail; the role says which doors open."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=200)
    role = models.CharField(_("role"), max_length=20, choices=Role)
    language = models.CharField(_("language"), max_length=10, default="en")
    is_active = models.BooleanField(_("may log in"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_known"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """An address in capitals is the same address, from whichever form it comes."""
        return super().normalize_username(username).lower()

    @property
    def is_staff(self) -> bool:
        """Whether the settings pages (policies, reasons, people) are open."""
        return self.role == Role.MANAGER

    @property
    def actor(self) -> Actor:
        return Actor("staff", str(self.pk), str(self))


class Scope(models.TextChoices):
    """What an integrator's key may do; the names are api.md's."""

    ORDERS_WRITE = "orders:write"
    ORDERS_READ = "orders:read"
    RETURNS_WRITE = "returns:write"
    RETURNS_READ = "returns:read"
    RECEIPTS_WRITE = "receipts:write"
    CREDITS_WRITE = "credits:write"
    CREDITS_READ = "credits:read"
    EVENTS_READ = "events:read"
    PII_READ = "pii:read"
    EXPORT = "export"
    WEBHOOKS_WRITE = "webhooks:write"


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def issue(self, name: str, scopes: list[str], *, at: datetime) -> tuple["ApiKey", str]:
        """A new key and its secret, which is shown this once and kept only as a hash."""
        secret = f"rk_{secrets.token_urlsafe(32)}"
        key = self.create(name=name, scopes=sorted(scopes), digest=ApiKey.digest_of(secret), created_at=at)
        return key, secret

    def for_secret(self, secret: str) -> "ApiKey | None":
        return self.filter(digest=ApiKey.digest_of(secret), revoked_at=None).first()


class ApiKey(models.Model):
    """An integrator's key. The secret has 256 random bits, so a plain hash keeps it."""

    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def digest_of(secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()

    @property
    def actor(self) -> Actor:
        return Actor("integrator", str(self.pk), self.name)
