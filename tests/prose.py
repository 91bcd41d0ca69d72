"""Find phrases that the project's style replaces: `python -m tests.prose`, part of `make check`.

It reads comments, docstrings, messages, templates and documents. `tests/prose_budget.json` holds
the number of phrases that older files still have. The numbers can only fall, and a file that is
not listed must have none.
"""

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pygments.lexers import HtmlDjangoLexer, get_lexer_for_filename
from pygments.token import Comment, String, Text
from pygments.util import ClassNotFound

ROOT = Path(__file__).resolve().parent.parent
BUDGET = ROOT / "tests" / "prose_budget.json"
# Files without prose, generated pages (which repeat texts of the code) and this list of phrases.
EXCLUDED = re.compile(r"\.(?:json|svg|txt)$|^docs/(?:api|settings)\.md$|^tests/prose\.py$")
# Strings of tests are data, and those of configuration files are values.
HAS_TEXTS = re.compile(r"^(?!tests/).*\.(?:py|js|html)$")
# The beginning of a module with words of notes, in which strings are data.
NO_TEXTS = "/* eslint-disable mindflip/no-untranslated-text"
BLANK = "\0"  # replaces code, so that no phrase matches across it
SENTENCE_START = rf"(?:\A|[{BLANK}\"'`.:;|#>*-]|\n\s*\n)\s*"
PHRASES = {
    r"\banew\b": "again, or a verb with re-",
    r"\bonce more\b": "again",
    r"\bstands?\b(?! (?:alone|by|for|out|up|in for)\b)": "is, is in, appears in",
    r"\blies?\b": "is, is stored in",
    r"\bby (?:it|them)sel(?:f|ves)\b": "automatically, on its own",
    rf"(?:{SENTENCE_START}|\b(?:and|for|to) )who (?!is\b|are\b)\w+": (
        "clients that …, anyone who …"
    ),
    r"\bwhoever\b": "anyone who …",
    rf"{SENTENCE_START}(?-i:What (?!(?:is|are|did|does|do|happens|to)\b|[^.?!]*\?)[a-z]+)": (
        "the noun that is meant"
    ),
    r"(?<!\bthere\s)\b(?:is|are) (?-i:no|none)\b": "is not a, there is no",
    r"\bof (?:ours|yours|(?:its|their|your|our|one's|a user's) own)\b": "its own, our, the user's",
    r"\bone's\b": "your, the user's",
    r"\b(?:told|tells?)\b": "sent, notified, reported",
    r"\b(?:heard of|hears? of)\b": "received from",
    r"\bat once\b": "immediately, at the same time",
    r"\b(?:is|are) to (?!be\b)\w": "must, should",
    r"\bbeside\b": "next to, in addition to",
    r"\b(?-i:[Bb]eg[ai]ns?)\b": "start",
    r"\bg(?:o|oes|ing) on\b": "continue, resume",
    r"\b(?:so (?:many|long)|seldom)\b": "n, up to n seconds, rarely",
    r"\bfor good\b": "permanently",
    r"\bgone\b": "deleted, closed, unavailable",
    r"\bmeanwhile\b": "while …",
    r"\b(?:without end|for want of)\b": "forever, without",
    r"\bof (?:which|whom)\b": "two sentences",
    r"\bas (?:it|they) (?:stands?|came|is|are|was|were)\b": "unchanged",
    r"\bneed not\b": "does not have to",
    r"\b(?:the like|such a one)\b": "similar ones",
    r"\b(?:doubles|twins)\b": "duplicates",
    r"\b(?:brings?|brought|takes?|taken) back\b": "restore, undo",
    r"\b(?-i:signs)\b(?! (?:in|out|up|off)\b)": "characters",
    r"\b(?:knocks?|doors?)\b": "endpoint, layer",
    r"\breckon\w*\b": "calculate, count",
    r"\bshall\b": "must, will",
    r"\bhis\b": "their",
}
# A phrase may be wrapped.
PATTERNS = {
    re.compile(pattern.replace(" ", r"\s+"), re.IGNORECASE): advice
    for pattern, advice in PHRASES.items()
}
MARKDOWN_CODE = re.compile(r"```.*?```|`[^`]*`|\]\([^)]*\)|<[^>]*>", re.DOTALL)
COMMENT_CODE = re.compile(r"`[^`\n]+`")
COMMENT_MARKS = re.compile(r"^[ \t]*(?:#+|//+|/?\*+)|\*+/|[\"']{3}", re.MULTILINE)


@dataclass(frozen=True)
class Hit:
    """A phrase in a file, and what to write instead."""

    line: int
    phrase: str
    advice: str


def find_phrases(path: str, text: str) -> list[Hit]:
    """Return the phrases in a file's prose, in the order of its lines."""
    hits = [
        Hit(prose.count("\n", 0, match.end()) + 1, tidy(match[0]), advice)
        for prose in prose_of(path, text)
        for pattern, advice in PATTERNS.items()
        for match in pattern.finditer(prose)
    ]
    return sorted(hits, key=lambda hit: hit.line)


def tidy(phrase: str) -> str:
    return " ".join(phrase.strip(f"{BLANK}\"'`.:;|#>*- \n").split())


def prose_of(path: str, text: str) -> list[str]:
    """Return the text of a file once for each kind of prose in it, with all other characters blank.

    The kinds are comments (with docstrings) and strings (with the text of templates).
    """
    if path.endswith(".md"):
        return [MARKDOWN_CODE.sub(lambda code: blank(code[0]), text)]
    try:
        lexer: Any = (
            HtmlDjangoLexer(stripnl=False)
            if path.endswith(".html")
            else get_lexer_for_filename(path, stripnl=False)
        )
    except ClassNotFound:
        return []
    tokens = list(lexer.get_tokens(text))
    comments = "".join(
        comment_text(value) if is_comment(kind) else blank(value) for kind, value in tokens
    )
    if not HAS_TEXTS.search(path) or text.startswith(NO_TEXTS):
        return [comments]
    strings = "".join(value if is_text(kind, value) else blank(value) for kind, value in tokens)
    return [comments, strings]


def blank(text: str) -> str:
    return re.sub(r"\S", BLANK, text)


def comment_text(comment: str) -> str:
    """Return the comment without its marks, and with names in backticks blank."""
    text = COMMENT_MARKS.sub(lambda mark: " " * len(mark[0]), comment)
    return COMMENT_CODE.sub(lambda code: blank(code[0]), text)


def is_comment(kind: Any) -> bool:
    return kind in String.Doc or (kind in Comment and kind not in Comment.Preproc)


def is_text(kind: Any, value: str) -> bool:
    """Return whether a token is a text of three words or more, not a name or a key."""
    return (kind in String or kind in Text) and kind not in String.Doc and len(value.split()) > 2


def compare(hits_by_path: Mapping[str, Sequence[Hit]], budget: Mapping[str, int]) -> list[str]:
    """Return a line for each phrase of a file over its budget, and for each budget too high."""
    problems = []
    for path in sorted({*hits_by_path, *budget}):
        hits, allowed = hits_by_path.get(path, ()), budget.get(path, 0)
        if len(hits) > allowed:
            problems.append(f"{path}: {len(hits)} phrases to replace, {allowed} allowed:")
            problems += [f'{path}:{hit.line}: "{hit.phrase}" → {hit.advice}' for hit in hits]
        elif len(hits) < allowed:
            problems.append(
                f"{path}: {len(hits)} phrases, fewer than the {allowed} that are allowed:"
                " run `make lower-prose-budget` and commit the file."
            )
    return problems


def lowered(hits_by_path: Mapping[str, Sequence[Hit]], budget: Mapping[str, int]) -> dict[str, int]:
    """Return the budget with its numbers lowered to the phrases that are left, and never raised."""
    least = {
        path: min(len(hits_by_path.get(path, ())), allowed) for path, allowed in budget.items()
    }
    return {path: allowed for path, allowed in sorted(least.items()) if allowed}


def main() -> None:
    """Print the problems and exit with 1 if there are any. `--lower` lowers the budget first."""
    # The arguments select text files.
    listing = ["git", "grep", "-I", "--name-only", "-e", ""]
    names = subprocess.check_output(listing, cwd=ROOT, text=True).splitlines()
    paths = [name for name in names if not EXCLUDED.search(name) and "/migrations/" not in name]
    hits_by_path = {path: find_phrases(path, (ROOT / path).read_text()) for path in paths}
    budget = json.loads(BUDGET.read_text())
    if sys.argv[1:] == ["--lower"]:
        budget = lowered(hits_by_path, budget)
        BUDGET.write_text(json.dumps(budget, indent=2) + "\n")
    problems = compare(hits_by_path, budget)
    summary = f"prose: {sum(budget.values())} phrases left to replace."
    sys.stdout.write("\n".join([*problems, summary]) + "\n")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
