"""Imports respect the layers and have no cycles, and docs/architecture.md lists every module."""

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
PURE = [
    "sessions_app/protocol/codec.py",
    "sessions_app/protocol/incoming.py",
    "sessions_app/protocol/outgoing.py",
    "sessions_app/exceptions.py",
    "sessions_app/ratelimit.py",
    "flashcards/card_kinds.py",
    "flashcards/cloze.py",
    "flashcards/grammar.py",
    "flashcards/grounding.py",
    "flashcards/prompts.py",
    "flashcards/rendering.py",
    "flashcards/scheduling.py",
    "flashcards/sentences.py",
    "flashcards/words.py",
    *(f"flashcards/parsing/{path.name}" for path in (ROOT / "flashcards/parsing").glob("*.py")),
]
# Pure modules have texts, which are translated when they are used.
TRANSLATIONS = ("django.utils.translation", "django.utils.functional")
TRANSPORT = {
    "consumers",
    "handlers",
    "views",
    "serializers",
    "tasks",
    "admin",
    "routing",
    "urls",
    "auth",
    "problems",
}


def imports(path: Path) -> set[str]:
    """Return every module that a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def modules(folder: str) -> list[Path]:
    return [path for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts]


def imports_with_prefix(paths: list[Path], *prefixes: str) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}: {name}"
        for path in paths
        for name in sorted(imports(path))
        if name.startswith(prefixes)
    ]


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def top_level_imports(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield the import statements outside functions and `if TYPE_CHECKING`.

    They run when the module is imported.
    """
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            yield from top_level_imports(ast.Module(child.orelse, []))
        elif not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from top_level_imports(child)


def imported_names(path: Path) -> Iterator[str]:
    """Return the full names of all modules and objects that a module imports on import."""
    package = (
        module_name(path).split(".")
        if path.name == "__init__.py"
        else module_name(path).split(".")[:-1]
    )
    for node in top_level_imports(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        else:
            base = package[: len(package) - node.level + 1] if node.level else []
            yield from (
                ".".join([*base, *filter(None, [node.module]), alias.name]) for alias in node.names
            )


def import_graph(paths: list[Path]) -> dict[str, set[str]]:
    """Map each module to the modules that it imports.

    `from package import name` imports the module of that name if it exists, or else the package's
    __init__. An import also runs the __init__ of every package that contains the imported module
    but not the importing one.
    """
    graph: dict[str, set[str]] = {module_name(path): set() for path in paths}
    for path in paths:
        importing_module = module_name(path)
        for name in imported_names(path):
            target = name if name in graph else name.rpartition(".")[0]
            parents = [target[: dot.start()] for dot in re.finditer(r"\.", target)]
            graph[importing_module] |= {
                target,
                *(parent for parent in parents if not importing_module.startswith(f"{parent}.")),
            } & graph.keys() - {importing_module}
    return graph


def test_python_modules_have_no_circular_imports():
    TopologicalSorter(
        import_graph(modules("mindflip") + modules("sessions_app") + modules("flashcards"))
    ).prepare()


def test_sessions_app_does_not_import_flashcards():
    assert imports_with_prefix(modules("sessions_app"), "flashcards") == []


def test_apps_do_not_import_project_package():
    assert imports_with_prefix(modules("sessions_app") + modules("flashcards"), "mindflip") == []


def test_flashcards_import_only_public_modules_of_sessions_app():
    public_modules = (
        "sessions_app.services",
        "sessions_app.exceptions",
        "sessions_app.models",
        "sessions_app.rest",
        "sessions_app.templatetags",
        "sessions_app.admin.base",
    )
    lines = imports_with_prefix(modules("flashcards"), "sessions_app.")
    assert [line for line in lines if not line.split(": ")[1].startswith(public_modules)] == []


def test_services_do_not_import_transport_modules():
    names = (*(f"sessions_app.{name}" for name in TRANSPORT), "channels", "rest_framework")
    assert imports_with_prefix(modules("sessions_app/services"), *names) == []


def test_consumers_import_neither_models_nor_services():
    assert (
        imports_with_prefix(
            [ROOT / "sessions_app/consumers.py"], "sessions_app.models", "sessions_app.services"
        )
        == []
    )


def test_only_events_module_imports_channel_layer():
    layer = imports_with_prefix(modules("sessions_app") + modules("flashcards"), "channels.layers")
    assert {line.split(":")[0] for line in layer} == {"sessions_app/events.py"}


@pytest.mark.parametrize("path", PURE)
def test_pure_modules_import_no_framework_except_translations(path):
    lines = imports_with_prefix([ROOT / path], "django", "rest_framework", "channels", "redis")
    assert [line for line in lines if not line.split(": ")[1].startswith(TRANSLATIONS)] == []


def test_migrations_match_models(db):
    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=0)
    except SystemExit:
        pytest.fail("A migration is missing. Run `manage.py makemigrations`.")


def test_tests_import_neither_conftest_nor_test_modules():
    """Share fixtures in tests/fixtures/ and all other code in tests/helpers/."""
    assert {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in (ROOT / "tests").rglob("*.py")
        for name in imported_names(path)
        if re.search(r"^tests\.(?:.+\.)?(?:conftest|test_\w+)(?:\.|$)", name)
    } == set()


def test_dynamic_imports_of_scripts_are_awaited_directly():
    """mindflip.storage only gives these imports hashed names.

    Another form would load a second copy of the module, and cache neither.
    """
    without_await = re.compile(
        r"""(?<!await )(?<!typeof )(?<![{<(|] )(?<![{<|])import\(["'][./][^"']*["']\)(?!\.[A-Z])"""
    )
    unawaited = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in (ROOT / "static/js").rglob("*.js")
        for line in path.read_text().splitlines()
        if without_await.search(line)
    ]
    assert unawaited == []


def script_imports(path: Path) -> list[Path]:
    """Return the modules of static/js that a module of static/js loads.

    These are static imports, `export … from` and awaited dynamic imports.
    """
    static = r"""^(?:import |(?:import|export|\}).* from )["'](\.[^"']+)["']"""
    dynamic = r"""(?<=await )import\(["'](\.[^"']+)["']\)"""
    matches = re.findall(f"{static}|{dynamic}", path.read_text(), re.MULTILINE)
    return [
        (path.parent / "".join(address)).resolve()
        for address in matches
        if "/vendor/" not in "".join(address)
    ]


def test_scripts_have_no_circular_imports():
    """Fail for cycles of dynamic imports, too.

    mindflip.storage cannot name files by hashes that depend on each other.
    """
    graph = {path: script_imports(path) for path in sorted((ROOT / "static/js").rglob("*.js"))}
    assert sum(map(len, graph.values())) > 200, "The pattern finds the imports."
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the modules of the cycle


@pytest.fixture(scope="module")
def documented() -> dict[str, set[str]]:
    """Return the names in backticks in docs/architecture.md, by the folder of their row."""
    page = (ROOT / "docs/architecture.md").read_text()
    rows = re.findall(r"^\| `([^`]+)/` \|(.*)\|$", page, re.MULTILINE)
    return {folder: set(re.findall(r"`([^`]+)`", cell)) for folder, cell in rows}


def test_architecture_page_lists_every_module(documented):
    packages = ("mindflip", "sessions_app", "flashcards")
    python = [path for package in packages for path in modules(package)]
    named = [(path, path.stem) for path in python if path.name != "__init__.py"]
    named += [(path, path.name) for path in (ROOT / "static/js").rglob("*.js")]
    missing = [
        path.relative_to(ROOT)
        for path, name in named
        if name not in documented.get(str(path.parent.relative_to(ROOT)), set())
    ]
    assert missing == [], "Describe these modules in docs/architecture.md."


def test_architecture_page_lists_only_existing_modules(documented):
    assert [folder for folder in documented if not (ROOT / folder).is_dir()] == []
    scripts = [
        ROOT / folder / name
        for folder, names in documented.items()
        for name in names
        if name.endswith(".js")
    ]
    assert [script for script in scripts if not script.exists()] == []
    python = [
        ROOT / folder / f"{name}.py"
        for folder, names in documented.items()
        if not folder.startswith("static/")
        for name in names
        if name.isidentifier()
    ]
    assert [module for module in python if not module.exists()] == []
