"""The URLs of the API, the pages and the admin."""

from django.contrib import admin
from django.urls import include, path
from django.views.decorators.gzip import gzip_page

from flashcards.pages.auth import SignInView, SignOutView
from mindflip.language import catalogue

# Django REST framework's browsable API looks up these names, which lead to our own views.
browsable_login_urls = [
    path("login/", SignInView.as_view(), name="login"),
    path("logout/", SignOutView.as_view(), name="logout"),
]

urlpatterns = [
    path("api/", include("sessions_app.urls")),
    path("api/", include("flashcards.api.urls")),
    path("api/browse/", include((browsable_login_urls, "rest_framework"))),
    path("", include("mindflip.legacy_urls")),  # before the admin, which matches every URL below it
    path("admin/", admin.site.urls),
    path("texts/<language>.<version>.js", gzip_page(catalogue), name="catalogue"),
    path("", include("flashcards.pages.urls")),
]

handler400 = "mindflip.errors.bad_request"
handler403 = "mindflip.errors.permission_denied"
handler404 = "mindflip.errors.not_found"
handler500 = "mindflip.errors.server_error"
