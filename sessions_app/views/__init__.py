"""The REST API: parse, call a service, answer."""
