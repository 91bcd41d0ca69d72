"""Print the untranslated texts of Python code, templates and style sheets.

`python -m tests.translations` is part of `make check`. ESLint finds those of modules with
`no-untranslated-text.js`.
"""

import sys

from tests.translations import python_texts, style_texts, template_texts


def main() -> None:
    """Print each text with its file and line, and exit with 1 if there is one."""
    problems = [
        f"{name}:{line}: {text!r}"
        for finder, names in (
            (python_texts, python_texts.python_files()),
            (template_texts, template_texts.templates()),
            (style_texts, style_texts.style_sheets()),
        )
        for name in names
        for line, text in finder.untranslated((finder.ROOT / name).read_text())
    ]
    summary = f"translations: {len(problems)} texts that are not passed to gettext."
    sys.stdout.write("\n".join([*problems, summary]) + "\n")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
