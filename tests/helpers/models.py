"""Our own models, and the foreign keys that lead from a table to its user."""

from django.apps import apps
from django.contrib.auth.models import User
from django.db.models import Model

from sessions_app.models import AccountDeletion


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


OWN_MODELS = [
    model
    for label in ("sessions_app", "flashcards")
    for model in apps.get_app_config(label).get_models()
]
USER_MODELS = [
    model for model in OWN_MODELS if paths_to_user(model) and model is not AccountDeletion
]
"""The models with users' data. An AccountDeletion remains after its user's data."""
