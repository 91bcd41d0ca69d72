"""Who may read the metrics: who has the token, or calls from an allowed address.

An address counts only if it is the caller's own: of a request that came through a proxy it is what our proxies say
(MINDFLIP_PROXIES), and nothing when we have none, because then the headers are the client's own words and the address a proxy's.
"""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

_SIGNS_OF_A_PROXY = {"X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"}


def may_read_metrics(request: HttpRequest) -> bool:
    return _has_token(request) or _is_allowed(_address(request))


def _has_token(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return bool(settings.METRICS_TOKEN) and scheme.lower() == "bearer" and constant_time_compare(token.strip(), settings.METRICS_TOKEN)


def _is_allowed(address: str) -> bool:
    try:
        caller = ip_address(address)
    except ValueError:
        return False
    return any(caller in ip_network(one) for one in settings.METRICS_ADDRESSES)


def _address(request: HttpRequest) -> str:
    if not any(name in request.headers for name in _SIGNS_OF_A_PROXY):
        return request.META.get("REMOTE_ADDR", "")
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    return forwarded[-settings.PROXIES] if 0 < settings.PROXIES <= len(forwarded) else ""
