"""The storage for collected static files, whose names contain a hash of their content.

Browsers can therefore cache them permanently.
"""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from servestatic.storage import CompressedManifestStaticFilesStorage

_STYLES = ManifestStaticFilesStorage.patterns[0]
_STATIC_IMPORTS = ManifestStaticFilesStorage._js_module_import_aggregation_patterns[1][:3]
# Django's own pattern also matches JSDoc types such as `{import("./x.js").Type}`. The hashes of
# modules whose types refer to each other would then never settle.
_DYNAMIC_IMPORT = (
    r"""(?P<matched>(?<=await )import\(["'](?P<url>[./].*?)["']\))""",
    """import("%(url)s")""",
)


class StaticStorage(CompressedManifestStaticFilesStorage):
    """A storage that hashes file names, and rewrites imports in our modules and URLs in styles.

    Our modules are in `js/`. A dynamic import is rewritten only if `await` comes directly before
    it. The modules of vendor bundles are not rewritten: they have no relative imports, processing
    web-llm's 6.8 MB takes 4 s per pass, and a missing source map would be an error.
    """

    patterns = (_STYLES, ("js/*.js", (*_STATIC_IMPORTS, _DYNAMIC_IMPORT)))
    # Each pass settles at least one more level of imports. How many levels it settles depends on
    # the order in which the file system lists files.
    max_post_process_passes = 20
