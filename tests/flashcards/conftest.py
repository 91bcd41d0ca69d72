"""The REST API of decks as each of the cast, and finished generations to save."""

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
    """A REST client signed in with a bearer token."""

    def make(user: User) -> APIClient:
        client = APIClient(HTTP_HOST="localhost")
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {AccessToken.for_user(user)}")
        return client

    return make


@pytest.fixture
def make_deck(api: Api) -> Callable[..., dict[str, Any]]:
    """A deck by hand, over REST: the body of the answer."""

    def make(user: User, *fronts: str, name: str = "Tides") -> dict[str, Any]:
        cards = [{"front": front, "back": f"What {front} is"} for front in fronts]
        response = api(user).post("/api/flashcards/decks", {"name": name, "cards": cards})
        assert response.status_code == 201, response.content
        return response.json()

    return make


@pytest.fixture
def finished_generation() -> Callable[..., Generation]:
    """A generation as the queue leaves it when its cards are accepted."""

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
