"""The calls about one's own account as the OpenAPI document has them."""

from typing import Any

from sessions_app.rest.calls import Answer, Call, Calls
from sessions_app.serializers import ConfirmSerializer, PasswordSerializer
from sessions_app.services.accounts import AccountShape
from sessions_app.views import examples, shapes

CONFIRMED = {"password": examples.CREDENTIALS["password"]}
ACCOUNT: dict[str, Any] = {
    **examples.REGISTERED,
    "hasPassword": True,
    "joinedAt": "2026-01-31T18:30:00Z",
    "kept": {"sessions": 1, "generations": 2, "decks": 1, "cards": 20, "reviews": 40},
}
ZIP = Answer("A zip of JSON files.", {}, headers=("Content-Disposition",), media=("application/zip",))

account = Calls(
    "Accounts",
    get=Call(
        "readAccount",
        "Who you are",
        {200: Answer("With how much is kept of each kind.", AccountShape, ACCOUNT)},
        words="The caller's name, mail address, and how much is kept.",
    ),
    delete=Call(
        "deleteAccount",
        "Erase your account",
        {200: Answer("`isComplete`: nothing is left to be deleted.", shapes.Erased, {"success": True, "isComplete": True})},
        words="Erases everything that is kept of the caller, for good. The password confirms it; without one, the username.",
        body=ConfirmSerializer,
        example=CONFIRMED,
    ),
)
password = Calls(
    "Accounts",
    post=Call(
        "changePassword",
        "Set another password",
        {204: Answer("Everything that was signed in with the old one is signed out.")},
        words="The new one goes through the server's password rules. The browser that asks stays signed in.",
        body=PasswordSerializer,
        example=CONFIRMED | {"newPassword": "battery staple horse"},
    ),
)
sign_out = Calls(
    "Accounts",
    post=Call(
        "signOutEverywhere",
        "Sign out everywhere",
        {204: Answer("Every token, ticket, socket and sign-in but this browser's has ended.")},
        words="For when a token or a browser was lost. The browser that asks stays signed in.",
        body=ConfirmSerializer,
        example=CONFIRMED,
    ),
)
export = Calls("Accounts", get=Call("exportAccount", "Everything that is kept of you, as a file", {200: ZIP}))
