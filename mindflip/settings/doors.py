"""Who may come in: hosts, origins, HTTPS, and what a browser may do on our pages."""

from corsheaders.defaults import default_headers
from csp.constants import NONCE, SELF
from django.core.exceptions import ImproperlyConfigured

from mindflip import env, spelling
from mindflip.embedded import state
from mindflip.settings.paths import VAR_DIR

MINDFLIP_HOSTS = env.listing("MINDFLIP_HOSTS", [], "host names this server answers to; empty: this machine only", spelling.host)
IS_PRIVATE = not MINDFLIP_HOSTS
ALLOWED_HOSTS = MINDFLIP_HOSTS or ["localhost", "127.0.0.1", "[::1]"]
DEBUG = env.boolean("MINDFLIP_DEBUG", False, "Django's debug pages; never where others can reach the server")
SECRET_KEY = env.text(
    "MINDFLIP_SECRET_KEY",
    "",
    "signs cookies, tokens and tickets; needed with MINDFLIP_HOSTS",
    "made at first start",
    spelling.secret_key,
    True,
)
if not SECRET_KEY:
    if not IS_PRIVATE:
        raise ImproperlyConfigured("MINDFLIP_HOSTS is set, so MINDFLIP_SECRET_KEY must be too: give 50 or more random characters.")
    SECRET_KEY = state.secret_key(VAR_DIR)
SECRET_KEY_FALLBACKS = env.listing(
    "MINDFLIP_OLD_SECRET_KEYS", [], "secret keys of before: who is signed in on a page stays so", is_secret=True
)
MINDFLIP_ORIGINS = env.listing(
    "MINDFLIP_ORIGINS", [], "origins of other sites whose pages may call this server, as https://app.example.org", spelling.origin
)
IS_HTTPS = env.boolean(
    "MINDFLIP_HTTPS", not IS_PRIVATE, "served over HTTPS: redirects, HSTS, secure cookies", shown="1 with MINDFLIP_HOSTS, else 0"
)
PORT = env.integer("MINDFLIP_PORT", 3000, "port of the pages and the API", least=1, most=65_535)
BIND = env.text(
    "MINDFLIP_BIND",
    "127.0.0.1",
    "address to listen on; 0.0.0.0 lets other machines in, name them in MINDFLIP_HOSTS too",
    spelled=spelling.bind,
)
PROXIES = env.integer("MINDFLIP_PROXIES", 0, "how many proxies of ours stand in front and set X-Forwarded-For and -Proto")
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = list(MINDFLIP_ORIGINS)
CORS_ALLOWED_ORIGINS = list(MINDFLIP_ORIGINS)
LOCALHOST_ORIGIN = r"^http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$"
CORS_ALLOWED_ORIGIN_REGEXES = [LOCALHOST_ORIGIN] if IS_PRIVATE else []
CORS_URLS_REGEX = r"^/(api|models)/.*$"
CORS_EXPOSE_HEADERS = [
    *("Location", "Retry-After", "ETag", "Link", "Content-Disposition"),
    *("RateLimit", "RateLimit-Policy", "Idempotency-Replayed"),
]
CORS_ALLOW_HEADERS = [*default_headers, "if-none-match", "idempotency-key"]

# WebLLM's own list keeps weights on huggingface.co (which hands downloads on to storage hosts), libraries on raw.githubusercontent.com.
MODEL_HOSTS = env.listing(
    "MINDFLIP_MODEL_HOSTS",
    ["https://huggingface.co", "https://*.huggingface.co", "https://*.hf.co", "https://raw.githubusercontent.com"],
    "hosts a page may load models from, beside this server",
)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE, "'wasm-unsafe-eval'", "blob:"],
        "worker-src": [SELF, "blob:"],
        "manifest-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF, "blob:", "data:", *MODEL_HOSTS],
        "base-uri": ["'none'"],
        "form-action": [SELF],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
    },
}
