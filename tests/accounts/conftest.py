"""Fixtures that create rows in every table that can refer to a user."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from axes.models import AccessFailureLog, AccessLog
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import RefreshToken

from flashcards.models import Card, Deck, IgnoredDuplicate
from sessions_app.admin.base.two_factor import enroll
from sessions_app.models import Attempt, Engine, Generation, WebLLMSession
from sessions_app.services.result_cache import cache_results


def _create_decks_and_reviews(client: APIClient, name: str) -> None:
    cards = [{"front": f"{name} {front}", "back": "b"} for front in ("one", "two", "binned")]
    deck = client.post("/api/flashcards/decks", {"name": f"{name}'s deck", "cards": cards}).json()
    draft = {"version": 0, "topic": f"{name}'s draft", "cards": cards, "record": {"name": name}}
    assert client.put(f"/api/flashcards/drafts/{uuid4()}", draft).status_code == 201
    review = {
        "id": str(uuid4()),
        "cardId": deck["cards"][0]["id"],
        "rating": "good",
        "seconds": 2,
        "reviewedAt": timezone.now().isoformat(),
    }
    assert (
        client.post("/api/flashcards/reviews", {"reviews": [review]}).json()["results"][0]["status"]
        == "recorded"
    )
    assert client.patch("/api/flashcards/study/settings", {"newPerDay": 7}).status_code == 200
    client.delete(f"/api/flashcards/cards/{deck['cards'][2]['id']}")
    other = client.post("/api/flashcards/decks", {"name": f"{name}'s bin", "cards": cards}).json()
    client.delete(f"/api/flashcards/decks/{other['id']}")


def _create_generation(client: APIClient, user: User) -> None:
    client.post("/api/webllm/session", {"modelId": "m"})
    session = WebLLMSession.objects.filter(user=user).first()
    generation = Generation.objects.create(
        session=session, user=user, kind="flashcards", prompt=f"{user.username}'s prompt",
        prompt_version="1",
        options={"count": 1, "topic": "t"}, cards=[{"front": "f", "back": "b"}],
        result_key=f"key-{user.pk}", status="succeeded", finished_at=timezone.now(),
    )  # fmt: skip
    Attempt.objects.create(generation=generation, number=1, engine="e")
    Engine.objects.create(
        channel=f"c{user.pk}", session=session, user=user, model_id="m", name="webllm"
    )
    discarded = f"/api/flashcards/drafts/{uuid4()}"
    client.put(discarded, {"version": 0, "generationIds": [str(generation.pk)]})
    assert client.delete(discarded).status_code == 204
    cache_results(
        {
            generation.result_key: {
                "generationId": str(generation.pk),
                "cards": [{"front": "f", "back": "b"}],
            }
        }
    )


def _create_sign_in_and_admin_rows(user: User) -> None:
    """Create the rows that sign-ins, the admin and other apps store about a user."""
    Client().force_login(user)
    RefreshToken.for_user(user).blacklist()
    Client().post("/sign-in", {"username": user.username, "password": "wrong"})
    for model in (AccessFailureLog, AccessLog):  # axes writes these with other settings
        model.objects.create(username=user.username)
    deck = Deck.objects.filter(user=user).first()
    for target in (user, deck):
        content_type = ContentType.objects.get_for_model(target)
        LogEntry.objects.create(
            user=user,
            content_type=content_type,
            object_id=str(target.pk),
            object_repr=str(target),
            action_flag=CHANGE,
        )
    IgnoredDuplicate.objects.create(
        user=user, front_key=Card.objects.filter(deck=deck).first().front_key, count=2
    )
    enroll(user=user)
    user.groups.add(Group.objects.get_or_create(name="a group")[0])
    user.user_permissions.add(Permission.objects.first())


@pytest.fixture
def create_user_data(api: Callable[[User], APIClient]) -> Callable[[User], User]:
    """Return a function that creates data of every feature for a user, and returns the user."""

    def create(user: User) -> User:
        client = api(user)
        _create_decks_and_reviews(client, user.username)
        _create_generation(client, user)
        _create_sign_in_and_admin_rows(user)
        return user

    return create


@pytest.fixture
def redis_keys() -> Callable[[], set[str]]:
    """Return a function that returns this test's Redis keys, except rate limits of an address."""

    def read_keys() -> set[str]:
        client: Any = cache._cache.get_client()
        keys = {key.decode() for key in client.scan_iter(cache.make_key("*"), count=1000)}
        return {key for key in keys if not key.endswith("_127.0.0.1")}

    return read_keys
