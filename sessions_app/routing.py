from django.urls import path, re_path

from sessions_app.consumers import NotFoundConsumer, SessionConsumer

websocket_urlpatterns = [
    path("ws/webllm/<uuid:session_id>", SessionConsumer.as_asgi()),
    re_path(r"", NotFoundConsumer.as_asgi()),
]
