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
