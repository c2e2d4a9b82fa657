"""One settings file: runs with nothing set, and takes the rest from the environment.

Every name read here is listed in README.md, "Settings". Demo mode is what `manage.py demo` turns on:
letters are kept in a folder, the demo's logins are shown, and money goes to the stand-in.
"""

import contextlib
import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))


def flag(name: str, *, default: bool) -> bool:
    return os.environ.get(name, str(default)).lower() in {"1", "true", "yes", "on"}


def words(name: str, default: str = "") -> list[str]:
    return [word for word in os.environ.get(name, default).replace(",", " ").split() if word]


def kept_secret(file: Path) -> str:
    """The installation's own key, made at the first start, so that a restart ends no session."""
    file.parent.mkdir(parents=True, exist_ok=True)
    mine = file.with_suffix(f".{os.getpid()}")
    if not file.exists():
        mine.touch(mode=0o600)
        mine.write_text(secrets.token_urlsafe(64))
        with contextlib.suppress(FileExistsError):  # another process was first
            file.hardlink_to(mine)
        mine.unlink()
    return file.read_text()


# --- The installation ---------------------------------------------------------------------------

DEMO = flag("DEMO", default=False)
DEBUG = flag("DEBUG", default=False)
BASE_URL = os.environ.get("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
SECRET_KEY = os.environ.get("SECRET_KEY") or kept_secret(VAR_DIR / "secret_key")
SECRET_KEY_FALLBACKS = words("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = words("ALLOWED_HOSTS", urlsplit(BASE_URL).hostname or "127.0.0.1")

SHOP_NAME = os.environ.get("SHOP_NAME", "Demo Shop")
SHOP_COUNTRY = os.environ.get("SHOP_COUNTRY", "CZ")
SHOP_EMAIL = os.environ.get("SHOP_EMAIL", "returns@shop.example")
SHOP_ADDRESS = os.environ.get("SHOP_ADDRESS", "Demo Shop|Returns|Dlouhá 12|110 00 Praha 1").split("|")

# Days a shopper has to send an approved return before it expires, and days after the last refund
# until the return is closed.
SEND_WITHIN_DAYS = int(os.environ.get("SEND_WITHIN_DAYS", "30"))
CLOSE_AFTER_DAYS = int(os.environ.get("CLOSE_AFTER_DAYS", "30"))
# Days an agent has to say what damaged goods have lost in value; after them they count as unharmed. The law
# gives 14 for the whole (law.md M-1).
VALUE_WITHIN_DAYS = int(os.environ.get("VALUE_WITHIN_DAYS", "3"))
# Whether consumers' statutory rights are judged beside the shop's own promise; a replay of old data
# turns it off, a shop never does.
STATUTORY_CLOCK = flag("STATUTORY_CLOCK", default=True)
# Whether an order that does not say counts as told of the right to withdraw (law.md C-9).
NOTICE_ASSUMED = flag("NOTICE_ASSUMED", default=True)

# --- Money --------------------------------------------------------------------------------------

STRIPE_API_KEY = os.environ.get("STRIPE_API_KEY", "")
STRIPE_WEBHOOK_SECRET = os.environ.get("STRIPE_WEBHOOK_SECRET", "")
# Where Stripe's API is; empty in production, the stand-in's address in the demo and in tests.
STRIPE_API_BASE = os.environ.get("STRIPE_API_BASE", "")

# --- Django -------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "modeltranslation",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.admin",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "ninja",
    "returns",
    "portal",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.shop",
            ],
            "builtins": ["portal.templatetags.portal"],
        },
    },
]


def database(url: str) -> dict[str, object]:
    """Django's settings for `postgres://user:password@host:port/name?option=…` or `sqlite:///path`."""
    parts = urlsplit(url)
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_HEALTH_CHECKS": True,  # the pool hands out none that the server has ended, as by a restart
            "OPTIONS": {
                # A lock or statement that waits longer than this is an error, not a hung worker.
                "options": "-c lock_timeout=10s -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s",
                "pool": {"min_size": 1, "max_size": int(os.environ.get("DATABASE_POOL", "8"))},
                **dict(parse_qsl(parts.query)),
            },
        }
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path.removeprefix("/")) or str(VAR_DIR / "portal.sqlite3"),
            "OPTIONS": {
                # IMMEDIATE takes the write lock at once: with DEFERRED, two writers that have both
                # read deadlock into "database is locked". FULL: a committed refund attempt
                # survives a power cut.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;",
            },
        }
    raise ImproperlyConfigured(f"DATABASE_URL: {parts.scheme!r} is neither postgres nor sqlite.")


(VAR_DIR / "static").mkdir(parents=True, exist_ok=True)
DATABASES = {"default": database(os.environ.get("DATABASE_URL") or f"sqlite:///{quote(str(VAR_DIR))}/portal.sqlite3")}
ATOMIC_REQUESTS = False  # no outside call may stand inside a transaction
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "returns.User"
LOGIN_URL = "staff:login"
LOGIN_REDIRECT_URL = "staff:home"
LOGOUT_REDIRECT_URL = "staff:login"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- Time and languages -------------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = os.environ.get("SHOP_TIME_ZONE", "Europe/Prague")
USE_I18N = True
LANGUAGE_CODE = os.environ.get("SHOP_LANGUAGE", "en")
LANGUAGES = [("en", _("English")), ("cs", _("Czech"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
# All ten from the first migration on, so that no translated table has to change later.
MODELTRANSLATION_LANGUAGES = ("en", "cs", "pl", "et", "de", "fr", "es", "sv", "zh-hans", "ja")
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_FALLBACK_LANGUAGES = ("en",)

# --- Files, letters, limits ---------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEMO or DEBUG
if DEMO or DEBUG:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
MEDIA_ROOT = VAR_DIR / "media"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000  # an order of 700 lines is counted line by line

DEFAULT_FROM_EMAIL = SHOP_EMAIL
LETTERS_DIR = VAR_DIR / "letters"
if DEMO:
    MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(LETTERS_DIR)},
        }
    }
else:
    _mail = urlsplit(os.environ.get("MAIL_URL", "smtp://127.0.0.1:25"))
    MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {
                "host": _mail.hostname or "127.0.0.1",
                "port": _mail.port or 25,
                "username": unquote(_mail.username or ""),
                "password": unquote(_mail.password or ""),
                "use_tls": _mail.scheme == "smtp+tls",
                "use_ssl": _mail.scheme == "smtps",
                "timeout": 20,
            },
        }
    }

# --- Security -----------------------------------------------------------------------------------

HTTPS = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SESSION_COOKIE_AGE = 12 * 3600
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
if flag("BEHIND_PROXY", default=False):  # only behind a proxy that strips the header from outside
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", "https:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING"},
        "returns": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    },
}
