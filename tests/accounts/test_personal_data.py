"""Every table with users' data is in the export, in the deletion and in docs/data.md."""

import re
from pathlib import Path

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from sessions_app.models import Engine
from sessions_app.services.personal_data import registered
from tests.helpers.models import OWN_MODELS, USER_MODELS
from tests.helpers.responses import read_stream

NOT_EXPORTED = {Engine}  # its rows exist only while a browser is connected
DATA_PAGE = (Path(__file__).parents[2] / "docs/data.md").read_text()


def _names(models: set[type[Model]]) -> list[str]:
    return sorted(model._meta.label for model in models)


def test_deletion_lists_rows_of_every_model_with_user_data(alice: User) -> None:
    """Other rows would be deleted together with the user, in one transaction."""
    listed = {rows.model for data in registered() for rows in data.rows(alice.pk)}
    assert _names(set(USER_MODELS) - listed) == [], (
        "yield their rows in `rows` of personal_data.py or session_data.py"
    )


def test_export_reads_every_table_with_user_data(create_user_data, alice, api) -> None:
    client = api(create_user_data(alice))
    with CaptureQueriesContext(connection) as queries:
        read_stream(client.get("/api/account/export"))
    tables = set(re.findall(r'FROM "(\w+)"', "\n".join(query["sql"] for query in queries)))
    missing = {model for model in USER_MODELS if model._meta.db_table not in tables}
    assert _names(missing - NOT_EXPORTED) == [], (
        "yield a file with their rows in `files` of personal_data.py or session_data.py"
    )


def test_data_page_lists_every_model_as_stored() -> None:
    table = DATA_PAGE.partition("## What is kept")[2].partition("\n## ")[0]
    first_column = "\n".join(re.findall(r"^\|([^|]*)\|", table, re.MULTILINE))
    names = {str(model._meta.verbose_name_plural) for model in OWN_MODELS}
    assert sorted(name for name in names if name not in first_column) == [], (
        "add rows to “What is kept” in docs/data.md"
    )


def test_data_page_lists_every_file_of_export() -> None:
    files = {name for data in registered() for name in data.about}
    assert sorted(name for name in files if f"`{name}" not in DATA_PAGE) == [], (
        "add rows to “Export” in docs/data.md"
    )
