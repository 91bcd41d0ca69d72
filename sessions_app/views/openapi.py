"""Descriptions of this app's REST calls in the OpenAPI document."""

from typing import Any

from rest_framework_simplejwt.serializers import TokenRefreshSerializer

from sessions_app.rest.openapi import ApiSchema, Operation, OperationLink, Page, SuccessResponse
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
ZIP = SuccessResponse(
    "A zip of JSON files.", {}, headers=("Content-Disposition",), media=("application/zip",)
)


OF_SESSION = {
    "read": OperationLink("readSession", SESSION),
    "close": OperationLink("closeSession", SESSION),
    "ticket": OperationLink("createTicket", SESSION),
    "ask": OperationLink("createGeneration", SESSION),
    "generations": OperationLink("listGenerations", SESSION),
}
CANCEL = {"cancel": OperationLink("cancelGeneration", GENERATION)}
OF_GENERATION = {"read": OperationLink("readGeneration", GENERATION), **CANCEL}
CREDENTIALS = {name: f"$request.body#/{name}" for name in ("username", "password")}
OF_REGISTERED = {"token": OperationLink("createToken", body=CREDENTIALS)}
OF_TOKENS = {"refresh": OperationLink("refreshToken", body={"refresh": "$response.body#/refresh"})}
TWICE = {409: ("in_progress",), 422: ("key_reused",)}
MADE = ("Location", "Idempotency-Replayed")
ENDED = ("session_closed", "session_expired")
register = ApiSchema(
    "Accounts",
    post=Operation(
        "register",
        "Register",
        {
            201: SuccessResponse(
                "Registered; now ask for a token.",
                schemas.Registered,
                schemas.REGISTERED,
                links=OF_REGISTERED,
            )
        },
        description=(
            "Register with a user name and a password, which goes through the server's password"
            " rules; then get a token."
        ),
        body=RegisterSerializer,
        example=schemas.REGISTRATION,
    ),
)
token = ApiSchema(
    "Accounts",
    post=Operation(
        "createToken",
        "Get a pair of tokens",
        {
            200: SuccessResponse(
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
token_refresh = ApiSchema(
    "Accounts",
    post=Operation(
        "refreshToken",
        "Get the next pair of tokens",
        {
            200: SuccessResponse(
                "The refresh token that was sent is used up.", schemas.Tokens, schemas.TOKENS
            )
        },
        body=TokenRefreshSerializer,
        example={"refresh": schemas.TOKENS["refresh"]},
        refusals={401: ("unauthorized",)},
    ),
)
sessions = ApiSchema(
    "Sessions",
    get=Operation(
        "listSessions",
        "List your sessions",
        {
            200: SuccessResponse(
                "Newest first.", Page("SessionPage", schemas.OpenSessionShape), schemas.SESSIONS
            )
        },
        description="Open ones, and those that ended in the last 30 days.",
        query=SessionsQuerySerializer,
        query_example={"status": "ready"},
    ),
    post=Operation(
        "createSession",
        "Open a session",
        {
            201: SuccessResponse(
                "Open `wsUrl` next, or ask over REST.",
                schemas.OpenSessionShape,
                schemas.SESSION,
                MADE,
                OF_SESSION,
            )
        },
        description=(
            "With any model id, in the catalogue or not. With `Idempotency-Key` the same request"
            " twice opens one session."
        ),
        body=SessionCreateSerializer,
        example={"modelId": schemas.MODEL},
        sent=("Idempotency-Key",),
        refusals={429: ("too_many_sessions",)} | TWICE,
    ),
)
session = ApiSchema(
    "Sessions",
    get=Operation(
        "readSession",
        "Read a session",
        {
            200: SuccessResponse(
                "As it is now, also for 30 days after its end.",
                schemas.OpenSessionShape,
                schemas.SESSION,
                links=OF_SESSION,
            )
        },
        description="One session of the caller's. Reading it counts as activity.",
    ),
    delete=Operation(
        "closeSession",
        "Close a session",
        {
            200: SuccessResponse(
                "It is closed, now or since before.", schemas.Done, {"success": True}
            )
        },
        description=(
            "Its sockets are closed (4404) and what waits in its queue is cancelled. The second"
            " time is harmless."
        ),
    ),
)
ticket = ApiSchema(
    "Sessions",
    post=Operation(
        "createTicket",
        "Get a fresh socket address",
        {201: SuccessResponse("With a new ticket.", schemas.Socket, schemas.SOCKET)},
        description=(
            "A socket address with a fresh ticket, while the session lives. No body is needed."
        ),
        refusals={409: ENDED},
    ),
)
generations = ApiSchema(
    "Generations",
    get=Operation(
        "listGenerations",
        "List a session's generations",
        {
            200: SuccessResponse(
                "Newest first, without their place in the queue.",
                Page("GenerationPage", GenerationShape),
                schemas.GENERATIONS,
            )
        },
        description="What was asked for in this session, over REST or its sockets.",
        query=GenerationsQuerySerializer,
        query_example={"status": "succeeded"},
    ),
    post=Operation(
        "createGeneration",
        "Ask for cards",
        {
            202: SuccessResponse(
                "In the queue, or done at once out of the cache.",
                schemas.CreatedGenerationShape,
                schemas.GENERATION | {"cached": False},
                ("Location",),
                OF_GENERATION,
            )
        },
        description=(
            "The same queue as the socket's, for callers that hold none. An engine (a page with a"
            " loaded model) of the same user must be there to answer. With `Idempotency-Key` the"
            " same request twice is one generation."
        ),
        body=schemas.GenerationRequest,
        example=schemas.GENERATION_REQUEST,
        sent=("Idempotency-Key",),
        refusals={409: ENDED, 429: ("queue_full",)},
    ),
)
generation = ApiSchema(
    "Generations",
    get=Operation(
        "readGeneration",
        "Read a generation",
        {
            200: SuccessResponse(
                "With its cards so far.", GenerationShape, schemas.GENERATION, links=CANCEL
            )
        },
        description=(
            "State, place in the queue, attempts, cards so far. With `wait` the answer comes as"
            " soon as there is an outcome, or after so many seconds."
        ),
        query=WaitSerializer,
        query_example={"wait": 0},
    ),
    delete=Operation(
        "cancelGeneration",
        "Cancel a generation",
        {
            200: SuccessResponse(
                "As it is now; an outcome it had stays.",
                schemas.CancelledGenerationShape,
                schemas.GENERATION | {"success": True},
            )
        },
        description=(
            "No engine is asked for it any more, and the one that is at it is told to stop. The"
            " second time is harmless."
        ),
    ),
)
models = ApiSchema(
    "Models",
    get=Operation(
        "listModels",
        "The model catalogue",
        {
            200: SuccessResponse(
                "The operator's own models first.", schemas.Catalogue, schemas.MODELS
            )
        },
    ),
)
stats = ApiSchema(
    "Models",
    get=Operation(
        "readStats",
        "Totals for staff",
        {
            200: SuccessResponse(
                "As they are now; above 100,000 rows what has ended is estimated.",
                schemas.Stats,
                schemas.STATS,
            )
        },
        refusals={403: ("forbidden",)},
    ),
)


account = ApiSchema(
    "Accounts",
    get=Operation(
        "readAccount",
        "Who you are",
        {200: SuccessResponse("With how much is kept of each kind.", AccountShape, ACCOUNT)},
        description="The caller's name, mail address, and how much is kept.",
    ),
    delete=Operation(
        "deleteAccount",
        "Erase your account",
        {
            200: SuccessResponse(
                "`isComplete`: nothing is left to be deleted.",
                schemas.AccountDeleted,
                {"success": True, "isComplete": True},
            )
        },
        description=(
            "Erases everything that is kept of the caller, for good. The password confirms it;"
            " without one, the username."
        ),
        body=ConfirmSerializer,
        example=CONFIRMED,
    ),
)
password = ApiSchema(
    "Accounts",
    post=Operation(
        "changePassword",
        "Set another password",
        {204: SuccessResponse("Everything that was signed in with the old one is signed out.")},
        description=(
            "The new one goes through the server's password rules. The browser that asks stays"
            " signed in."
        ),
        body=PasswordSerializer,
        example=CONFIRMED | {"newPassword": "battery staple horse"},
    ),
)
sign_out = ApiSchema(
    "Accounts",
    post=Operation(
        "signOutEverywhere",
        "Sign out everywhere",
        {
            204: SuccessResponse(
                "Every token, ticket, socket and sign-in but this browser's has ended."
            )
        },
        description=(
            "For when a token or a browser was lost. The browser that asks stays signed in."
        ),
        body=ConfirmSerializer,
        example=CONFIRMED,
    ),
)
export = ApiSchema(
    "Accounts",
    get=Operation("exportAccount", "Everything that is kept of you, as a file", {200: ZIP}),
)
