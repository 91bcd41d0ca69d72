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


def described() -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Yield the place, the value and the schema of each example in the document."""
    for path, methods in document()["paths"].items():
        for method, call in methods.items():
            bodies = [call.get("requestBody", {}), *map(resolved, call["responses"].values())]
            for content in (
                content for body in bodies for content in body.get("content", {}).values()
            ):
                for name, example in content.get("examples", {}).items():
                    yield f"{method} {path} {name}", example["value"], content["schema"]


def resolved(response: dict[str, Any]) -> dict[str, Any]:
    return (
        document()["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
        if "$ref" in response
        else response
    )


def test_it_is_openapi_3_1_and_right_in_itself():
    assert document()["openapi"] == "3.1.0"
    schemathesis.openapi.from_dict(document()).validate()


def test_it_is_in_english_whoever_asks_first():
    english = document()
    document.cache_clear()
    with translation.override("de"):
        assert document() == english


def test_every_rest_call_is_described_by_hand():
    generator = SchemaGenerator()
    generator._initialise_endpoints()
    missing = [
        f"{method} {path}"
        for path, _, method, view in generator._get_paths_and_endpoints()
        if method.lower() not in getattr(view.schema, "calls", {})
    ]
    assert missing == []


def test_every_example_is_as_its_schema_says():
    components = {"components": document()["components"]}
    wrong = [
        (where, error.message)
        for where, value, schema in described()
        for error in Draft202012Validator(schema | components).iter_errors(value)
    ]
    assert wrong == []


def test_example_decks_are_not_attributed_to_a_real_model():
    models = {model.model_id for model in list_models()}
    assert len(models) > 100
    decks = [
        value for _, value, _ in described() if isinstance(value, dict) and "provenance" in value
    ]
    attributed = {deck["provenance"]["modelId"] for deck in decks}
    assert attributed
    assert not attributed & models


def test_every_success_with_a_body_has_an_example_and_every_error_a_code():
    for path, methods in document()["paths"].items():
        for method, call in methods.items():
            for status, response in call["responses"].items():
                for media, content in resolved(response).get("content", {}).items():
                    is_file = (
                        media != "application/problem+json"
                        and path.endswith("/export")
                        and status == "200"
                    )
                    assert content.get("examples") or is_file, f"{method} {path} {status} {media}"


def test_every_call_says_what_it_does_and_nothing_of_its_neighbours():
    for path, methods in document()["paths"].items():
        for method, call in methods.items():
            assert not re.search(r"\b(GET|POST|PATCH|DELETE)\b", call["description"]), (
                f"{method} {path}: give it words of its own"
            )


def test_every_link_leads_to_a_call_and_fills_its_parameters():
    calls = {
        call["operationId"]: call
        for methods in document()["paths"].values()
        for call in methods.values()
    }
    for call in calls.values():
        for response in call["responses"].values():
            for link in response.get("links", {}).values():
                known = {
                    parameter["name"] for parameter in calls[link["operationId"]]["parameters"]
                }
                assert set(link.get("parameters", ())) <= known


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
def test_it_is_given_to_anybody_as_json_or_yaml(client, address, accept, media):
    response = client.get(address, HTTP_ACCEPT=accept)
    assert response.status_code == 200
    assert response["Content-Type"].split(";")[0] == media
    read = yaml.safe_load if "yaml" in media else json.loads
    assert read(response.content)["info"]["title"] == "MindFlip"


def test_the_kept_files_are_up_to_date(tmp_path, monkeypatch):
    call_command("document_api", check=True)
    monkeypatch.setattr(document_api, "FOLDER", tmp_path)
    with pytest.raises(CommandError, match="make docs"):
        call_command("document_api", check=True)
    call_command("document_api")
    call_command("document_api", check=True)


def test_its_reader_is_a_page_without_a_script_in_it(client, db):
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert "swagger-ui-bundle" in page.content.decode()
    assert "unsafe-inline" not in page["Content-Security-Policy"]
