"""Django's parts and ours, and the order in which a request passes them."""

from mindflip.settings.paths import BASE_DIR

INSTALLED_APPS = [
    "daphne",  # before staticfiles: it replaces runserver
    "mindflip.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "servestatic",
    "django.contrib.staticfiles",
    "channels",
    "corsheaders",
    "csp",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "mindflip.apps.MindFlipConfig",
    "sessions_app",
    "flashcards",
]
MIDDLEWARE = [
    "csp.middleware.CSPMiddleware",  # first: also on files, for a worker lives under its script's policy, and on what others refuse
    "mindflip.operating.probes.ProbesMiddleware",  # before hosts and HTTPS are asked for: a probe has neither
    "mindflip.operating.requests.RequestsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "mindflip.middleware.CrossOriginIsolationMiddleware",
    "mindflip.request_text.RequestTextMiddleware",  # before anything reads the query
    "mindflip.middleware.FilesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",  # says whether the session has seen a code
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",  # last: it puts its answer in the place of a view's
]
ROOT_URLCONF = "mindflip.urls"
ASGI_APPLICATION = "mindflip.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False  # the contract's addresses have no trailing slash
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
                "csp.context_processors.nonce",
            ],
        },
    },
]
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
