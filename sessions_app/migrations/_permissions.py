"""Rename the permissions of a renamed model, which Django leaves under their old names."""

from functools import partial

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def rename_permissions(app_label: str, old: str, new: str) -> migrations.RunPython:
    """Return the operation that gives each permission of the model `old` the name of `new`.

    Both are lower-case model names. Groups and users keep what they were granted.
    """
    return migrations.RunPython(
        partial(_rename, app_label=app_label, old=old, new=new),
        partial(_rename, app_label=app_label, old=new, new=old),
    )


def _rename(
    apps: Apps, schema_editor: BaseDatabaseSchemaEditor, *, app_label: str, old: str, new: str
) -> None:
    granted = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label=app_label, codename__endswith=f"_{old}"
    )
    for permission in granted:
        permission.codename = permission.codename.removesuffix(old) + new
        permission.save(update_fields=["codename"])
