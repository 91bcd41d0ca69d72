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
ADMIN_SECOND_FACTOR = env.boolean("MINDFLIP_ADMIN_SECOND_FACTOR", False, "the admin asks for a code beside the password: see second_factor")
OTP_TOTP_ISSUER = "MindFlip"
OTP_ADMIN_HIDE_SENSITIVE_DATA = True  # whoever may look into the admin's tables is not to copy a phone
PASSWORD_HASHERS = ["sessions_app.hashers.PasswordHasher"]
# The second backend only serves sessions and permissions: the first one decides about passwords.
AUTHENTICATION_BACKENDS = ["sessions_app.lockout.LockoutBackend", "django.contrib.auth.backends.ModelBackend"]
SIGN_IN_FAILURES = env.integer("MINDFLIP_SIGN_IN_FAILURES", 10, "wrong passwords for one name from one address that lock both out", least=1)
SIGN_IN_LOCKOUT_SECONDS = env.integer("MINDFLIP_SIGN_IN_LOCKOUT_SECONDS", 900, "how long that lockout lasts", least=1)
AXES_FAILURE_LIMIT = SIGN_IN_FAILURES
AXES_COOLOFF_TIME = timedelta(seconds=SIGN_IN_LOCKOUT_SECONDS)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "sessions_app.lockout.locked_out"
AXES_CLIENT_IP_CALLABLE = "sessions_app.lockout.client_address"
AXES_USERNAME_CALLABLE = "sessions_app.lockout.client_username"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # who goes on trying is let in again all the same: the time was told
AXES_DISABLE_ACCESS_LOG = True  # who signs in from where is not written down
AXES_VERBOSE = False
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=env.integer("MINDFLIP_ACCESS_MINUTES", 60, "minutes an access token is good for", least=1)),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=env.integer("MINDFLIP_REFRESH_DAYS", 30, "days a refresh token is good for", least=1)),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "UPDATE_LAST_LOGIN": False,
    "CHECK_REVOKE_TOKEN": True,  # a new password ends every token that was given for the old one
    "TOKEN_REFRESH_SERIALIZER": "sessions_app.auth.RefreshSerializer",
}
