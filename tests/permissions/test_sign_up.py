"""Rate limit of sign-ups: the page and the REST API share one counter for each address."""

from django.contrib.auth.models import User
from rest_framework.throttling import SimpleRateThrottle


def test_sign_ups_from_one_address_are_rate_limited(db, client, monkeypatch, password):
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "register", "2/hour")
    account = {"username": "dora", "password": password}
    assert client.post("/api/auth/register", account, "application/json").status_code == 201
    assert client.post("/sign-up", {"username": "erik", "password1": password}).status_code == 302
    client.logout()
    rejection = client.post("/sign-up", {"username": "fay", "password1": password})
    assert rejection.status_code == 429
    assert 0 < int(rejection["Retry-After"]) <= 1800
    assert "Try again in 30 minutes" in rejection.content.decode()
    assert set(User.objects.values_list("username", flat=True)) == {"dora", "erik"}
    assert client.get("/sign-up").status_code == 200, (
        "viewing the page does not count as an attempt"
    )
