"""Settings: the environment decides, ``.env.example`` documents each variable.

Without ``SECRET_KEY`` the project runs as on a laptop (``backoffice.laptop``): secrets of its own,
DEBUG on, and an embedded PostgreSQL unless ``DATABASE_URL`` is set.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from django.urls import reverse_lazy
from django.utils.csp import CSP
from environs import Env

from backoffice import laptop, platform_settings
from backoffice.mailers import mailers

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = laptop.VAR

env = Env()
env.read_env(str(BASE_DIR / ".env"), recurse=False)
if "SECRET_KEY" not in os.environ:
    laptop.read_secrets()

SECRET_KEY = env.str("SECRET_KEY")
DEBUG = env.bool("DEBUG", False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [])
PORT = env.int("PORT", 8000)

# --- houses

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "unfold.contrib.constance",
    "constance",
    "core",
    "partners",
    "catalog",
    "finance",
    "sales",
    "notifications",
    "backoffice",
    "api",
    "ninja",
    "import_export",
    "simple_history",
    "huey.contrib.djhuey",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
    "backoffice.admin.apps.CircleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.request_id",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "backoffice.admin.zero_bytes.NoZeroBytes",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "backoffice.admin.account.sessions.touch",
    "backoffice.admin.account.view_as.LookAs",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "backoffice.urls"
WSGI_APPLICATION = "backoffice.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "partners.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "backoffice.sign_in.StaffBackend",
]
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("login", "username", "first_name", "last_name", "phone")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "backoffice" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- database: PostgreSQL only; a lock is waited for at most three seconds

DATABASE_URL = env.str("DATABASE_URL", "") or laptop.start_database()
DATABASES: dict[str, dict[str, Any]] = {"default": {**dj_database_url.parse(DATABASE_URL)}}
DATABASES["default"].update(
    CONN_MAX_AGE=0,
    CONN_HEALTH_CHECKS=True,
)
# Disks of today read here and there as quickly as in a row. PostgreSQL believes otherwise: 20,000
# tours were sorted by their price in 186 ms instead of 115.
PLANNING = "-c random_page_cost=1.1"
DATABASES["default"].setdefault("OPTIONS", {}).update(
    options=f"-c lock_timeout=3000 -c idle_in_transaction_session_timeout=60000 {PLANNING}",
    pool={"min_size": 1, "max_size": env.int("DATABASE_POOL_SIZE", 6), "timeout": 5},
)

# Two suites side by side need two names.
DATABASES["default"]["TEST"] = {"NAME": env.str("TEST_DATABASE", "test_circle")}

# --- cache and queue: Redis when there is one, PostgreSQL and memory when not

REDIS_URL = env.str("REDIS_URL", "")
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}
HUEY = {
    "name": "circle",
    "immediate": False,
    "results": False,
    # One may send all the time, and one carry an export: the third tells what happens meanwhile.
    "consumer": {"workers": 3, "worker_type": "thread", "scheduler_interval": 1},
}
if REDIS_URL:
    HUEY |= {"huey_class": "huey.PriorityRedisHuey", "connection": {"url": REDIS_URL}}
else:
    HUEY |= {
        "huey_class": "huey.PostgresHuey",
        "create_tables": False,
        "connection": {"dsn": DATABASE_URL},
    }

# --- languages

LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", "Русский"), ("uz", "Oʻzbekcha"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Tashkent"
# Off: an id in a template would be written "1 234". Amounts are grouped by core.money.som.
USE_THOUSAND_SEPARATOR = False
FORMAT_MODULE_PATH = "core.formats"

# --- files

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "backoffice" / "static"]
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", "") or VAR / "media")
S3_BUCKET = env.str("S3_BUCKET", "")
S3_ENDPOINT_URL = env.str("S3_ENDPOINT_URL", "").rstrip("/")
S3_REGION = env.str("S3_REGION", "")
if not S3_BUCKET:
    FILES: dict[str, Any] = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    media_url = "/media/"
else:
    FILES = {
        "BACKEND": "backoffice.storage.Bucket",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": S3_ENDPOINT_URL or None,
            "region_name": S3_REGION or None,
            # Without them boto3 looks where it always does: the machine's own role.
            "access_key": env.str("S3_ACCESS_KEY_ID", "") or None,
            "secret_key": env.str("S3_SECRET_ACCESS_KEY", "") or None,
            "addressing_style": "path" if S3_ENDPOINT_URL else "virtual",
            "signature_version": "s3v4",
            "file_overwrite": False,
        },
    }
    media_url = (
        f"{S3_ENDPOINT_URL}/{S3_BUCKET}/"
        if S3_ENDPOINT_URL
        else f"https://{S3_BUCKET}.s3.{S3_REGION}.amazonaws.com/"
    )
MEDIA_URL = (env.str("MEDIA_URL", "") or media_url).rstrip("/") + "/"
WHITENOISE_USE_FINDERS = DEBUG
# Never served by an address: pages that check who asks hand them out. Several hosts share it.
PRIVATE_ROOT = Path(env.str("PRIVATE_ROOT", "") or VAR / "private")
STORAGES = {
    "default": FILES,
    "private": {
        "BACKEND": "core.storage.PrivateFiles",
        "OPTIONS": {"location": PRIVATE_ROOT, "file_permissions_mode": 0o600},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- security

# Unfold opens the plus beside a field in a frame of our own.
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "backoffice.error_pages.not_from_here"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_ENGINE = "backoffice.session_store"
if not DEBUG:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    # Payme counts a redirect as a failure, a probe from inside comes without TLS.
    SECURE_REDIRECT_EXEMPT = [r"^api/payments/payme/?$", r"^health/"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
# Pictures may come from elsewhere: a bucket, a content network.
elsewhere = urlsplit(MEDIA_URL)
pictures_host = [f"{elsewhere.scheme}://{elsewhere.netloc}"] if elsewhere.netloc else []
# Unfold's Alpine build evaluates expressions; nothing inline, nothing foreign.
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.UNSAFE_EVAL],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:", "blob:", *pictures_host],
    "connect-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "frame-ancestors": [CSP.SELF],
    "base-uri": [CSP.SELF],
    "form-action": [CSP.SELF],
}
CARD_ENCRYPTION_KEYS = env.list("CARD_ENCRYPTION_KEYS")
# How many proxies stand in front, for the caller's address in limits and logs.
NUM_PROXIES = NINJA_NUM_PROXIES = env.int("NUM_PROXIES", 0)

# --- the outside

TELEGRAM_BOT_TOKEN = env.str("TELEGRAM_BOT_TOKEN", "")
TELEGRAM_API_URL = env.str("TELEGRAM_API_URL", "")
# The token that init data is checked with; the laptop's own where there is no bot.
INIT_DATA_TOKEN = TELEGRAM_BOT_TOKEN or env.str("TELEGRAM_DEMO_TOKEN", "")
# Where staff open the back office, for links in messages.
BACKOFFICE_URL = env.str("BACKOFFICE_URL", "").rstrip("/") or (
    f"http://127.0.0.1:{PORT}" if DEBUG else f"https://{ALLOWED_HOSTS[0]}"
)
EXPORTS_URL = f"{BACKOFFICE_URL}/admin/core/job/"
# On a laptop mail is printed; elsewhere it waits in the outbox until there is a server.
MAILERS, SENDS_EMAIL = mailers(env.str("EMAIL_URL", "console://" if DEBUG else ""))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("EMAIL_FROM", "Circle <circle@localhost>")
MINI_APP_URL = env.str("MINI_APP_URL", "https://t.me/circle_tours_bot/app")
# An app of the bot's own lies under its name: t.me/<bot>/<app>.
TELEGRAM_BOT_USERNAME = (
    env.str("TELEGRAM_BOT_USERNAME", "") or urlsplit(MINI_APP_URL).path.strip("/").split("/")[0]
)
# What Telegram's calls of the webhook carry; without it there is no webhook.
TELEGRAM_WEBHOOK_SECRET = env.str("TELEGRAM_WEBHOOK_SECRET", "")

PAYME_MERCHANT_ID = env.str("PAYME_MERCHANT_ID", "")
PAYME_LOGIN = env.str("PAYME_LOGIN", "Paycom")
# The mode decides which of the two keys opens the endpoint, and where payers are sent.
PAYME_MODE = env.str("PAYME_MODE", "") or ("test" if DEBUG else "live")
PAYME_KEY = env.str("PAYME_KEY", "")
PAYME_TEST_KEY = env.str("PAYME_TEST_KEY", "")
PAYME_ACCOUNT_FIELD = env.str("PAYME_ACCOUNT_FIELD", "order_id")
# Empty: Payme's own of the mode (finance.providers.payme.cashbox).
PAYME_CHECKOUT_URL = env.str("PAYME_CHECKOUT_URL", "")
PAYME_SUBSCRIBE_URL = env.str("PAYME_SUBSCRIBE_URL", "")
PAYME_ALLOWED_IPS = env.list("PAYME_ALLOWED_IPS", [])
# Empty: withdrawals go by the register's file (docs/payout-api.md).
PAYOUT_API_URL = env.str("PAYOUT_API_URL", "").rstrip("/")
PAYOUT_API_KEY = env.str("PAYOUT_API_KEY", "")

# --- what the platform may change at run time

CONSTANCE_BACKEND = "constance.backends.database.DatabaseBackend"
CONSTANCE_ADDITIONAL_FIELDS = platform_settings.FIELDS
CONSTANCE_CONFIG = platform_settings.config_for(is_laptop=DEBUG)

# --- libraries

# Five wrong passwords from one address shut that address out of that login for a quarter of an
# hour, and nobody else: a stranger cannot keep its owner out.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "core.caller.address_of"
# As the form calls it; the library would look for the model's field and count everybody as one.
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "backoffice.admin.account.lock_out.counted_as"
AXES_HANDLER = "backoffice.admin.account.lock_out.LockOut"
AXES_LOCKOUT_CALLABLE = "backoffice.admin.account.lock_out.tell"
# Not kept with a failed try; the log of actions and the sessions tell of those that went well.
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken", "code"]
AXES_SENSITIVE_PARAMETERS += ["old", "password", "again"]
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
OTP_TOTP_ISSUER = "Circle"

IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_USE_TRANSACTIONS = True
# ``partners.roles`` says who may.
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "import"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "export"
# Files between their trial and their import; several hosts must share it.
IMPORTS_ROOT = VAR / "imports"
SIMPLE_HISTORY_REVERT_DISABLED = True
SIMPLE_HISTORY_ENFORCE_HISTORY_MODEL_PERMISSIONS = True
SILENCED_SYSTEM_CHECKS: list[str] = []

from backoffice.logs import LOGGING  # noqa: E402, F401
from backoffice.unfold_settings import UNFOLD  # noqa: E402, F401
