"""Settings of the web part. What differs between chatons is in web.json."""

import json
import os

BUILD = "RONRON_BUILD" in os.environ
if BUILD:  # style sheets are gathered, and nothing else is known
    chaton = {"secret": "build", "host": "localhost", "url": "https://localhost", "language": "fr", "timezone": "UTC",
              "database": {}, "rest": "", "archiver": "", "contact": "x@localhost", "mail": {"host": ""}, "title": ""}
else:
    with open("/etc/ronron/web.json", encoding="utf-8") as file:
        chaton = json.load(file)

CHATON = chaton  # Django hands on what is in capitals
SECRET_KEY = chaton["secret"]
DEBUG = False
SITE_ID = 1
# "web" is how the core calls this unit.
ALLOWED_HOSTS = [chaton["host"], "web", "localhost"]
CSRF_TRUSTED_ORIGINS = [chaton["url"]]
ADMINS = ()

MAILMAN_REST_API_URL = "http://core:8001"
MAILMAN_REST_API_USER = "ronron"
MAILMAN_REST_API_PASS = chaton["rest"]
MAILMAN_ARCHIVER_KEY = chaton["archiver"]
MAILMAN_ARCHIVER_FROM = ("*",)  # the key is what counts; the gate lets nobody come there from outside
POSTORIUS_TEMPLATE_BASE_URL = "http://web:8000"
FILTER_VHOST = False

INSTALLED_APPS = (
    "ronron",
    "hyperkitty",
    "postorius",
    "django_mailman3",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "django_gravatar",
    "compressor",
    "haystack",
    "django_extensions",
    "django_q",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
)

MIDDLEWARE = (
    "ronron.gate.Health",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "ronron.gate.Gate",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django_mailman3.middleware.TimezoneMiddleware",
    "postorius.middleware.PostoriusMiddleware",
)
ROOT_URLCONF = "ronron.urls"
WSGI_APPLICATION = "ronron.wsgi.application"

TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.i18n",
        "django.template.context_processors.media",
        "django.template.context_processors.static",
        "django.template.context_processors.tz",
        "django.template.context_processors.csrf",
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
        "django_mailman3.context_processors.common",
        "hyperkitty.context_processors.common",
        "postorius.context_processors.postorius",
    ]},
}]

DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 60, **chaton["database"]}}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
USE_X_FORWARDED_HOST = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LANGUAGE_CODE = chaton["language"]
TIME_ZONE = chaton["timezone"]
USE_I18N = True
USE_TZ = True

STATIC_ROOT = "/usr/share/ronron/static"
STATIC_URL = "/static/"
STATICFILES_FINDERS = (
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "compressor.finders.CompressorFinder",
)
COMPRESS_ENABLED = True
COMPRESS_OFFLINE = True

# The gate knows who comes; nobody has a password here.
AUTHENTICATION_BACKENDS = ("django.contrib.auth.backends.ModelBackend",)
LOGIN_URL = "/"
LOGIN_REDIRECT_URL = "list_index"
LOGOUT_URL = "account_logout"
ACCOUNT_AUTHENTICATION_METHOD = "username"
ACCOUNT_EMAIL_REQUIRED = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
ACCOUNT_UNIQUE_EMAIL = True
SOCIALACCOUNT_PROVIDERS = {}

# No picture of anybody is asked for elsewhere.
HYPERKITTY_ENABLE_GRAVATAR = False
GRAVATAR_URL = chaton["url"] + "/"
GRAVATAR_SECURE_URL = chaton["url"] + "/"
# Archives cannot be taken along whole by whoever may read them.
HYPERKITTY_MBOX_EXPORT = False

mail = chaton["mail"]
DEFAULT_FROM_EMAIL = SERVER_EMAIL = mail.get("from") or chaton["contact"]
EMAIL_BACKEND = "ronron.post.Backend"
EMAIL_TIMEOUT = 30
if mail["host"]:
    EMAIL_HOST, EMAIL_PORT = mail["host"], mail["port"]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = mail["user"], mail["password"]
    EMAIL_USE_TLS, EMAIL_USE_SSL = mail["encryption"] == "starttls", mail["encryption"] == "tls"

HAYSTACK_CONNECTIONS = {"default": {
    "ENGINE": "haystack.backends.whoosh_backend.WhooshEngine",
    "PATH": "/var/lib/ronron-index/whoosh",
}}
# What HyperKitty has to do is done at once, without another program for it.
Q_CLUSTER = {"sync": True, "orm": "default", "timeout": 300, "retry": 360, "save_limit": 10}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler", "level": "ERROR"}},
    "root": {"handlers": ["console"], "level": "ERROR"},
    "loggers": {name: {"handlers": ["console"], "level": "ERROR", "propagate": False} for name in ("django", "hyperkitty", "postorius")},
}

from django.contrib.messages import constants as levels  # noqa: E402

MESSAGE_TAGS = {levels.ERROR: "danger"}
