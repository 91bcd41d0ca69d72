"""The OpenAPI document is complete, valid, and served where users and programs look for it."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import yaml
from django.core.management import CommandError, call_command
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

from sessions_app.management.commands import document_api
from sessions_app.rest.openapi import document
from sessions_app.services.catalogue import list_models

ADDRESS = "/api/schema"


def examples_in_document() -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Yield the location, the value and the schema of each example in the document."""
    for path, methods in document()["paths"].items():
        for method, call in methods.items():
            bodies = [
                call.get("requestBody", {}),
                *map(resolve_response, call["responses"].values()),
            ]
            for content in (
                content for body in bodies for content in body.get("content", {}).values()
            ):
                for name, example in content.get("examples", {}).items():
                    yield f"{method} {path} {name}", example["value"], content["schema"]


def resolve_response(response: dict[str, Any]) -> dict[str, Any]:
    return (
        document()["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
        if "$ref" in response
        else response
    )


def test_document_is_valid_openapi_3_1():
    assert document()["openapi"] == "3.1.0"
    schemathesis.openapi.from_dict(document()).validate()


def test_document_is_in_english_if_active_language_is_german():
    english = document()
    document.cache_clear()
    with translation.override("de"):
        assert document() == english


def test_every_rest_call_has_handwritten_description():
    generator = SchemaGenerator()
    generator._initialise_endpoints()
    missing = [
        f"{method} {path}"
        for path, _, method, view in generator._get_paths_and_endpoints()
        if method.lower() not in getattr(view.schema, "calls", {})
    ]
    assert missing == [], "describe these calls in openapi.py and set `schema` in their views"


def test_every_example_matches_its_schema():
    components = {"components": document()["components"]}
    errors = [
        (location, error.message)
        for location, value, schema in examples_in_document()
        for error in Draft202012Validator(schema | components).iter_errors(value)
    ]
    assert errors == []


def test_example_decks_are_not_attributed_to_real_models():
    models = {model.model_id for model in list_models()}
    assert len(models) > 100
    decks = [
        value
        for _, value, _ in examples_in_document()
        if isinstance(value, dict) and "provenance" in value
    ]
    attributed = {deck["provenance"]["modelId"] for deck in decks}
    assert attributed
    assert not attributed & models


def test_every_response_body_except_exports_has_example():
    for path, methods in document()["paths"].items():
        for method, call in methods.items():
            for status, response in call["responses"].items():
                for media, content in resolve_response(response).get("content", {}).items():
                    is_file = (
                        media != "application/problem+json"
                        and path.endswith("/export")
                        and status == "200"
                    )
                    assert content.get("examples") or is_file, f"{method} {path} {status} {media}"


def error_responses() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the location, the status and the content of each error response."""
    for path, methods in document()["paths"].items():
        for method, call in methods.items():
            for status, response in call["responses"].items():
                if not status.startswith(("2", "3")):
                    content = resolve_response(response)["content"]
                    yield f"{method} {path} {status}", status, content


def test_every_error_response_is_problem_with_listed_code():
    components = {"components": document()["components"]}
    assert len(list(error_responses())) > 100
    for location, status, content in error_responses():
        assert list(content) == ["application/problem+json"], location
        described = content["application/problem+json"]
        validator = Draft202012Validator(described["schema"] | components)
        problems = [example["value"] for example in described["examples"].values()]
        assert problems, location
        for problem in problems:
            assert (problem["status"], bool(problem["error"])) == (int(status), True), location
            for change in ({"code": "unlisted"}, {"status": 299}, {"error": None}):
                assert not validator.is_valid(problem | change), (location, change)
            for name in ("code", "status", "error"):
                partial = {key: problem[key] for key in problem.keys() - {name}}
                assert not validator.is_valid(partial), (location, name)


def test_call_descriptions_name_no_http_method():
    for path, methods in document()["paths"].items():
        for method, call in methods.items():
            assert not re.search(r"\b(GET|POST|PATCH|DELETE)\b", call["description"]), (
                f"{method} {path}: write a description that names no method"
            )


def test_every_link_uses_existing_call_and_parameters():
    calls = {
        call["operationId"]: call
        for methods in document()["paths"].values()
        for call in methods.values()
    }
    for call in calls.values():
        for response in call["responses"].values():
            for link in response.get("links", {}).values():
                parameters = {
                    parameter["name"] for parameter in calls[link["operationId"]]["parameters"]
                }
                assert set(link.get("parameters", ())) <= parameters


@pytest.mark.parametrize(
    ("address", "accept", "media"),
    [
        (ADDRESS, "*/*", "application/json"),
        (ADDRESS, "application/vnd.oai.openapi+json", "application/vnd.oai.openapi+json"),
        (ADDRESS, "application/yaml", "application/yaml"),
        (f"{ADDRESS}?format=yaml", "*/*", "application/yaml"),
        (f"{ADDRESS}.yaml", "*/*", "application/yaml"),
        (f"{ADDRESS}.json", "*/*", "application/json"),
    ],
)
def test_document_is_served_to_anonymous_users_as_json_or_yaml(client, address, accept, media):
    response = client.get(address, HTTP_ACCEPT=accept)
    assert response.status_code == 200
    assert response["Content-Type"].split(";")[0] == media
    parse = yaml.safe_load if "yaml" in media else json.loads
    assert parse(response.content)["info"]["title"] == "MindFlip"


def test_stored_documents_are_up_to_date_and_missing_ones_are_reported(tmp_path, monkeypatch):
    call_command("document_api", check=True)
    monkeypatch.setattr(document_api, "FOLDER", tmp_path)
    with pytest.raises(CommandError, match="make docs"):
        call_command("document_api", check=True)
    call_command("document_api")
    call_command("document_api", check=True)


def test_api_docs_page_loads_swagger_ui_without_inline_scripts(client, db):
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert "swagger-ui-bundle" in page.content.decode()
    assert "unsafe-inline" not in page["Content-Security-Policy"]
