"""The searches find texts that are not translatable, and nothing else."""

import json
import os
import shutil
import subprocess

import pytest

from tests.helpers.processes import ROOT
from tests.translations import python_texts, style_texts, template_texts

PYTHON_TEXTS = {
    'raise NotFound("There is no deck with this ID.")': ["There is no deck with this ID."],
    'message = "Saved."': ["Saved."],
    'LABELS = {"again": "Again"}': ["Again"],
    'f"{count} cards were saved"': ["{} cards were saved"],
    'f"{count} cards"': ["{} cards"],
    'f"card {count}"': ["card {}"],
    '"%d cards" % count': ["%d cards"],
    'text = "up to {maximum}"': ["up to {maximum}"],
    'label: str = "decks"': ["decks"],
    'Choice(reason="timeout")': ["timeout"],
    'display(description="tokens")': ["tokens"],
    "field = IntegerField(verbose_name='seats')": ["seats"],
    'def f(name="All decks"): ...': ["All decks"],
    'gettext("Use %(n)s.") % {"n": "at most ten"}': ["at most ten"],
    'log.info(gettext_of("Two words"))': ["Two words"],
    'gettext("Two words")': [],
    'ngettext("%(count)d card", "%(count)d cards", 2)': [],
    'translation.gettext_lazy("Two words")': [],
    '"""Two words."""': [],
    'log.info("Two words")': [],
    'raise ValueError("Two words")': [],
    'if kind == "Cloze card": ...': [],
    'f"seen:{name}:{count}ms"': [],
    'headers["Retry-After"]': [],
    'headers = {"Cache-Control": "no-store"}': [],
    'def f(row: "Generation") -> "Card": ...': [],
    'QUERY = "SELECT name FROM decks"': [],
    "LINK = '<a class=\"button wide\">{}</a>'": [],
    "LINK = '<a class=\"button\">All decks</a>'": ['<a class="button">All decks</a>'],
    'NAMES = "Front Back"  # untranslated: names of fields': [],
    'NAMES = "Front Back"  # untranslated:': ["Front Back"],
}
TEMPLATE_TEXTS = {
    "<p>All decks</p>": ["All decks"],
    "{% block title %}Decks{% endblock %}": ["Decks"],
    '<img alt="Cards" src="{{ url }}">': ["Cards"],
    '<input type="submit" value="Save">': ["Save"],
    '<button aria-label="{% if x %}Open{% endif %}">{{ x }}</button>': ["Open"],
    '{{ name|default:"all decks" }}': ["all decks"],
    '{% include "partials/chart.html" with title="Cache" %}': ["Cache"],
    '{% include "partials/dialog.html" with confirm="Delete" ok="Save" %}': ["Delete", "Save"],
    '{% include "partials/dialog.html" with confirm="delete" %}': ["delete"],
    '{{ name|default_if_none:"nobody" }}': ["nobody"],
    '{{ names|join:" and " }}': [" and "],
    '<meter aria-valuetext="half full"></meter>': ["half full"],
    "{{ count|pluralize }}": ["count|pluralize"],
    '{{ name|default:_("all|none") }}': ['name|default:_("all|none")'],
    '{% include "x.html" with title=_("50 %") %}': ['include "x.html" with title=_("50 %")'],
    r'{% translate "All \"decks\"" %}': [r'translate "All \"decks\""'],
    '{% blocktranslate context "name of a page" %}Study{% endblocktranslate %}': [],
    "{% comment %}x{% endcomment %}<p>Moon</p>": ["Moon"],
    "<p>{% translate 'All decks' %}</p>": [],
    "<p>{% blocktranslate %}All <b>decks</b>{% endblocktranslate %}</p>": [],
    '{{ name|default:_("all decks") }}': [],
    '{% include "partials/chart.html" with title=_("Cache") name="cache" %}': [],
    "<h1>MindFlip</h1> · {{ day|date:'j M Y' }} <kbd>Space</kbd>": [],
    '<input type="hidden" value="yes"><p class="muted">{{ text }}</p>': [],
    "{# A comment #}{% comment %}All decks{% endcomment %}": [],
}
MODULE_TEXTS = {
    'toast("Saved.");': ["Saved."],
    'const LABELS = { again: "Again" };': ["Again"],
    "text = `${count} cards`;": ["\ufffc cards"],
    'function f(name = "All decks") {}': ["All decks"],
    'button.addEventListener("click", () => show("All decks"));': ["All decks"],
    'title.textContent = isOne ? "card" : "cards";': ["card", "cards"],
    "title.textContent = `${count}x`;": ["\ufffcx"],
    'button.setAttribute("aria-label", "saved");': ["saved"],
    'toast("saved");': ["saved"],
    'title.append("All decks");': ["All decks"],
    'gettext("Use %(n)s.", { n: "at most ten" });': ["at most ten"],
    'gettext("All " + "decks");': [],
    'gettext("All decks");': [],
    'toast(ngettext("%(count)s card", "%(count)s cards", 2));': [],
    'root.querySelector("button, input");': [],
    'button.setAttribute("aria-live", "polite"); button.className = "card";': [],
    'title.textContent = name === "card" ? "" : gettext("Card");': [],
    'values.toString(gettext("All decks"));': [],
    'if (name === "Samsung Internet") f();': [],
    'import { g } from "./Two words.js";': [],
    'throw new Error("Two words");': ["Two words"],
    'throw new TypeError("Two words");': [],
    'headers["Content-Type"] = "application/json";': [],
}


STYLE_TEXTS = {
    '.all::after { content: "Choose all"; }': ["Choose all"],
    ".all::after { content: 'All' }": ["All"],
    '.all::after { content: " · "; display: block }': [],
    '.all::after { content: "\\2014 \\a0"; }': [],
    ".all::after { content: attr(data-label); }": [],
    ".all { justify-content: center; }": [],
}


@pytest.mark.parametrize(("code", "texts"), STYLE_TEXTS.items())
def test_untranslatable_texts_in_style_sheet_are_found(code, texts):
    assert [text for _, text in style_texts.untranslated(code)] == texts


@pytest.mark.parametrize(("code", "texts"), PYTHON_TEXTS.items())
def test_untranslated_texts_in_python_are_found(code, texts):
    assert [text for _, text in python_texts.untranslated(code)] == texts


@pytest.mark.parametrize(("code", "texts"), TEMPLATE_TEXTS.items())
def test_untranslated_texts_in_template_are_found(code, texts):
    assert [text for _, text in template_texts.untranslated(code)] == texts


def test_untranslated_texts_in_modules_are_found():
    messages = lint("\n".join(MODULE_TEXTS))
    reported = {code: [] for code in MODULE_TEXTS}
    for message in messages:
        reported[list(MODULE_TEXTS)[message["line"] - 1]].append(
            message["message"].removeprefix("Pass this text to gettext or ngettext: ")
        )
    assert reported == MODULE_TEXTS


@pytest.mark.parametrize(
    "argument", ["`All decks`", "text", 'isOne ? "A card" : "All cards"', '"All " + name']
)
def test_module_text_that_cannot_be_extracted_is_reported(argument):
    messages = {message["messageId"] for message in lint(f"gettext({argument});")}
    assert "computed" in messages


def test_nested_module_text_is_reported():
    (message,) = lint('gettext("%(cards)s left", { cards: ngettext("a", "b", 2) });')
    assert message["messageId"] == "nested"


def lint(code: str) -> list[dict]:
    """Return the reports of the rule for a module's code."""
    path = os.pathsep.join([str(ROOT / ".venv" / "bin"), os.environ["PATH"]])
    run = subprocess.run(
        [
            shutil.which("node", path=path) or "node",
            "node_modules/eslint/bin/eslint.js",
            *("--stdin", "--stdin-filename", "static/js/pages/example.js", "--format", "json"),
        ],
        cwd=ROOT,
        input=code,
        capture_output=True,
        text=True,
        check=False,
    )
    (report,) = json.loads(run.stdout)
    return [
        message
        for message in report["messages"]
        if message["ruleId"] in ("mindflip/no-untranslated-text", None)
    ]
