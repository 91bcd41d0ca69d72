"""Every address: the API by app, the pages, the admin."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("api/", include("sessions_app.urls")),
    path("api/", include("flashcards.urls")),
    path("api/browse/", include("rest_framework.urls")),
    path("admin/", admin.site.urls),
    path("", include("flashcards.pages.urls")),
]

handler400 = "mindflip.errors.bad_request"
handler403 = "mindflip.errors.permission_denied"
handler404 = "mindflip.errors.not_found"
handler500 = "mindflip.errors.server_error"
