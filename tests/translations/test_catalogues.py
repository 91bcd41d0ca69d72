"""Texts are extracted, merged and compiled without GNU gettext."""

import ast
import gettext
import json
import multiprocessing
import re
import shutil
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import to_locale

from mindflip import translations
from mindflip.management.commands import release
from tests.helpers.processes import ROOT
from tests.translations import pseudo, python_texts

PO = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 ? 1 : 2);\n"

msgid "Cards"
msgstr "Fiszki"

#, fuzzy
msgid "Decks"
msgstr "Talie"

#, python-format
msgid "%(count)s card"
msgid_plural "%(count)s cards"
msgstr[0] "%(count)s fiszka"
msgstr[1] "%(count)s fiszki"
msgstr[2] "%(count)s fiszek"
"""


def write_po(folder: Path, text: str, language: str = "pl") -> Path:
    path = folder / "source" / language / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(text, newline="")
    return path


def test_catalogue_is_compiled_without_gnu_gettext(tmp_path, monkeypatch):
    write_po(tmp_path, PO)
    monkeypatch.setenv("PATH", "")
    assert shutil.which("msgfmt") is None
    (compiled,) = translations.compile_languages(tmp_path / "source", tmp_path / "compiled")
    texts = gettext.GNUTranslations(compiled.open("rb"))
    assert texts.gettext("Cards") == "Fiszki"
    assert [texts.ngettext("%(count)s card", "%(count)s cards", n) for n in (1, 3, 5)] == [
        "%(count)s fiszka",
        "%(count)s fiszki",
        "%(count)s fiszek",
    ]


def test_fuzzy_translation_is_left_out(tmp_path):
    write_po(tmp_path, PO)
    (compiled,) = translations.compile_languages(tmp_path / "source", tmp_path / "compiled")
    assert gettext.GNUTranslations(compiled.open("rb")).gettext("Decks") == "Decks"


def test_fuzzy_translation_with_wrong_placeholder_is_left_out(tmp_path):
    """`make messages` merges texts that are similar, whose placeholders can differ."""
    fuzzy = '\n#, fuzzy, python-format\nmsgid "%(count)s decks"\nmsgstr "%(number)s talii"\n'
    write_po(tmp_path, PO + fuzzy)
    (compiled,) = translations.compile_languages(tmp_path / "source", tmp_path / "compiled")
    assert gettext.GNUTranslations(compiled.open("rb")).gettext("Cards") == "Fiszki"


def catalogue_with(translation: str, text: str) -> str:
    return f'{PO}\nmsgid "{text}"\nmsgstr "{translation}"\n'


@pytest.mark.parametrize(
    ("invalid", "reason"),
    [
        (PO.replace('msgstr[1] "%(count)s', 'msgstr[1] "%(number)s'), "unknown named placeholder"),
        (PO.replace('"Cards"\nmsgstr', '"Cards"\nmsgstring'), "line 8: Unknown"),
        (PO.replace('[2] "%', '[3] "%'), "more translations"),
        (PO.replace("n==1 ? 0", "count ? 0"), "plural form"),
        (PO.replace("utf-8", "klingon"), "unknown encoding: klingon"),
        (PO.replace("utf-8", "us-ascii") + "\n# ż", "can't decode"),
        (catalogue_with("do {maximun}", "up to {maximum}"), "differ: {maximum} {maximun}"),
        (catalogue_with("do {maximum} {", "up to {maximum}"), "not doubled"),
        (catalogue_with("Gotowe", "%(name)s is ready"), "differ: %(name)"),
        (catalogue_with("%(share)s %, tak", "%(share)s of them"), "not doubled"),
        (catalogue_with("<b>Nowe", "<b>New</b>"), "differ: </b>"),
        (catalogue_with("Nowe<script>", "New"), "differ: <script>"),
        (catalogue_with(r"„Nowe\"", "New"), 'differ: "'),
    ],
)
def test_invalid_catalogue_is_rejected_with_file_and_reason(tmp_path, invalid, reason):
    path = write_po(tmp_path, invalid)
    write_po(tmp_path, PO, "de")
    with pytest.raises(translations.InvalidCatalogue) as rejection:
        translations.compile_languages(tmp_path / "source", tmp_path / "compiled")
    assert str(path) in str(rejection.value)
    assert reason in str(rejection.value)
    assert not (tmp_path / "compiled").exists()


@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("half", "50 %"),
        (r"As {\"count\": 10}", r"Tak: {\"count\": 10}"),
        ("write {{c1::word}}", "pisz {{c1::słowo}}"),
        (r"the word \"new\"", "słowo „nowe”"),
        ("%(name)s is <b>new</b>", "<b>Nowe</b>: %(name)s, 100 %%"),
    ],
)
def test_valid_translation_is_compiled(tmp_path, text, translation):
    write_po(tmp_path, "\ufeff" + catalogue_with(translation, text).replace("\n", "\r\n"))
    (compiled,) = translations.compile_languages(tmp_path / "source", tmp_path / "compiled")
    texts = gettext.GNUTranslations(compiled.open("rb"))
    unquoted = text.replace("\\", "")
    assert texts.gettext(unquoted) == translation.replace("\\", "")


def test_fuzzy_translation_may_have_placeholders_of_earlier_text(tmp_path):
    write_po(tmp_path, PO.replace('"Decks"', '"%(name)s"').replace("Talie", "%(title)s"))
    assert translations.compile_languages(tmp_path / "source", tmp_path / "compiled")


def test_incomplete_plural_forms_are_left_out(tmp_path):
    write_po(tmp_path, PO.replace("%(count)s fiszek", ""))
    (compiled,) = translations.compile_languages(tmp_path / "source", tmp_path / "compiled")
    texts = gettext.GNUTranslations(compiled.open("rb"))
    assert texts.ngettext("%(count)s card", "%(count)s cards", 1) == "%(count)s card"


def threads():
    return ThreadPoolExecutor(8)


def processes():
    return ProcessPoolExecutor(3, multiprocessing.get_context("spawn"))


@pytest.mark.parametrize("create_pool", [threads, processes])
def test_catalogues_can_be_compiled_by_several_threads_or_processes(tmp_path, create_pool):
    write_po(tmp_path, PO)
    compile_again = partial(
        translations.compile_languages, tmp_path / "source", tmp_path / "compiled"
    )
    with create_pool() as pool:
        runs = [pool.submit(compile_again) for _ in range(100)]
        compiled = {path for run in runs for path in run.result()}
    assert set((tmp_path / "compiled").rglob("*.*")) == compiled
    assert [path.name for path in compiled] == ["django.mo"]
    for path in compiled:
        assert gettext.GNUTranslations(path.open("rb")).gettext("Cards") == "Fiszki"


def test_release_changes_nothing_if_catalogue_is_invalid(tmp_path, monkeypatch):
    path = write_po(tmp_path, PO.replace("fiszki", "%(cards)s"))
    compile_these = partial(translations.compile_languages, tmp_path / "source", tmp_path)
    calls = []
    monkeypatch.setattr(translations, "compile_languages", compile_these)
    monkeypatch.setattr(release, "wait_for_servers", lambda: None)
    monkeypatch.setattr(
        release,
        "call_command",
        lambda name, **options: calls.append(name) or call_command(name, **options),
    )
    with pytest.raises(CommandError, match=f"^{path}: .*'cards'"):
        call_command("release")
    assert calls == ["compilemessages"]


@pytest.mark.parametrize("path", ["file", "/proc"])
def test_unwritable_data_folder_is_reported(tmp_path, monkeypatch, path):
    write_po(tmp_path, PO)
    (tmp_path / "file").touch()
    target = tmp_path / path / "compiled"
    compile_these = partial(translations.compile_languages, tmp_path / "source", target)
    monkeypatch.setattr(translations, "compile_languages", compile_these)
    with pytest.raises(CommandError, match=rf"could not be compiled: .*{path}"):
        call_command("compilemessages")


def test_new_language_has_all_texts_and_keeps_translations_on_update(tmp_path, monkeypatch):
    monkeypatch.setattr(translations, "LOCALE", tmp_path)
    path = translations.update_language("pl", "djangojs")
    expected = translations.extract_texts("djangojs")
    first = next(message.id for message in expected if isinstance(message.id, str) and message.id)
    catalogue = translations._read(path)
    assert {message.id for message in catalogue} >= {message.id for message in expected}
    assert catalogue.num_plurals == 3
    text = path.read_text().replace(f'msgid "{first}"\nmsgstr ""', f'msgid "{first}"\nmsgstr "!"')
    path.write_text(text)
    assert translations.update_language("pl", "djangojs") == path
    assert translations._read(path)[first].string == "!"


def test_every_text_in_code_is_extracted():
    """Babel reads tokens, so an unusual token could hide the texts after it."""
    for domain, files, texts_of in (
        ("django", python_texts.python_files(), texts_in_python),
        ("djangojs", (path for path in (ROOT / "static/js").rglob("*.js")), texts_in_module),
    ):
        extracted = {
            text
            for message in translations.extract_texts(domain)
            for text in (message.id if isinstance(message.id, tuple) else (message.id,))
        }
        for file in files:
            assert texts_of((ROOT / file).read_text()) - extracted == set(), file


def texts_in_python(source: str) -> set[str]:
    """Return the text of each call of gettext, ngettext or pgettext."""
    calls = [
        (call, match)
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and (match := re.fullmatch(r"n?(p?)gettext(_lazy|_noop)?", call.func.id))
    ]
    texts = [call.args[1 if match[1] else 0] for call, match in calls]
    return {text.value for text in texts if isinstance(text, ast.Constant)}


def texts_in_module(source: str) -> set[str]:
    """Return the text of each call of gettext, ngettext or pgettext that is one literal."""
    literal = r'("(?:[^"\\]|\\.)*")'
    calls = rf"\b(?:n?gettext\(|pgettext\(\s*{literal},)\s*{literal}\s*[,)]"
    return {json.loads(text) for _, text in re.findall(calls, source)}


def test_lists_of_texts_are_up_to_date():
    """If this fails, run `make messages`."""
    call_command("makemessages", "--check")


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_missing_or_outdated_list_of_texts_is_reported(tmp_path, monkeypatch, domain):
    monkeypatch.setattr(translations, "LOCALE", tmp_path)
    with pytest.raises(CommandError, match="run `make messages`"):
        call_command("makemessages", "--check")
    call_command("makemessages")
    call_command("makemessages", "--check")
    path = tmp_path / f"{domain}.pot"
    path.write_bytes(path.read_bytes().rpartition(b"\nmsgid ")[0])
    with pytest.raises(CommandError, match=rf"{domain}\.pot .*run `make messages`"):
        call_command("makemessages", "--check")
    path.unlink()
    with pytest.raises(CommandError, match=rf"{domain}\.pot .*run `make messages`"):
        call_command("makemessages", "--check")
    call_command("makemessages")
    call_command("makemessages", "--check")


@pytest.mark.parametrize(
    ("language", "folder"), [("pl", "pl"), ("pt-br", "pt_BR"), ("zh_Hans", "zh_Hans")]
)
def test_language_is_added_in_folder_of_its_code(tmp_path, monkeypatch, language, folder):
    monkeypatch.setattr(translations, "LOCALE", tmp_path)
    call_command("makemessages", "--locale", language)
    assert {path.name for path in (tmp_path / folder / "LC_MESSAGES").iterdir()} == {
        "django.po",
        "djangojs.po",
    }


@pytest.mark.parametrize("language", ["german", "x", "../de", ""])
def test_unknown_language_is_not_added(tmp_path, monkeypatch, language):
    monkeypatch.setattr(translations, "LOCALE", tmp_path)
    with pytest.raises(CommandError, match="is not the code of a language"):
        call_command("makemessages", "--locale", language)
    assert list(tmp_path.iterdir()) == []


def test_merging_same_texts_again_changes_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(translations, "LOCALE", tmp_path)
    path = translations.update_language("pl", "djangojs")
    before = re.sub(r"(?<=POT-Creation-Date: )\d{4}", "2020", path.read_text())
    path.write_text(before)
    translations.update_language("pl", "djangojs")
    assert path.read_text() == before


def test_every_language_has_complete_catalogues(settings):
    """A language is offered if its catalogues have no missing or fuzzy translation."""
    languages = {path.name for path in translations.LOCALE.iterdir() if path.is_dir()}
    assert languages == {to_locale(code) for code, _ in settings.LANGUAGES} - {"en"}
    for language in languages:
        for domain in translations.SOURCES:
            assert missing(translations.LOCALE / language, domain) == []


def missing(language: Path, domain: str) -> list[str]:
    """Return the texts of the code that a language's catalogue does not translate."""
    catalogue = translations._read(language / "LC_MESSAGES" / f"{domain}.po")
    return [
        text.id
        for text in translations.extract_texts(domain)
        if text.id
        and not (
            (translation := catalogue.get(text.id, text.context))
            and not translation.fuzzy
            and all(translations._forms(translation.string))
        )
    ]


def test_missing_translations_are_reported(tmp_path, monkeypatch):
    monkeypatch.setattr(translations, "LOCALE", tmp_path)
    texts = [text.id for text in translations.extract_texts("djangojs") if text.id]
    path = translations.update_language("eo", "djangojs")
    assert missing(tmp_path / "eo", "djangojs") == texts
    path.write_text("")
    assert missing(tmp_path / "eo", "djangojs") == texts
    pseudo.translate(tmp_path)
    assert missing(tmp_path / "eo", "djangojs") == []
    path.write_text(path.read_text().replace("⟦Undo⟧", "").replace("⟦%(count)s card⟧", ""))
    assert set(missing(tmp_path / "eo", "djangojs")) >= {
        "Undo",
        ("%(count)s card", "%(count)s cards"),
    }
