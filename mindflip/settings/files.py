"""What is served as files: our own, the modules from npm, and an operator's models."""

from pathlib import Path

from mindflip import env
from mindflip.settings.paths import BASE_DIR, VAR_DIR

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
NODE_MODULES = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/web-llm", NODE_MODULES / "@mlc-ai/web-llm/lib"),
    ("vendor/wllama", NODE_MODULES / "@wllama/wllama/esm"),
    ("vendor/wllama-compat", NODE_MODULES / "@wllama/wllama-compat/wasm"),
    ("vendor/katex", NODE_MODULES / "katex/dist"),
    ("vendor/markdown-it", NODE_MODULES / "markdown-it/dist/browser"),
    ("vendor/dompurify", NODE_MODULES / "dompurify/dist"),
    ("vendor/ts-fsrs", NODE_MODULES / "ts-fsrs/dist"),
    ("vendor/uplot", NODE_MODULES / "uplot/dist"),
    ("vendor/pdfjs", NODE_MODULES / "pdfjs-dist/build"),
    ("vendor/pdfjs-cmaps", NODE_MODULES / "pdfjs-dist/cmaps"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "mindflip.storage.StaticStorage"},
}
MINDFLIP_MODELS_DIR = Path(
    env.text("MINDFLIP_MODELS_DIR", str(VAR_DIR / "models"), "folder of models served to this server's own users", shown="var/models")
)
