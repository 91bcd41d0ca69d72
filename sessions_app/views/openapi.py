"""Descriptions of this app's REST calls for the OpenAPI document."""

from typing import Any

from rest_framework_simplejwt.serializers import TokenRefreshSerializer

from sessions_app.rest.openapi import Answer, Call, Calls, Link, Page
from sessions_app.serializers import (
    ConfirmSerializer,
    CredentialsSerializer,
    GenerationsQuerySerializer,
    PasswordSerializer,
    RegisterSerializer,
    SessionCreateSerializer,
    SessionsQuerySerializer,
    WaitSerializer,
)
from sessions_app.services.accounts import AccountShape
from sessions_app.services.representations import GenerationShape
from sessions_app.views import schemas

SESSION = {"sessionId": "$response.body#/sessionId"}
GENERATION = {"generationId": "$response.body#/generationId"}
CONFIRMED = {"password": schemas.CREDENTIALS["password"]}
ACCOUNT: dict[str, Any] = {
    **schemas.REGISTERED,
    "hasPassword": True,
    "joinedAt": "2026-01-31T18:30:00Z",
    "kept": {"sessions": 1, "generations": 2, "decks": 1, "cards": 20, "reviews": 40},
}
ZIP = Answer(
    "A zip of JSON files.", {}, headers=("Content-Disposition",), media=("application/zip",)
)


OF_SESSION = {
    "read": Link("readSession", SESSION),
    "close": Link("closeSession", SESSION),
    "ticket": Link("createTicket", SESSION),
    "ask": Link("createGeneration", SESSION),
    "generations": Link("listGenerations", SESSION),
}
CANCEL = {"cancel": Link("cancelGeneration", GENERATION)}
OF_GENERATION = {"read": Link("readGeneration", GENERATION), **CANCEL}
CREDENTIALS = {name: f"$request.body#/{name}" for name in ("username", "password")}
OF_REGISTERED = {"token": Link("createToken", body=CREDENTIALS)}
OF_TOKENS = {"refresh": Link("refreshToken", body={"refresh": "$response.body#/refresh"})}
TWICE = {409: ("in_progress",), 422: ("key_reused",)}
MADE = ("Location", "Idempotency-Replayed")
ENDED = ("session_closed", "session_expired")
register = Calls(
    "Accounts",
    post=Call(
        "register",
        "Register",
        {
            201: Answer(
                "Registered; now ask for a token.",
                schemas.Registered,
                schemas.REGISTERED,
                links=OF_REGISTERED,
            )
        },
        words=(
            "Register with a user name and a password, which goes through the server's password"
            " rules; then get a token."
        ),
        body=RegisterSerializer,
        example=schemas.REGISTRATION,
    ),
)
token = Calls(
    "Accounts",
    post=Call(
        "createToken",
        "Get a pair of tokens",
        {
            200: Answer(
                "Send `access` as `Authorization: Bearer …`.",
                schemas.Tokens,
                schemas.TOKENS,
                links=OF_TOKENS,
            )
        },
        body=CredentialsSerializer,
        example=schemas.CREDENTIALS,
        refusals={401: ("unauthorized",), 429: ("locked_out",)},
    ),
)
token_refresh = Calls(
    "Accounts",
    post=Call(
        "refreshToken",
        "Get the next pair of tokens",
        {
            200: Answer(
                "The refresh token that was sent is used up.", schemas.Tokens, schemas.TOKENS
            )
        },
        body=TokenRefreshSerializer,
        example={"refresh": schemas.TOKENS["refresh"]},
        refusals={401: ("unauthorized",)},
    ),
)
sessions = Calls(
    "Sessions",
    get=Call(
        "listSessions",
        "List your sessions",
        {
            200: Answer(
                "Newest first.", Page("SessionPage", schemas.OpenSessionShape), schemas.SESSIONS
            )
        },
        words="Open ones, and those that ended in the last 30 days.",
        query=SessionsQuerySerializer,
        query_example={"status": "ready"},
    ),
    post=Call(
        "createSession",
        "Open a session",
        {
            201: Answer(
                "Open `wsUrl` next, or ask over REST.",
                schemas.OpenSessionShape,
                schemas.SESSION,
                MADE,
                OF_SESSION,
            )
        },
        words=(
            "With any model id, in the catalogue or not. With `Idempotency-Key` the same request"
            " twice opens one session."
        ),
        body=SessionCreateSerializer,
        example={"modelId": schemas.MODEL},
        sent=("Idempotency-Key",),
        refusals={429: ("too_many_sessions",)} | TWICE,
    ),
)
session = Calls(
    "Sessions",
    get=Call(
        "readSession",
        "Read a session",
        {
            200: Answer(
                "As it is now, also for 30 days after its end.",
                schemas.OpenSessionShape,
                schemas.SESSION,
                links=OF_SESSION,
            )
        },
        words="One session of the caller's. Reading it counts as activity.",
    ),
    delete=Call(
        "closeSession",
        "Close a session",
        {200: Answer("It is closed, now or since before.", schemas.Done, {"success": True})},
        words=(
            "Its sockets are closed (4404) and what waits in its queue is cancelled. The second"
            " time is harmless."
        ),
    ),
)
ticket = Calls(
    "Sessions",
    post=Call(
        "createTicket",
        "Get a fresh socket address",
        {201: Answer("With a new ticket.", schemas.Socket, schemas.SOCKET)},
        words="A socket address with a fresh ticket, while the session lives. No body is needed.",
        refusals={409: ENDED},
    ),
)
generations = Calls(
    "Generations",
    get=Call(
        "listGenerations",
        "List a session's generations",
        {
            200: Answer(
                "Newest first, without their place in the queue.",
                Page("GenerationPage", GenerationShape),
                schemas.GENERATIONS,
            )
        },
        words="What was asked for in this session, over REST or its sockets.",
        query=GenerationsQuerySerializer,
        query_example={"status": "succeeded"},
    ),
    post=Call(
        "createGeneration",
        "Ask for cards",
        {
            202: Answer(
                "In the queue, or done at once out of the cache.",
                schemas.AskedGenerationShape,
                schemas.GENERATION | {"cached": False},
                ("Location",),
                OF_GENERATION,
            )
        },
        words=(
            "The same queue as the socket's, for callers that hold none. An engine (a page with a"
            " loaded model) of the same user must be there to answer. With `Idempotency-Key` the"
            " same request twice is one generation."
        ),
        body=schemas.Wish,
        example=schemas.WISH,
        sent=("Idempotency-Key",),
        refusals={409: ENDED, 429: ("queue_full",)},
    ),
)
generation = Calls(
    "Generations",
    get=Call(
        "readGeneration",
        "Read a generation",
        {200: Answer("With its cards so far.", GenerationShape, schemas.GENERATION, links=CANCEL)},
        words=(
            "State, place in the queue, attempts, cards so far. With `wait` the answer comes as"
            " soon as there is an outcome, or after so many seconds."
        ),
        query=WaitSerializer,
        query_example={"wait": 0},
    ),
    delete=Call(
        "cancelGeneration",
        "Cancel a generation",
        {
            200: Answer(
                "As it is now; an outcome it had stays.",
                schemas.CancelledGenerationShape,
                schemas.GENERATION | {"success": True},
            )
        },
        words=(
            "No engine is asked for it any more, and the one that is at it is told to stop. The"
            " second time is harmless."
        ),
    ),
)
models = Calls(
    "Models",
    get=Call(
        "listModels",
        "The model catalogue",
        {200: Answer("The operator's own models first.", schemas.Catalogue, schemas.MODELS)},
    ),
)
stats = Calls(
    "Models",
    get=Call(
        "readStats",
        "Totals for staff",
        {
            200: Answer(
                "As they are now; above 100,000 rows what has ended is estimated.",
                schemas.Stats,
                schemas.STATS,
            )
        },
        refusals={403: ("forbidden",)},
    ),
)


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
        {
            200: Answer(
                "`isComplete`: nothing is left to be deleted.",
                schemas.Erased,
                {"success": True, "isComplete": True},
            )
        },
        words=(
            "Erases everything that is kept of the caller, for good. The password confirms it;"
            " without one, the username."
        ),
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
        words=(
            "The new one goes through the server's password rules. The browser that asks stays"
            " signed in."
        ),
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
export = Calls(
    "Accounts", get=Call("exportAccount", "Everything that is kept of you, as a file", {200: ZIP})
)
