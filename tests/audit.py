"""Find known vulnerabilities in pinned packages: `python -m tests.audit`, part of `make check`.

pip-audit reports packages that it could not look up as clean. This module reports them as "not
audited", which fails only with MINDFLIP_AUDIT=required. A vulnerability always fails.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mindflip.embedded.install import ROOT, VENV, npm

PIP_AUDIT = "pip-audit==2.10.1"
PYTHON_COMMAND = (
    *(
        str(VENV / "bin" / "uv"),
        "tool",
        "run",
        "--quiet",
        PIP_AUDIT,
        "--format=json",
        "--progress-spinner=off",
    ),
    # The file also lists the packages that other packages require.
    *("--no-deps", "--disable-pip", "--requirement=requirements-dev.txt"),
)
NPM_ARGUMENTS = ("audit", "--json", "--omit=optional")
TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class Verdict:
    """The result of an audit.

    `vulnerable` has a line for each package to upgrade. `audited` counts the packages that a
    service knows.
    """

    what: str
    audited: int = 0
    vulnerable: list[str] = field(default_factory=list)
    not_audited: str = ""

    def __str__(self) -> str:
        lines = [
            f"{self.what}: {self.audited} audited, {len(self.vulnerable)} with a known"
            " vulnerability."
        ]
        if self.not_audited:
            lines.append(f"{self.what}: NOT AUDITED: {self.not_audited}")
        return "\n".join([*lines, *(f"  {line}" for line in self.vulnerable)])


def python_verdict(output: str, complaint: str) -> Verdict:
    """Return the verdict on pip-audit's JSON output, or on its complaint if it printed none."""
    what = "Python packages"
    packages = _parsed(output).get("dependencies")
    if packages is None:
        return Verdict(what, not_audited=_last_line(complaint))
    skipped = [package["skip_reason"] for package in packages if "skip_reason" in package]
    vulnerable = [_python_line(package) for package in packages if package.get("vulns")]
    return Verdict(
        what,
        len(packages) - len(skipped),
        vulnerable,
        f"{len(skipped)}, as {skipped[0]}" if skipped else "",
    )


def npm_verdict(output: str, complaint: str) -> Verdict:
    """Return the verdict on the output of `npm audit --json`."""
    what = "npm packages"
    report = _parsed(output)
    if "vulnerabilities" not in report:
        return Verdict(what, not_audited=report.get("message") or _last_line(complaint))
    vulnerable = [
        _npm_line(name, vulnerability) for name, vulnerability in report["vulnerabilities"].items()
    ]
    return Verdict(what, int(report["metadata"]["dependencies"]["total"]), vulnerable)


def _parsed(output: str) -> dict[str, Any]:
    try:
        report = json.loads(output)
    except ValueError:
        return {}
    return report if isinstance(report, dict) else {}


def _python_line(package: dict[str, Any]) -> str:
    facts = (
        f"{vuln['id']} (fixed in {', '.join(vuln['fix_versions']) or 'no version yet'})"
        for vuln in package["vulns"]
    )
    return f"{package['name']} {package['version']}: {'; '.join(facts)}"


def _npm_line(name: str, vulnerability: dict[str, Any]) -> str:
    facts = (
        via if isinstance(via, str) else f"{via['title']} {via['url']}"
        for via in vulnerability["via"]
    )
    return f"{name} {vulnerability['range']} ({vulnerability['severity']}): {'; '.join(facts)}"


def _last_line(complaint: str) -> str:
    return (complaint.strip().splitlines() or ["no reason was given"])[-1]


def _ask(command: Sequence[str], verdict: Callable[[str, str], Verdict]) -> Verdict:
    try:
        run = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return verdict("", str(error))
    return verdict(run.stdout, run.stderr)


def main() -> None:
    verdicts = [_ask(PYTHON_COMMAND, python_verdict), _ask([*npm(), *NPM_ARGUMENTS], npm_verdict)]
    sys.stdout.write("".join(f"{verdict}\n" for verdict in verdicts))
    is_required = os.environ.get("MINDFLIP_AUDIT") == "required"
    if any(verdict.vulnerable or (is_required and verdict.not_audited) for verdict in verdicts):
        sys.exit(
            "Upgrade what is named above (docs/contributing.md, Dependencies); with"
            " MINDFLIP_AUDIT=required all must be audited."
        )


if __name__ == "__main__":
    main()
