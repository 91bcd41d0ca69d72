"""The foreign keys that lead from a table to its user."""

from django.contrib.auth.models import User
from django.db.models import Model


def paths_to_user(model: type[Model], seen: tuple[type[Model], ...] = ()) -> list[str]:
    """Return the lookups that follow foreign keys from a model to its user."""
    if model is User:
        return ["pk"]
    paths = []
    for field in model._meta.concrete_fields:
        if field.remote_field and field.related_model not in (*seen, model):
            paths += [
                f"{field.name}__{path}"
                for path in paths_to_user(field.related_model, (*seen, model))
            ]
    return paths
