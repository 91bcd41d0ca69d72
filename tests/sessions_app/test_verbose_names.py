"""The names of apps, models and fields in the admin, which can be translated."""

import pytest
from django.apps import apps
from django.utils.functional import Promise

from tests.helpers.models import OWN_MODELS

APPS = ("sessions_app", "flashcards")
FIELDS = [
    field for model in OWN_MODELS for field in model._meta.concrete_fields if not field.auto_created
]


@pytest.mark.parametrize("app", APPS)
def test_app_verbose_name_is_lazy(app):
    assert isinstance(apps.get_app_config(app).verbose_name, Promise)


@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model.__name__)
def test_model_verbose_names_are_lazy(model):
    assert isinstance(model._meta.verbose_name, Promise)
    assert isinstance(model._meta.verbose_name_plural, Promise)


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_field_verbose_name_is_lazy(field):
    assert isinstance(field.verbose_name, Promise)


@pytest.mark.parametrize("field", [field for field in FIELDS if field.choices], ids=str)
def test_choice_labels_of_field_are_lazy(field):
    assert all(isinstance(label, Promise) for _, label in field.choices)
