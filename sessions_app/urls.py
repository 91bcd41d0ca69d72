from django.urls import path

from sessions_app import views

urlpatterns = [
    path("auth/register", views.RegisterView.as_view(), name="register"),
    path("auth/token", views.TokenView.as_view(), name="token"),
    path("auth/token/refresh", views.TokenRefreshingView.as_view(), name="token-refresh"),
    path("webllm/session", views.SessionsView.as_view(), name="webllm-sessions"),
    path("webllm/session/<uuid:session_id>", views.SessionView.as_view(), name="webllm-session"),
    path("webllm/session/<uuid:session_id>/ticket", views.TicketView.as_view(), name="webllm-ticket"),
    path("webllm/models", views.ModelsView.as_view(), name="webllm-models"),
    path("webllm/stats", views.StatsView.as_view(), name="webllm-stats"),
]
