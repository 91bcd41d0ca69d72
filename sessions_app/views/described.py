"""The calls of this app as the OpenAPI document has them."""

from rest_framework_simplejwt.serializers import TokenRefreshSerializer

from sessions_app.rest.calls import Answer, Call, Calls, Link
from sessions_app.rest.components import Page
from sessions_app.serializers import (
    CredentialsSerializer,
    GenerationsQuerySerializer,
    RegisterSerializer,
    SessionCreateSerializer,
    SessionsQuerySerializer,
    WaitSerializer,
)
from sessions_app.services.shapes import GenerationShape
from sessions_app.views import examples, shapes

SESSION = {"sessionId": "$response.body#/sessionId"}
GENERATION = {"generationId": "$response.body#/generationId"}
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
        {201: Answer("Registered; now ask for a token.", shapes.Registered, examples.REGISTERED, links=OF_REGISTERED)},
        words="Register with a user name and a password, which goes through the server's password rules; then get a token.",
        body=RegisterSerializer,
        example=examples.REGISTRATION,
    ),
)
token = Calls(
    "Accounts",
    post=Call(
        "createToken",
        "Get a pair of tokens",
        {200: Answer("Send `access` as `Authorization: Bearer …`.", shapes.Tokens, examples.TOKENS, links=OF_TOKENS)},
        body=CredentialsSerializer,
        example=examples.CREDENTIALS,
        refusals={401: ("unauthorized",), 429: ("locked_out",)},
    ),
)
token_refresh = Calls(
    "Accounts",
    post=Call(
        "refreshToken",
        "Get the next pair of tokens",
        {200: Answer("The refresh token that was sent is used up.", shapes.Tokens, examples.TOKENS)},
        body=TokenRefreshSerializer,
        example={"refresh": examples.TOKENS["refresh"]},
        refusals={401: ("unauthorized",)},
    ),
)
sessions = Calls(
    "Sessions",
    get=Call(
        "listSessions",
        "List your sessions",
        {200: Answer("Newest first.", Page("SessionPage", shapes.OpenSessionShape), examples.SESSIONS)},
        words="Open ones, and those that ended in the last 30 days.",
        query=SessionsQuerySerializer,
        query_example={"status": "ready"},
    ),
    post=Call(
        "createSession",
        "Open a session",
        {201: Answer("Open `wsUrl` next, or ask over REST.", shapes.OpenSessionShape, examples.SESSION, MADE, OF_SESSION)},
        words="With any model id, in the catalogue or not. With `Idempotency-Key` the same request twice opens one session.",
        body=SessionCreateSerializer,
        example={"modelId": examples.MODEL},
        sent=("Idempotency-Key",),
        refusals={429: ("too_many_sessions",)} | TWICE,
    ),
)
session = Calls(
    "Sessions",
    get=Call(
        "readSession",
        "Read a session",
        {200: Answer("As it is now, also for 30 days after its end.", shapes.OpenSessionShape, examples.SESSION, links=OF_SESSION)},
        words="One session of the caller's. Reading it counts as activity.",
    ),
    delete=Call(
        "closeSession",
        "Close a session",
        {200: Answer("It is closed, now or since before.", shapes.Done, {"success": True})},
        words="Its sockets are closed (4404) and what waits in its queue is cancelled. The second time is harmless.",
    ),
)
ticket = Calls(
    "Sessions",
    post=Call(
        "createTicket",
        "Get a fresh socket address",
        {201: Answer("With a new ticket.", shapes.Socket, examples.SOCKET)},
        words="A socket address with a fresh ticket, while the session lives. No body is needed.",
        refusals={409: ENDED},
    ),
)
generations = Calls(
    "Generations",
    get=Call(
        "listGenerations",
        "List a session's generations",
        {200: Answer("Newest first, without their place in the queue.", Page("GenerationPage", GenerationShape), examples.GENERATIONS)},
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
                shapes.AskedGenerationShape,
                examples.GENERATION | {"cached": False},
                ("Location",),
                OF_GENERATION,
            )
        },
        words="The same queue as the socket's, for callers that hold none. An engine (a page with a loaded model) of the same user must be "
        "there to answer. With `Idempotency-Key` the same request twice is one generation.",
        body=shapes.Wish,
        example=examples.WISH,
        sent=("Idempotency-Key",),
        refusals={409: ENDED, 429: ("queue_full",)},
    ),
)
generation = Calls(
    "Generations",
    get=Call(
        "readGeneration",
        "Read a generation",
        {200: Answer("With its cards so far.", GenerationShape, examples.GENERATION, links=CANCEL)},
        words="State, place in the queue, attempts, cards so far. With `wait` the answer comes as soon as there is an outcome, or after so "
        "many seconds.",
        query=WaitSerializer,
        query_example={"wait": 0},
    ),
    delete=Call(
        "cancelGeneration",
        "Cancel a generation",
        {200: Answer("As it is now; an outcome it had stays.", shapes.CancelledGenerationShape, examples.GENERATION | {"success": True})},
        words="No engine is asked for it any more, and the one that is at it is told to stop. The second time is harmless.",
    ),
)
models = Calls(
    "Models",
    get=Call("listModels", "The model catalogue", {200: Answer("The operator's own models first.", shapes.Catalogue, examples.MODELS)}),
)
stats = Calls(
    "Models",
    get=Call(
        "readStats",
        "Totals for staff",
        {200: Answer("As they are now; above 100,000 rows what has ended is estimated.", shapes.Stats, examples.STATS)},
        refusals={403: ("forbidden",)},
    ),
)
