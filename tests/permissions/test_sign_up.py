"""Sign-ups from one address: the page and the REST API share one counter."""

from django.contrib.auth.models import User
from rest_framework.throttling import SimpleRateThrottle


def test_no_address_makes_accounts_without_end(db, client, monkeypatch, password):
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "register", "2/hour")
    account = {"username": "dora", "password": password}
    assert client.post("/api/auth/register", account, "application/json").status_code == 201
    assert client.post("/sign-up", {"username": "erik", "password1": password}).status_code == 302
    client.logout()
    refused = client.post("/sign-up", {"username": "fay", "password1": password})
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 1800
    assert "Try again in 30 minutes" in refused.content.decode()
    assert set(User.objects.values_list("username", flat=True)) == {"dora", "erik"}
    assert client.get("/sign-up").status_code == 200, "looking is no trying"
