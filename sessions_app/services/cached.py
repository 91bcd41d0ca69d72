"""Forgetting what the cache of results holds of one user: its keys stand on the user's generations."""

from django.contrib.auth.models import User

from sessions_app.models import Generation
from sessions_app.services.results import results_forget


def user_results_forget(*, user: User) -> None:
    """What the user asks for again is computed anew. Raises RedisError."""
    results_forget(Generation.objects.of(user).values_list("result_key", flat=True).iterator())
