"""Fixtures for the REST API of decks: clients, decks and finished generations."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken

from sessions_app.models import Generation, GenerationStatus, WebLLMSession

Api = Callable[[User], APIClient]


@pytest.fixture
def api() -> Api:
    """Return a function that creates a REST client with a user's bearer token."""

    def make(user: User) -> APIClient:
        client = APIClient(HTTP_HOST="localhost")
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {AccessToken.for_user(user)}")
        return client

    return make


@pytest.fixture
def make_deck(api: Api) -> Callable[..., dict[str, Any]]:
    """Return a function that creates a deck over REST and returns the response body."""

    def make(user: User, *fronts: str, name: str = "Tides") -> dict[str, Any]:
        cards = [{"front": front, "back": f"What {front} is"} for front in fronts]
        response = api(user).post("/api/flashcards/decks", {"name": name, "cards": cards})
        assert response.status_code == 201, response.content
        return response.json()

    return make


@pytest.fixture
def finished_generation() -> Callable[..., Generation]:
    """Return a function that creates a generation with accepted cards, as the queue stores it."""

    def make(
        user: User, *fronts: str, status: str = GenerationStatus.SUCCEEDED, **options: Any
    ) -> Generation:
        session = WebLLMSession.objects.create(
            user=user, model_id="SmolLM2-135M-Instruct-q0f32-MLC"
        )
        cards = [
            {"id": "x", "front": front, "back": f"What {front} is", "question": front}
            for front in fronts
        ]
        return Generation.objects.create(
            session=session,
            user=user,
            kind="flashcards",
            prompt="Generate flashcards about Tides",
            prompt_version="1",
            options={"topic": "Tides", "count": len(fronts), **options},
            result_key="0" * 64,
            status=status,
            finished_at=timezone.now(),
            engine_name="webllm",
            cards=cards,
        )

    return make
