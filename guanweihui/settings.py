"""Settings; what differs from place to place comes from the environment (env.py)."""

import sqlite3
import sys
from pathlib import Path

from guanweihui import env
from guanweihui.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
try:
    ENV = env.load(BASE_DIR)
except env.EnvError as fault:
    sys.exit(str(fault))

DEBUG = ENV["DEBUG"]
DEMO = ENV["DEMO"]
SECRET_KEY = ENV["SECRET_KEY"]
FIELD_KEYS = ENV["FIELD_KEYS"]  # {version: 32 bytes}, in order; the last one writes
INDEX_KEY = ENV["INDEX_KEY"]
DATA_DIR = ENV["DATA_DIR"]
SECOND_FACTOR = ENV["SECOND_FACTOR"]
PDF_FONT_DIR = ENV["PDF_FONT_DIR"]
DEMO_PASSWORD = ENV["DEMO_PASSWORD"]
HOST, PORT = ENV["HOST"], ENV["PORT"]
MONITOR_TOKEN = ENV["MONITOR_TOKEN"]

INSTALLED_APPS = [
    "guanweihui",
    "members",
    "awards",
    "activities",
    "outreach",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_tasks",
    "django_tasks_db",
    "django_htmx",
    "django_filters",
    "import_export",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
]

MIDDLEWARE = [
    "guanweihui.middleware.request_line",
    "guanweihui.middleware.headers",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "guanweihui.middleware.session_limits",
    "django_otp.middleware.OTPMiddleware",
    "guanweihui.gate.identify",
    "guanweihui.entrance.refusals",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "guanweihui.second_factor.SecondFactor",
    "guanweihui.gate.RefusalPage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "guanweihui.middleware.no_number_in_the_address",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "guanweihui.urls"
WSGI_APPLICATION = "guanweihui.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "guanweihui.frame.portal",
            ],
        },
    }
]

# --- database ---------------------------------------------------------------------------------------------


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Tell whether this SQLite has the WAL-reset fix; 3.40.1 of Debian 12 can corrupt a WAL database."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


WAL_IS_SAFE = wal_is_safe(sqlite3.sqlite_version_info)


def sqlite(name: str) -> dict[str, object]:
    """Configure the embedded database so that a page that says "saved" means on disk."""
    journal = "WAL" if WAL_IS_SAFE else "TRUNCATE"
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "OPTIONS": {
            "timeout": 10,
            "transaction_mode": "IMMEDIATE",
            # 16 MB of cache a connection: most of a load waits in memory instead of being synced half-way.
            "init_command": (
                f"PRAGMA journal_mode={journal}; PRAGMA synchronous=FULL; PRAGMA cache_size=-16384;"
            ),
        },
    }


def postgresql(config: dict[str, object]) -> dict[str, object]:
    """Add the pool and the time limits that keep one slow query from stopping the office."""
    limits = {
        "statement_timeout": ENV["STATEMENT_SECONDS"] * 1000,
        "lock_timeout": 3000,
        "idle_in_transaction_session_timeout": max(30, ENV["STATEMENT_SECONDS"]) * 1000,
        # To compile a query costs more than what it saves here (750 of 1,350 ms, measured on who serves).
        "jit": "off",
    }
    options: dict[str, object] = {
        "connect_timeout": 5,
        "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
    }
    if ENV["DATABASE_POOL"]:
        largest = ENV["DATABASE_POOL"]
        options["pool"] = {"min_size": min(2, largest), "max_size": largest, "timeout": 5}
    return config | {"OPTIONS": options, "CONN_HEALTH_CHECKS": True, "CONN_MAX_AGE": 0}


_database = ENV["DATABASE_URL"] or {"ENGINE": "sqlite", "NAME": str(DATA_DIR / "db.sqlite3")}
DATABASES = {
    "default": sqlite(_database["NAME"]) if "sqlite" in _database["ENGINE"] else postgresql(_database)
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- accounts and sessions --------------------------------------------------------------------------------

AUTH_USER_MODEL = "guanweihui.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"

# A school shares one address, so a stranger's guesses may only close account and address together.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_CLIENT_IP_CALLABLE = "guanweihui.middleware.client_address"
OTP_TOTP_ISSUER = "关工委工作平台"  # the name that an authenticator app shows

CSRF_FAILURE_VIEW = "guanweihui.views.trouble.csrf_failure"
SESSION_IDLE_SECONDS = 30 * 60
SESSION_LINK_IDLE_SECONDS = 8 * 3600  # elders come by links and work slowly
SESSION_LONGEST_SECONDS = 12 * 3600
SESSION_COOKIE_AGE = SESSION_LONGEST_SECONDS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# --- transport and headers --------------------------------------------------------------------------------

ALLOWED_HOSTS = ENV["ALLOWED_HOSTS"]
BEHIND_PROXY = ENV["BEHIND_PROXY"]
HTTPS = ENV["HTTPS"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SECURE_HSTS_SECONDS = 365 * 86400 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750

# --- language, time, files --------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "guanweihui.formats"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "media"  # no MEDIA_URL: every file is handed out by a view that asks who is there
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600

# --- background work --------------------------------------------------------------------------------------

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
JOB_SILENCE_SECONDS = 30
JOB_TRIES = 3
JOB_RESULT_DAYS = 7

LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logging_config(ENV["LOG_FORMAT"], ENV["LOG_LEVEL"])
