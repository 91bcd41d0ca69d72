"""The ASGI application: HTTP goes to Django, and WebSockets go to the session socket."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mindflip.settings")
get_asgi_application()  # sets up the apps, so it must run before models are imported

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from mindflip import daphne_patches  # noqa: E402
from mindflip.language import SocketLanguageMiddleware  # noqa: E402
from mindflip.request_text import RequestHandler  # noqa: E402
from sessions_app.routing import websocket_urlpatterns  # noqa: E402

daphne_patches.install()
http_application = RequestHandler()
application = ProtocolTypeRouter(
    {
        "http": http_application,
        "websocket": SocketLanguageMiddleware(URLRouter(websocket_urlpatterns)),
    }
)
