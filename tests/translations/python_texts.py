"""Find texts in Python code that are not passed to gettext: part of `make check`.

A text is a string of two words or more, or one capitalized word. In keyword arguments such as
`label`, every string is a text. A line with the comment `# untranslated: <reason>` is exempt.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("mindflip", "sessions_app", "flashcards")
# Files whose texts are English in every language, with the reason.
ENGLISH_FILES = {
    r"/migrations/": "states of the database",
    r"openapi|asyncapi|examples\.py|/samples/|/schemas\.py": "reference documents of the API",
    r"^mindflip/(?:embedded|backup|management)/": "the terminal, partly before Django is installed",
    r"^sessions_app/management/": "the terminal",
    r"^mindflip/monitoring/": "metrics and probes, which are answered before a language is chosen",
    r"^mindflip/(?:settings|env|checks|celery)\.py": "the terminal and the settings reference",
    r"^mindflip/translations\.py": "the terminal",
    r"metrics\.py": "descriptions of metrics",
    r"^flashcards/(?:prompts|grammar|passages)\.py": "prompts, which are part of the protocol",
}
GETTEXT = re.compile(r"^(?:translation\.)?n?p?gettext(?:_lazy|_noop)?$")
# Functions whose arguments are not displayed, or only logged.
CODE_CALLS = re.compile(
    r"^(?:log|logger|logging|re|warnings)\.\w+$|(?:^|\.)(?:execute|SQL|TypeVar|get_model|NewType)$"
    r"|^(?:\w*ForeignKey|models\.\w+Field|ImproperlyConfigured)$"
    r"|^(?:ValueError|TypeError|RuntimeError|AssertionError|KeyError|LookupError)$"
    r"|(?:startswith|endswith|removeprefix|removesuffix|split|replace|encode|get|pop|setdefault)$"
)
TEXT_ARGUMENTS = {
    "label",
    "help_text",
    "verbose_name",
    "verbose_name_plural",
    "description",
    "short_description",
    "message",
    "title",
    "error_messages",
    "hint",
    "heading",
    "reason",
    "detail",
    "empty_label",
}
WORDS = re.compile(r"[^\W\d_]{2,}[,:;.]?\s+[\"“(]?[^\W\d_]|^[A-Z][a-z]+(?!\w)|^[^\W\d_]+[.!?…]$")
# A word next to a value: "%d cards", "up to {maximum}".
VALUE = r"(?:%(?:\(\w+\))?[a-z]|{\w*})"
WORD_AND_VALUE = re.compile(
    rf"{VALUE}\s+[\"“(]?[^\W\d_]{{2,}}|[^\W\d_]{{2,}}[,:;.]?\s+[\"“(]?{VALUE}"
)
HEADER = re.compile(r"^[A-Z]\w*(?:-[A-Z]\w*)+(?:: .*)?$|^[\w.+-]+/[\w.+*-]+(?:; ?\w+=\S+)?$")
HEADER_NAME = re.compile(r"^[A-Z][\w-]*$")
SQL = re.compile(r"\s*(?:SELECT|WITH|INSERT|UPDATE|DELETE|CREATE) ")
HTML_TAG = re.compile(r"<[^<>]*>")
EXEMPT_LINE = re.compile(r"#\s*untranslated: \S")


def is_text(value: str) -> bool:
    if HEADER.match(value) or SQL.match(value):
        return False
    text = HTML_TAG.sub(" ", value)
    return bool(WORDS.search(text) or WORD_AND_VALUE.search(text))


def python_files() -> Iterator[str]:
    """Return the files whose texts must be translatable, relative to the root."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not any(re.search(pattern, name) for pattern in ENGLISH_FILES):
                yield name


def untranslated(source: str) -> list[tuple[int, str]]:
    """Return the line and the text of each string that should be passed to gettext."""
    tree = ast.parse(source)
    lines = source.splitlines()
    finder = _Finder()
    finder.visit(tree)
    return [
        (node.lineno, text)
        for node, text in finder.texts
        if not any(
            EXEMPT_LINE.search(line)
            for line in lines[node.lineno - 1 : (node.end_lineno or node.lineno)]
        )
    ]


class _Finder(ast.NodeVisitor):
    """A visitor that collects texts, and skips places where a string is not a text."""

    def __init__(self) -> None:
        self.texts: list[tuple[ast.expr, str]] = []

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and is_text(node.value):
            self.texts.append((node, node.value))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
        text = "".join(map(str, parts))
        if is_text(text):
            self.texts.append((node, text))
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = ast.unparse(node.func)
        self.visit(node.func)
        if GETTEXT.search(name):
            return
        for argument in [*node.args, *node.keywords]:
            value = argument.value if isinstance(argument, ast.keyword) else argument
            is_text_argument = isinstance(argument, ast.keyword) and argument.arg in TEXT_ARGUMENTS
            is_string = isinstance(value, ast.Constant | ast.JoinedStr)
            if not (is_string and CODE_CALLS.search(name) and not is_text_argument):
                self.visit(argument)

    def visit_keyword(self, node: ast.keyword) -> None:
        if node.arg in TEXT_ARGUMENTS and isinstance(node.value, ast.Constant):
            if isinstance(node.value.value, str) and re.search(r"[^\W\d_]", node.value.value):
                self.texts.append((node.value, node.value.value))
            return
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        names = {target.id for target in node.targets if isinstance(target, ast.Name)}
        attributes = {target.attr for target in node.targets if isinstance(target, ast.Attribute)}
        if (names | attributes) & TEXT_ARGUMENTS and isinstance(node.value, ast.Constant):
            self.visit_keyword(ast.keyword(arg="label", value=node.value))
        elif names != {"__all__"}:
            self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.visit_Assign(ast.Assign(targets=[node.target], value=node.value))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._visit_function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._visit_function(node)

    def _visit_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Visit a function without its annotations, whose strings are names of types."""
        for child in [*node.decorator_list, *node.args.defaults, *node.args.kw_defaults]:
            if child:
                self.visit(child)
        for statement in node.body:
            self.visit(statement)

    def visit_Compare(self, node: ast.Compare) -> None:
        for part in [node.left, *node.comparators]:
            if not isinstance(part, ast.Constant):
                self.visit(part)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)
        if not isinstance(node.slice, ast.Constant):
            self.visit(node.slice)

    def visit_Dict(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            is_name = isinstance(key, ast.Constant) and HEADER_NAME.match(str(key.value))
            if key is not None and not is_name:
                self.visit(key)
            self.visit(value)

    def visit_MatchValue(self, node: ast.MatchValue) -> None:
        """Skip the values of `case`."""
