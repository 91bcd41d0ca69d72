"""The audit of the output of pip-audit and npm: packages that were not looked up are not clean."""

import json

from tests.audit import npm_verdict, python_verdict


def test_a_package_that_no_service_knew_is_not_called_clean():
    output = json.dumps(
        {
            "dependencies": [{"name": "amqp", "skip_reason": "Dependency not found on PyPI"}],
            "fixes": [],
        }
    )
    verdict = python_verdict(output, "No known vulnerabilities found")
    assert (verdict.audited, verdict.vulnerable) == (0, [])
    assert "NOT AUDITED: 1, as Dependency not found on PyPI" in str(verdict)


def test_a_service_out_of_reach_is_said_in_its_own_words():
    assert (
        python_verdict("", "Traceback\nConnectionError: no route").not_audited
        == "ConnectionError: no route"
    )
    refused = npm_verdict(
        '{"message": "405 Method Not Allowed", "statusCode": 405}',
        "npm error audit endpoint returned an error",
    )
    assert "npm packages: NOT AUDITED: 405 Method Not Allowed" in str(refused)


def test_a_vulnerable_python_package_is_named_with_the_version_that_mends_it():
    vuln = {"id": "PYSEC-1", "fix_versions": ["4.2.3"]}
    dependencies = [
        {"name": "daphne", "version": "4.2.1", "vulns": [vuln]},
        {"name": "django", "version": "5.2.19", "vulns": []},
    ]
    verdict = python_verdict(json.dumps({"dependencies": dependencies}), "")
    assert verdict.vulnerable == ["daphne 4.2.1: PYSEC-1 (fixed in 4.2.3)"]
    assert (verdict.audited, verdict.not_audited) == (2, "")


def test_a_vulnerable_npm_package_is_named_with_what_is_wrong():
    via = [
        {"title": "Prototype pollution", "url": "https://github.com/advisories/GHSA-1"},
        "another",
    ]
    report = {
        "vulnerabilities": {"dompurify": {"range": "<3", "severity": "high", "via": via}},
        "metadata": {"dependencies": {"total": 200}},
    }
    verdict = npm_verdict(json.dumps(report), "")
    assert verdict.vulnerable == [
        "dompurify <3 (high): Prototype pollution https://github.com/advisories/GHSA-1; another"
    ]
    assert (verdict.audited, verdict.not_audited) == (200, "")
