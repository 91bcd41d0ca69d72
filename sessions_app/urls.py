from django.urls import path

from sessions_app.views import accounts, generations, sessions

urlpatterns = [
    path("auth/register", accounts.RegisterView.as_view(), name="register"),
    path("auth/token", accounts.TokenView.as_view(), name="token"),
    path("auth/token/refresh", accounts.TokenRefreshingView.as_view(), name="token-refresh"),
    path("webllm/session", sessions.SessionsView.as_view(), name="webllm-sessions"),
    path("webllm/session/<uuid:session_id>", sessions.SessionView.as_view(), name="webllm-session"),
    path("webllm/session/<uuid:session_id>/ticket", sessions.TicketView.as_view(), name="webllm-ticket"),
    path("webllm/session/<uuid:session_id>/generations", generations.GenerationsView.as_view(), name="webllm-generations"),
    path("webllm/generations/<uuid:generation_id>", generations.generation, name="webllm-generation"),
    path("webllm/models", sessions.ModelsView.as_view(), name="webllm-models"),
    path("webllm/stats", sessions.StatsView.as_view(), name="webllm-stats"),
]
