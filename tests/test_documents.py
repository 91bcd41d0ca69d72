"""The documents: links work, pictures have descriptions, and decisions name every library."""

import json
import re
import tomllib
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "static/js").rglob("*.md")]
)
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)")
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
WITHOUT_EXAMPLES = {"models-light.webp"}  # shows the real catalogue, without cards
FILE = re.compile(r"`((?:[\w.*-]+/)+[\w.*-]+\.(?:css|html|js|json|md|mjs|py|sh|toml|txt|yaml))`")
IN_ARCHIVES = {"bin/cards.json"}  # a file of an export of all data
HEADING = re.compile(r"^#+\s+(.+?)\s*$", re.MULTILINE)


def broken_links(document: Path) -> list[str]:
    targets = LINK.findall(CODE.sub("", document.read_text()))
    return [
        target
        for target in targets
        if not re.match(r"[a-z]+:", target) and not target_exists(document, target)
    ]


def target_exists(document: Path, target: str) -> bool:
    """Return whether the file exists, and its heading if the link names one."""
    path, _, anchor = unquote(target).partition("#")
    file = (document.parent / path).resolve() if path else document
    return file.exists() and file.is_relative_to(ROOT) and (not anchor or anchor in anchors(file))


def anchors(document: Path) -> set[str]:
    """Return the anchors that GitHub makes from the document's headings."""
    headings = HEADING.findall(re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_document_has_no_broken_links(document):
    assert broken_links(document) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_file_that_document_names_with_its_folder_exists(document):
    text = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
    names = {name for name in FILE.findall(text) if "NAME" not in name} - IN_ARCHIVES
    in_checkout = {name for name in names if not name.startswith("var/")}
    assert sorted(name for name in in_checkout if not any(ROOT.glob(name))) == []


def test_tests_that_documents_name_exist():
    files = [*(ROOT / "tests").rglob("*.py"), *(ROOT / "tests").rglob("*.test.js")]
    functions = "\n".join(file.read_text() for file in files if file.suffix == ".py")
    known = {file.name for file in files} | set(re.findall(r"def (test_\w+)", functions))
    names = {
        name
        for document in DOCUMENTS
        for name in re.findall(r"`(test_\w+(?:\.py)?|[\w-]+\.test\.js)`", document.read_text())
    }
    assert names - known - {"test_NAME.py"} == set()


def test_every_page_is_linked_from_other_page():
    linked = {
        (document.parent / unquote(target.partition("#")[0])).resolve()
        for document in DOCUMENTS
        for target in LINK.findall(document.read_text())
    }
    folders = {folder for folder in linked if folder.is_dir()}
    unlinked = [
        page
        for page in (ROOT / "docs").rglob("*.md")
        if page not in linked and page.parent not in folders
    ]
    assert [str(page.relative_to(ROOT)) for page in unlinked] == []


def test_picture_captions_state_that_content_is_example():
    captions = {
        (document.parent / target).resolve(): caption
        for document in DOCUMENTS
        for caption, target in PICTURE.findall(document.read_text())
    }
    assert set(captions) == set((ROOT / "docs/images").iterdir())
    without_note = [
        path.name for path, caption in captions.items() if "example" not in caption.lower()
    ]
    assert set(without_note) == WITHOUT_EXAMPLES


@pytest.mark.parametrize("page", ["README.md", "docs/using.md"])
def test_first_picture_caption_states_that_no_model_wrote_cards(page):
    assert (
        "make-done-light.webp)\n\n*Example cards, not the output of a model.*"
        in (ROOT / page).read_text()
    )


def pinned_libraries() -> list[str]:
    """Return the libraries with exact pins in pyproject.toml and package.json."""
    project, package = (
        tomllib.loads((ROOT / "pyproject.toml").read_text()),
        json.loads((ROOT / "package.json").read_text()),
    )
    groups = [project["project"]["dependencies"], *project["dependency-groups"].values()]
    python = [re.split(r"[=\[]", pin)[0] for group in groups for pin in group]
    return [*python, *package["dependencies"], *package["devDependencies"]]


def test_every_pinned_library_is_in_decision_records():
    pages = "\n".join(page.read_text() for page in (ROOT / "docs/decisions").glob("*.md")).lower()
    documented = [
        name
        for name in pinned_libraries()
        if re.search(rf"(?<![\w@/-]){re.escape(name.lower())}(?![\w/]|-\w)", pages)
    ]
    assert [name for name in pinned_libraries() if name not in documented] == []
