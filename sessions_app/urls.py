from django.urls import path
from django.views.decorators.gzip import gzip_page

from sessions_app.views import account, auth, docs, generations, sessions

urlpatterns = [
    path("schema", docs.SchemaView.as_view(), name="schema"),
    path("schema.json", docs.SchemaView.as_view(), {"format": "json"}, name="schema-json"),
    path("schema.yaml", docs.SchemaView.as_view(), {"format": "yaml"}, name="schema-yaml"),
    path("docs", gzip_page(docs.DocsView.as_view()), name="api-docs"),
    path("auth/register", auth.RegisterView.as_view(), name="register"),
    path("auth/token", auth.TokenView.as_view(), name="token"),
    path("auth/token/refresh", auth.TokenRefreshingView.as_view(), name="token-refresh"),
    path("account", account.AccountView.as_view(), name="api-account"),
    path("account/password", account.AccountPasswordView.as_view(), name="api-account-password"),
    path("account/sign-out", account.AccountSignOutView.as_view(), name="api-account-sign-out"),
    path("account/export", account.AccountExportView.as_view(), name="api-account-export"),
    path("webllm/session", sessions.SessionsView.as_view(), name="webllm-sessions"),
    path("webllm/session/<uuid:session_id>", sessions.SessionView.as_view(), name="webllm-session"),
    path(
        "webllm/session/<uuid:session_id>/ticket",
        sessions.TicketView.as_view(),
        name="webllm-ticket",
    ),
    path(
        "webllm/session/<uuid:session_id>/generations",
        generations.GenerationsView.as_view(),
        name="webllm-generations",
    ),
    path(
        "webllm/generations/<uuid:generation_id>", generations.generation, name="webllm-generation"
    ),
    path("webllm/models", sessions.ModelsView.as_view(), name="webllm-models"),
    path("webllm/stats", sessions.StatsView.as_view(), name="webllm-stats"),
]
