from django.urls import path
from django.views.decorators.gzip import gzip_page

from sessions_app.views import accounts, generations, own_account, reference, sessions

urlpatterns = [
    path("schema", reference.SchemaView.as_view(), name="schema"),
    path("schema.json", reference.SchemaView.as_view(), {"format": "json"}, name="schema-json"),
    path("schema.yaml", reference.SchemaView.as_view(), {"format": "yaml"}, name="schema-yaml"),
    path("docs", gzip_page(reference.DocsView.as_view()), name="api-docs"),
    path("auth/register", accounts.RegisterView.as_view(), name="register"),
    path("auth/token", accounts.TokenView.as_view(), name="token"),
    path("auth/token/refresh", accounts.TokenRefreshingView.as_view(), name="token-refresh"),
    path("account", own_account.AccountView.as_view(), name="api-account"),
    path("account/password", own_account.AccountPasswordView.as_view(), name="api-account-password"),
    path("account/sign-out", own_account.AccountSignOutView.as_view(), name="api-account-sign-out"),
    path("account/export", own_account.AccountExportView.as_view(), name="api-account-export"),
    path("webllm/session", sessions.SessionsView.as_view(), name="webllm-sessions"),
    path("webllm/session/<uuid:session_id>", sessions.SessionView.as_view(), name="webllm-session"),
    path("webllm/session/<uuid:session_id>/ticket", sessions.TicketView.as_view(), name="webllm-ticket"),
    path("webllm/session/<uuid:session_id>/generations", generations.GenerationsView.as_view(), name="webllm-generations"),
    path("webllm/generations/<uuid:generation_id>", generations.generation, name="webllm-generation"),
    path("webllm/models", sessions.ModelsView.as_view(), name="webllm-models"),
    path("webllm/stats", sessions.StatsView.as_view(), name="webllm-stats"),
]
