"""The check of the project's prose: what it reads, what it finds, and how its budget falls."""

import json

import pytest

from tests.prose import BUDGET, Hit, compare, find_phrases, lowered

PYTHON = '''"""What a module
does."""
PATTERN = "gone"
SQL = "BEGIN; LOCK TABLE x"
# It starts at
# once.
MESSAGE = "The session is " "gone for good."
'''
JAVASCRIPT = """/**
 * Begin `batch-gone` anew.
 */
const event = "batch-gone"; // the server told us
const text = `${count} cards stand here, beside the others`;
"""
TEMPLATE = """{# the form of one's own #}
<p title="Who reads this knows.">{{ anew }} It goes on from here.</p>
"""
MARKDOWN = """# What the server holds

It `begins` at once.

```sh
echo begin
```

| setting | default |
|---|---|
| `a` | is none |
"""


@pytest.mark.parametrize(
    ("path", "text", "phrases"),
    [
        (
            "app/a.py",
            PYTHON,
            [(1, "What a"), (6, "at once"), (7, "for good"), (7, "gone")],
        ),
        (
            "app/a.js",
            JAVASCRIPT,
            [(2, "Begin"), (2, "anew"), (4, "told"), (5, "beside"), (5, "stand")],
        ),
        (
            "app/a.html",
            TEMPLATE,
            [(1, "of one's own"), (1, "one's"), (2, "Who reads"), (2, "goes on")],
        ),
        ("docs/a.md", MARKDOWN, [(1, "What the"), (3, "at once"), (11, "is none")]),
        (
            "app/a.css",
            "/* stands beside */ .gone { content: 'it is gone now' }",
            [(1, "beside"), (1, "stands")],
        ),
    ],
)
def test_phrases_are_found_in_prose_but_not_in_code(path, text, phrases):
    assert sorted((hit.line, hit.phrase) for hit in find_phrases(path, text)) == phrases


def test_strings_in_tests_are_ignored():
    text = 'assert page == "It is gone for good."  # gone\n'
    assert [hit.phrase for hit in find_phrases("tests/test_a.py", text)] == ["gone"]


def test_strings_in_module_with_words_of_notes_are_ignored():
    text = "/* eslint-disable mindflip/no-untranslated-text -- words */\nf(`his gone`); // gone\n"
    assert [hit.phrase for hit in find_phrases("static/js/a.js", text)] == ["gone"]


@pytest.mark.parametrize(
    "text",
    [
        "What is a mitochondrion?",
        "What planet is closest to the sun?",
        "Users who are signed in stand out. The file is to be read unchanged.",
        "There is no deck with this ID. If there is none, the value is None.",
        "Select **Sign in**, then enter the signs in the field.",
    ],
)
def test_idiomatic_sentences_are_not_reported(text):
    assert find_phrases("docs/a.md", text) == []


def test_file_over_budget_is_reported_with_each_phrase():
    hits = [Hit(3, "anew", "again"), Hit(9, "at once", "immediately")]
    assert compare({"a.py": hits}, {"a.py": 1}) == [
        "a.py: 2 phrases to replace, 1 allowed:",
        'a.py:3: "anew" → again',
        'a.py:9: "at once" → immediately',
    ]


def test_phrase_in_file_without_budget_is_reported():
    assert compare({"new.py": [Hit(1, "gone", "deleted")]}, {})[0] == (
        "new.py: 1 phrases to replace, 0 allowed:"
    )


@pytest.mark.parametrize("hits_by_path", [{"a.py": [Hit(1, "gone", "deleted")]}, {}])
def test_budget_above_number_of_phrases_is_reported_until_lowered(hits_by_path):
    assert "run `make lower-prose-budget`" in compare(hits_by_path, {"a.py": 2})[0]
    assert compare(hits_by_path, lowered(hits_by_path, {"a.py": 2})) == []


def test_lowering_never_raises_budget():
    assert lowered({"a.py": [Hit(1, "gone", "deleted")] * 5}, {"a.py": 2}) == {"a.py": 2}


def test_stored_budget_is_sorted_and_has_no_empty_entries():
    budget = json.loads(BUDGET.read_text())
    assert all(allowed > 0 for allowed in budget.values())
    assert list(budget) == sorted(budget)
