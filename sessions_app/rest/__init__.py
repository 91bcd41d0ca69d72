"""Code for the REST calls of all apps.

It covers their description, pagination, rate limits, idempotency and caching by clients.
"""
