"""The expected response of each endpoint for each test user.

There is one row for each route, by its name. A route without a row fails the tests.

To add a row, choose who has access to the endpoint (see below), and list its methods and the
responses to authorized users. A URL or a body can refer to Alice's objects, as in `<card_id>`; see
`objects.py` for a list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SIGN_IN, ADMIN_SIGN_IN = "/sign-in", "/admin/login/"  # expects a redirect to this page
FROM_ROW = 0  # use the expected response of the row
UNAUTHENTICATED = ("anonymous", "expired", "refresh", "signed out", "revoked", "disabled")
Expected = int | str  # a status, or the path of a redirect
Call = Expected | tuple[Expected, Any]  # the response to authorized users, and the body to send


@dataclass(frozen=True)
class Access:
    """The responses that unauthorized test users receive from one kind of endpoint.

    `unauthenticated` is the response to users without valid authentication, `invalid_token` the
    response to invalid tokens, and `by_name` maps names of test users to responses. Pages ignore
    tokens.
    """

    unauthenticated: Expected = FROM_ROW
    invalid_token: Expected = FROM_ROW
    by_name: Mapping[str, Expected] = field(default_factory=dict)
    is_page: bool = False

    def expected(self, name: str, authentication: str) -> Expected:
        if name in UNAUTHENTICATED or (self.is_page and authentication == "bearer"):
            return (
                self.invalid_token
                if authentication == "bearer" and not self.is_page
                else self.unauthenticated
            )
        return self.by_name.get(name, FROM_ROW)


NOT_FOUND_FOR_OTHERS = {"charlie": 404, "staff": 404, "support": 404}
OWNED = Access(401, 401, NOT_FOUND_FOR_OTHERS)  # other users get 404 for Alice's objects
PER_USER = Access(401, 401)  # each user accesses their own data
STAFF_ONLY = Access(401, 401, {"alice": 403, "charlie": 403})
PUBLIC = Access(invalid_token=401)  # accessible without authentication, but a token must be valid
IGNORES_AUTHENTICATION = Access()

# Pages for signed-out users, which redirect signed-in users.
SIGNED_OUT_PAGE = Access(
    by_name=dict.fromkeys(("alice", "charlie", "staff", "support"), "/"), is_page=True
)
OWNED_PAGE = Access(SIGN_IN, by_name=NOT_FOUND_FOR_OTHERS, is_page=True)
PER_USER_PAGE = Access(SIGN_IN, is_page=True)
PUBLIC_PAGE = Access(is_page=True)

REDIRECT_NON_STAFF = {"alice": ADMIN_SIGN_IN, "charlie": ADMIN_SIGN_IN}
STAFF_PAGE = Access(ADMIN_SIGN_IN, by_name=REDIRECT_NON_STAFF, is_page=True)
# Staff without the support role have no access.
SUPPORT_PAGE = Access(ADMIN_SIGN_IN, by_name=REDIRECT_NON_STAFF | {"staff": 403}, is_page=True)
SUPERUSER_PAGE = Access(
    ADMIN_SIGN_IN, by_name=REDIRECT_NON_STAFF | {"staff": 403, "support": 403}, is_page=True
)


@dataclass(frozen=True)
class Row:
    """The access to an endpoint, and the responses of its methods to authorized users.

    `ids` maps a variable of the route to the name of one of Alice's objects, if the names differ.
    """

    access: Access
    calls: dict[str, Call]
    ids: Mapping[str, str] = field(default_factory=dict)
    query: str = ""


def row(
    access: Access, query: str = "", ids: Mapping[str, str] | None = None, **calls: Call
) -> Row:
    return Row(access, {method.upper(): call for method, call in calls.items()}, ids or {}, query)


CARDS = {"cards": ["<card_id>"]}
REDIRECTED = row(
    IGNORES_AUTHENTICATION, **dict.fromkeys(("get", "post", "put", "patch", "delete"), 308)
)
TRASHED_DECK, TRASHED_CARD = {"deck_id": "trashed_deck_id"}, {"card_id": "trashed_card_id"}

ROWS: dict[str, Row] = {
    # --- accounts
    "register": row(IGNORES_AUTHENTICATION, post=(400, {})),
    "token": row(IGNORES_AUTHENTICATION, post=(401, {"username": "alice", "password": "wrong"})),
    "token-refresh": row(IGNORES_AUTHENTICATION, post=(401, {"refresh": "nonsense"})),
    "api-account": row(PER_USER, get=200, delete=(400, {"password": "wrong"})),
    "api-account-password": row(
        PER_USER, post=(400, {"password": "wrong", "newPassword": "another long phrase"})
    ),
    "api-account-sign-out": row(PER_USER, post=(400, {"password": "wrong"})),
    "api-account-export": row(PER_USER, get=200),
    # --- the API's description
    "schema": row(PUBLIC, get=200),
    "schema-json": row(PUBLIC, get=200),
    "schema-yaml": row(PUBLIC, get=200),
    "api-docs": row(PUBLIC_PAGE, get=200),
    # --- sessions
    "webllm-sessions": row(PER_USER, get=200, post=(201, {"modelId": "m"})),
    "webllm-session": row(OWNED, get=200, delete=200),
    "webllm-ticket": row(OWNED, post=201),
    "webllm-generations": row(
        OWNED, get=200, post=(202, {"prompt": "Tides", "options": {"topic": "Tides", "count": 1}})
    ),
    "webllm-generation": row(OWNED, get=200, delete=200),
    "webllm-models": row(PUBLIC, get=200),
    "webllm-stats": row(STAFF_ONLY, get=200),
    # --- decks and cards
    "api-decks": row(PER_USER, get=200, post=(201, {"name": "Mine"})),
    "api-deck": row(OWNED, get=200, patch=(200, {"name": "Mine"}), delete=204),
    "api-deck-export": row(OWNED, "?format=csv", get=200),
    "api-deck-cards": row(OWNED, get=200, post=(201, {"front": "a", "back": "b"})),
    "api-card": row(OWNED, get=200, patch=(200, {"front": "mine"}), delete=204),
    "api-drafts": row(PER_USER, get=200),
    "api-draft": row(OWNED, get=200, put=(200, {"version": 1, "topic": "Mine"}), delete=204),
    "api-trash": row(PER_USER, get=200, delete=204),
    "api-trash-decks": row(PER_USER, get=200),
    "api-trash-deck": row(OWNED, ids=TRASHED_DECK, delete=204),
    "api-trash-cards": row(PER_USER, get=200),
    "api-trash-card": row(OWNED, ids=TRASHED_CARD, delete=204),
    "api-deck-restore": row(OWNED, ids=TRASHED_DECK, post=(200, {})),
    "api-deck-merge": row(OWNED, post=(200, {"into": "<other_deck_id>"})),
    "api-cards-move": row(OWNED, post=(200, CARDS | {"to": "<other_deck_id>"})),
    "api-cards-tag": row(OWNED, post=(200, CARDS | {"add": ["mine"]})),
    "api-cards-delete": row(OWNED, post=(200, CARDS)),
    "api-cards-restore": row(OWNED, post=(200, {"cards": ["<trashed_card_id>"]})),
    "api-card-restore": row(OWNED, ids=TRASHED_CARD, post=200),
    "api-duplicates": row(PER_USER, get=200),
    "api-duplicates-keep": row(OWNED, post=(204, {"frontKey": "<front_key>"})),
    "api-tags": row(PER_USER, get=200),
    # --- studying
    "api-study-queue": row(PER_USER, get=200),
    "api-study-settings": row(PER_USER, get=200, patch=(200, {"newPerDay": 3})),
    "api-study-progress": row(PER_USER, get=200),
    "api-reviews": row(
        PER_USER,
        get=200,
        post=(200, {"reviews": [{"id": "<import_id>", "cardId": "<card_id>", "rating": "good"}]}),
    ),
    "api-review": row(OWNED, get=200, delete=204),
    # --- files; an import is visible only to its user
    "api-imports": row(PER_USER, post=400),
    "api-import-preview": row(PER_USER, post=400),
    "api-import": row(PER_USER, get=404, delete=204),
    # --- pages
    "home": row(PUBLIC_PAGE, get=200),
    "manifest": row(PUBLIC_PAGE, get=200),
    "service-worker": row(PUBLIC_PAGE, get=200),
    "catalogue": row(PUBLIC_PAGE, get=404),  # English, the only language, has no catalogue
    "offline": row(PUBLIC_PAGE, get=200),
    "sign-in": row(SIGNED_OUT_PAGE, get=200, post=200),
    "sign-up": row(SIGNED_OUT_PAGE, get=200, post=200),
    "sign-out": row(PUBLIC_PAGE, post=SIGN_IN),
    "account": row(PER_USER_PAGE, get=200),
    "account-deleted": row(PUBLIC_PAGE, get=200),
    "decks": row(PER_USER_PAGE, get=200),
    "trash": row(PER_USER_PAGE, get=200),
    "duplicates": row(PER_USER_PAGE, get=200),
    "deck": row(OWNED_PAGE, get=200),
    "import": row(PER_USER_PAGE, get=200),
    "print": row(OWNED_PAGE, get=200),
    "study-deck": row(OWNED_PAGE, get=200),
    "study": row(PER_USER_PAGE, get=200),
    "progress": row(PER_USER_PAGE, get=200),
    "rest_framework:login": row(SIGNED_OUT_PAGE, get=200, post=200),
    "rest_framework:logout": row(PUBLIC_PAGE, post=SIGN_IN),
    # --- URLs of the previous version, which redirect all users
    **{
        f"legacy:{name}": REDIRECTED
        for name in (
            "trash",
            "api-trash",
            "api-trash-decks",
            "api-trash-deck",
            "api-trash-cards",
            "api-trash-card",
            "api-cards-move",
            "api-cards-tag",
            "api-cards-delete",
            "api-cards-restore",
            "admin-duplicates",
            "admin-duplicate",
        )
    },
    # --- the admin
    "admin:index": row(STAFF_PAGE, get=200),
    "admin:login": row(
        Access(by_name={"staff": "/admin/", "support": "/admin/"}, is_page=True), get=200
    ),
    "admin:logout": row(
        Access("/admin/", by_name={"alice": "/admin/", "charlie": "/admin/"}, is_page=True),
        post=SIGN_IN,
    ),
    "admin:password_change": row(STAFF_PAGE, get=200),
    "admin:password_change_done": row(STAFF_PAGE, get=200),
    "admin:jsi18n": row(STAFF_PAGE, get=200),
    "admin:sessions_app_webllmsession_changelist": row(SUPPORT_PAGE, get=200),
    "admin:sessions_app_generation_changelist": row(SUPPORT_PAGE, get=200),
    "admin:sessions_app_engine_changelist": row(SUPPORT_PAGE, get=200),
    "admin:flashcards_deck_changelist": row(SUPPORT_PAGE, get=200),
    "admin:overview-now": row(SUPPORT_PAGE, get=200),
    "admin:overview-figures": row(SUPPORT_PAGE, get=200),
    "admin:flashcards_card_changelist": row(SUPERUSER_PAGE, get=200),
    "admin:flashcards_schedule_changelist": row(SUPERUSER_PAGE, get=200),
    "admin:flashcards_review_changelist": row(SUPERUSER_PAGE, get=200),
    "admin:flashcards_studysettings_changelist": row(SUPERUSER_PAGE, get=200),
    "admin:flashcards_ignoredduplicate_changelist": row(SUPERUSER_PAGE, get=200),
    "admin:admin_logentry_changelist": row(SUPERUSER_PAGE, get=200),
    "admin:auth_user_changelist": row(SUPPORT_PAGE, get=200),
    "admin:auth_group_changelist": row(SUPERUSER_PAGE, get=200),
    "admin:otp_totp_totpdevice_changelist": row(SUPERUSER_PAGE, get=200),
    "admin:otp_static_staticdevice_changelist": row(SUPERUSER_PAGE, get=200),
    "admin:axes_accessattempt_changelist": row(SUPERUSER_PAGE, get=200),
    "admin:axes_accesslog_changelist": row(SUPERUSER_PAGE, get=200),
    "admin:axes_accessfailurelog_changelist": row(SUPERUSER_PAGE, get=200),
    "admin:token_blacklist_outstandingtoken_changelist": row(SUPERUSER_PAGE, get=200),
    "admin:token_blacklist_blacklistedtoken_changelist": row(SUPERUSER_PAGE, get=200),
}
# Pages below the admin's lists, which have a test instead of a row.
ADMIN_SUBPAGES = ("admin:*_add", "admin:*_change", "admin:*_delete", "admin:*_history",
"admin:*_password_change",
                "admin:otp_totp_totpdevice_config", "admin:otp_totp_totpdevice_qrcode",
                "admin:admin/*",
                "admin:app_list", "admin:autocomplete")  # fmt: skip

ACCEPTED = 0  # used instead of a close code


def session_socket_code(identity: Any) -> int:
    """Return the expected close code, or ACCEPTED.

    Cookies are ignored. A token gives access only to the sessions of its user.
    """
    if identity.authentication != "bearer" or identity.name in ("expired", "refresh", "revoked"):
        return 4401
    return {"alice": ACCEPTED, "disabled": 4403}.get(identity.name, 4404)


# Maps the pattern of each socket route to a function that returns the expected close code.
SOCKETS = {"ws/webllm/<uuid:session_id>": session_socket_code, "": lambda identity: 4404}
