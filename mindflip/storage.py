"""How static files are collected: content-hashed names, so that browsers may keep them for good."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from servestatic.storage import CompressedManifestStaticFilesStorage

_STYLES = ManifestStaticFilesStorage.patterns[0]
_STATIC_IMPORTS = ManifestStaticFilesStorage._js_module_import_aggregation_patterns[1][:3]
# Django's own pattern takes JSDoc's `{import("./x.js").Type}` for an import too: modules whose
# types name each other would never settle
_DYNAMIC_IMPORT = (
    r"""(?P<matched>(?<=await )import\(["'](?P<url>[./].*?)["']\))""",
    """import("%(url)s")""",
)


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Hashes every file's name and rewrites the imports among our own modules (`js/`) and the
    addresses in styles.

    Vendor bundles are left as they are: they import nothing relative, walking web-llm's 6.8 MB with
    these patterns takes 4 s a pass, and a source map that a package leaves out is no reason to
    fail. A dynamic import of ours is awaited where it stands.
    """

    patterns = (_STYLES, ("js/*.js", (*_STATIC_IMPORTS, _DYNAMIC_IMPORT)))
    # Each pass settles at least one more level of imports; how many it settles depends on the order
    # in which the file system lists files.
    max_post_process_passes = 20
