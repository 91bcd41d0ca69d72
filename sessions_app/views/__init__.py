"""Views of the REST API, which parse the request, call a service and respond."""
