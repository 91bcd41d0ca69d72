"""How people sign in, and how long their tokens last."""

from datetime import timedelta

from mindflip import env

LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=env.integer("MINDFLIP_ACCESS_MINUTES", 60, "minutes an access token is good for", least=1)),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=env.integer("MINDFLIP_REFRESH_DAYS", 30, "days a refresh token is good for", least=1)),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "UPDATE_LAST_LOGIN": False,
    "CHECK_REVOKE_TOKEN": True,  # a new password ends every token that was given for the old one
    "TOKEN_REFRESH_SERIALIZER": "sessions_app.auth.RefreshSerializer",
}
