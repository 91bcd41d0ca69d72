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
class AuditResult:
    """The result of an audit.

    `vulnerable` has a line for each package to upgrade. `audited` counts the packages that a
    service knows.
    """

    ecosystem: str
    audited: int = 0
    vulnerable: list[str] = field(default_factory=list)
    not_audited: str = ""

    def __str__(self) -> str:
        lines = [
            f"{self.ecosystem}: {self.audited} audited, {len(self.vulnerable)} with a known"
            " vulnerability."
        ]
        if self.not_audited:
            lines.append(f"{self.ecosystem}: NOT AUDITED: {self.not_audited}")
        return "\n".join([*lines, *(f"  {line}" for line in self.vulnerable)])


def python_result(output: str, stderr: str) -> AuditResult:
    """Return the result from pip-audit's JSON output, or from stderr if it printed no JSON."""
    ecosystem = "Python packages"
    packages = _parsed(output).get("dependencies")
    if packages is None:
        return AuditResult(ecosystem, not_audited=_last_line(stderr))
    skipped = [package["skip_reason"] for package in packages if "skip_reason" in package]
    vulnerable = [_python_line(package) for package in packages if package.get("vulns")]
    return AuditResult(
        ecosystem,
        len(packages) - len(skipped),
        vulnerable,
        f"{len(skipped)}, as {skipped[0]}" if skipped else "",
    )


def npm_result(output: str, stderr: str) -> AuditResult:
    """Return the result from the output of `npm audit --json`."""
    ecosystem = "npm packages"
    report = _parsed(output)
    if "vulnerabilities" not in report:
        return AuditResult(ecosystem, not_audited=report.get("message") or _last_line(stderr))
    vulnerable = [
        _npm_line(name, vulnerability) for name, vulnerability in report["vulnerabilities"].items()
    ]
    return AuditResult(ecosystem, int(report["metadata"]["dependencies"]["total"]), vulnerable)


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


def _last_line(stderr: str) -> str:
    return (stderr.strip().splitlines() or ["no reason was given"])[-1]


def _run_audit(command: Sequence[str], parse: Callable[[str, str], AuditResult]) -> AuditResult:
    try:
        run = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return parse("", str(error))
    return parse(run.stdout, run.stderr)


def main() -> None:
    results = [
        _run_audit(PYTHON_COMMAND, python_result),
        _run_audit([*npm(), *NPM_ARGUMENTS], npm_result),
    ]
    sys.stdout.write("".join(f"{result}\n" for result in results))
    is_required = os.environ.get("MINDFLIP_AUDIT") == "required"
    if any(result.vulnerable or (is_required and result.not_audited) for result in results):
        sys.exit(
            "Upgrade the packages above (docs/contributing.md, Dependencies). With"
            " MINDFLIP_AUDIT=required, all packages must be audited."
        )


if __name__ == "__main__":
    main()
