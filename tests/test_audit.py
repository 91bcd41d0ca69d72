"""The audit of the output of pip-audit and npm: packages that were not looked up are not clean."""

import json

from tests.audit import npm_result, python_result


def test_unknown_package_is_reported_as_not_audited():
    output = json.dumps(
        {
            "dependencies": [{"name": "amqp", "skip_reason": "Dependency not found on PyPI"}],
            "fixes": [],
        }
    )
    result = python_result(output, "No known vulnerabilities found")
    assert (result.audited, result.vulnerable) == (0, [])
    assert "NOT AUDITED: 1, as Dependency not found on PyPI" in str(result)


def test_unreachable_audit_service_is_reported_with_its_error():
    assert (
        python_result("", "Traceback\nConnectionError: no route").not_audited
        == "ConnectionError: no route"
    )
    result = npm_result(
        '{"message": "405 Method Not Allowed", "statusCode": 405}',
        "npm error audit endpoint returned an error",
    )
    assert "npm packages: NOT AUDITED: 405 Method Not Allowed" in str(result)


def test_vulnerable_python_package_is_reported_with_fixed_version():
    vuln = {"id": "PYSEC-1", "fix_versions": ["4.2.3"]}
    dependencies = [
        {"name": "daphne", "version": "4.2.1", "vulns": [vuln]},
        {"name": "django", "version": "5.2.19", "vulns": []},
    ]
    result = python_result(json.dumps({"dependencies": dependencies}), "")
    assert result.vulnerable == ["daphne 4.2.1: PYSEC-1 (fixed in 4.2.3)"]
    assert (result.audited, result.not_audited) == (2, "")


def test_vulnerable_npm_package_is_reported_with_advisory():
    via = [
        {"title": "Prototype pollution", "url": "https://github.com/advisories/GHSA-1"},
        "another",
    ]
    report = {
        "vulnerabilities": {"dompurify": {"range": "<3", "severity": "high", "via": via}},
        "metadata": {"dependencies": {"total": 200}},
    }
    result = npm_result(json.dumps(report), "")
    assert result.vulnerable == [
        "dompurify <3 (high): Prototype pollution https://github.com/advisories/GHSA-1; another"
    ]
    assert (result.audited, result.not_audited) == (200, "")
