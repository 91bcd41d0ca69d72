"""The names of apps, models and fields in the admin, which can be translated."""

import pytest
from django.apps import apps
from django.utils.functional import Promise

APPS = ("sessions_app", "flashcards")
MODELS = [model for app in APPS for model in apps.get_app_config(app).get_models()]
FIELDS = [
    field for model in MODELS for field in model._meta.concrete_fields if not field.auto_created
]


@pytest.mark.parametrize("app", APPS)
def test_the_names_of_apps_are_lazy(app):
    assert isinstance(apps.get_app_config(app).verbose_name, Promise)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_the_names_of_models_are_lazy(model):
    assert isinstance(model._meta.verbose_name, Promise)
    assert isinstance(model._meta.verbose_name_plural, Promise)


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_the_names_of_fields_are_lazy(field):
    assert isinstance(field.verbose_name, Promise)


@pytest.mark.parametrize("field", [field for field in FIELDS if field.choices], ids=str)
def test_the_labels_of_choices_are_lazy(field):
    assert all(isinstance(label, Promise) for _, label in field.choices)
