"""How static files are collected: content-hashed names, so that browsers may keep them for good."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from servestatic.storage import CompressedManifestStaticFilesStorage

_STYLES = ManifestStaticFilesStorage.patterns[0]
_MODULE_IMPORTS = ManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Hashes every file's name and rewrites the imports among our own modules (`js/`) and the addresses in styles.

    Vendor bundles are left as they are: they import nothing relative, walking web-llm's 6.8 MB with these patterns takes 4 s
    a pass, and a source map that a package leaves out is no reason to fail. Ours must not name a bare module in a dynamic
    import: Django takes any quoted word there for a file.
    """

    patterns = (_STYLES, ("js/*.js", _MODULE_IMPORTS))
