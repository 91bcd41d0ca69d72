"""The expected response of each endpoint for each test user.

There is one row for each route, by its name. A route without a row fails the tests.

To add a row, choose the kind of the endpoint (see below), and list its methods and the responses to
authorized users. An address or a body can refer to Alice's objects, as in `<card_id>`; see
`things.py` for a list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SIGN_IN, ADMIN_SIGN_IN = "/sign-in", "/admin/login/"  # the answer is a redirect to this page
AS_TOLD = 0  # use the answer in the row
TURNED_AWAY = ("nobody", "expired", "refresh", "signed out", "revoked", "disabled")
Answer = int | str
Call = Answer | tuple[Answer, Any]  # the answer to authorized users, and the body to send


@dataclass(frozen=True)
class Kind:
    """The answers that unauthorized test users receive from one kind of endpoint.

    `nobody` is the answer to users without valid authentication, `bad_token` the answer to invalid
    tokens, and `others` maps the names of test users to their answers. Pages ignore tokens.
    """

    nobody: Answer = AS_TOLD
    bad_token: Answer = AS_TOLD
    others: Mapping[str, Answer] = field(default_factory=dict)
    is_page: bool = False

    def answer(self, name: str, means: str) -> Answer:
        if name in TURNED_AWAY or (self.is_page and means == "bearer"):
            return self.bad_token if means == "bearer" and not self.is_page else self.nobody
        return self.others.get(name, AS_TOLD)


NOT_THERE = {"charlie": 404, "staff": 404, "support": 404}
OWNED = Kind(401, 401, NOT_THERE)  # an object of Alice, which does not exist for other users
EACH = Kind(401, 401)  # each user has their own
STAFF = Kind(401, 401, {"alice": 403, "charlie": 403})
PUBLIC = Kind(bad_token=401)  # accessible to everyone, but a token must be valid
OPEN = Kind()  # authentication is ignored

# Signed-in users are redirected.
LEFT_BEHIND = Kind(
    others=dict.fromkeys(("alice", "charlie", "staff", "support"), "/"), is_page=True
)
OWNED_PAGE = Kind(SIGN_IN, others=NOT_THERE, is_page=True)
EACH_PAGE = Kind(SIGN_IN, is_page=True)
OPEN_PAGE = Kind(is_page=True)

NO_STAFF = {"alice": ADMIN_SIGN_IN, "charlie": ADMIN_SIGN_IN}
ADMIN = Kind(ADMIN_SIGN_IN, others=NO_STAFF, is_page=True)
# Staff without a role see nothing.
SUPPORT_READS = Kind(ADMIN_SIGN_IN, others=NO_STAFF | {"staff": 403}, is_page=True)
SUPERUSERS = Kind(ADMIN_SIGN_IN, others=NO_STAFF | {"staff": 403, "support": 403}, is_page=True)


@dataclass(frozen=True)
class Row:
    """The kind of an endpoint, and the answers of its methods to authorized users.

    `ids` maps a variable of the route to the name of one of Alice's objects, if the names differ.
    """

    kind: Kind
    calls: dict[str, Call]
    ids: Mapping[str, str] = field(default_factory=dict)
    query: str = ""


def row(kind: Kind, query: str = "", ids: Mapping[str, str] | None = None, **calls: Call) -> Row:
    return Row(kind, {method.upper(): call for method, call in calls.items()}, ids or {}, query)


CARDS = {"cards": ["<card_id>"]}
MOVED = row(OPEN, **dict.fromkeys(("get", "post", "put", "patch", "delete"), 308))
BINNED_DECK, BINNED_CARD = {"deck_id": "binned_deck_id"}, {"card_id": "binned_card_id"}

ROWS: dict[str, Row] = {
    # --- accounts
    "register": row(OPEN, post=(400, {})),
    "token": row(OPEN, post=(401, {"username": "alice", "password": "wrong"})),
    "token-refresh": row(OPEN, post=(401, {"refresh": "nonsense"})),
    "api-account": row(EACH, get=200, delete=(400, {"password": "wrong"})),
    "api-account-password": row(
        EACH, post=(400, {"password": "wrong", "newPassword": "another long phrase"})
    ),
    "api-account-sign-out": row(EACH, post=(400, {"password": "wrong"})),
    "api-account-export": row(EACH, get=200),
    # --- the API's description
    "schema": row(PUBLIC, get=200),
    "schema-json": row(PUBLIC, get=200),
    "schema-yaml": row(PUBLIC, get=200),
    "api-docs": row(OPEN_PAGE, get=200),
    # --- sessions
    "webllm-sessions": row(EACH, get=200, post=(201, {"modelId": "m"})),
    "webllm-session": row(OWNED, get=200, delete=200),
    "webllm-ticket": row(OWNED, post=201),
    "webllm-generations": row(
        OWNED, get=200, post=(202, {"prompt": "Tides", "options": {"topic": "Tides", "count": 1}})
    ),
    "webllm-generation": row(OWNED, get=200, delete=200),
    "webllm-models": row(PUBLIC, get=200),
    "webllm-stats": row(STAFF, get=200),
    # --- decks and cards
    "api-decks": row(EACH, get=200, post=(201, {"name": "Mine"})),
    "api-deck": row(OWNED, get=200, patch=(200, {"name": "Mine"}), delete=204),
    "api-deck-export": row(OWNED, "?format=csv", get=200),
    "api-deck-cards": row(OWNED, get=200, post=(201, {"front": "a", "back": "b"})),
    "api-card": row(OWNED, get=200, patch=(200, {"front": "mine"}), delete=204),
    "api-trash": row(EACH, get=200, delete=204),
    "api-trash-decks": row(EACH, get=200),
    "api-trash-deck": row(OWNED, ids=BINNED_DECK, delete=204),
    "api-trash-cards": row(EACH, get=200),
    "api-trash-card": row(OWNED, ids=BINNED_CARD, delete=204),
    "api-deck-restore": row(OWNED, ids=BINNED_DECK, post=(200, {})),
    "api-deck-merge": row(OWNED, post=(200, {"into": "<other_deck_id>"})),
    "api-cards-move": row(OWNED, post=(200, CARDS | {"to": "<other_deck_id>"})),
    "api-cards-tag": row(OWNED, post=(200, CARDS | {"add": ["mine"]})),
    "api-cards-delete": row(OWNED, post=(200, CARDS)),
    "api-cards-restore": row(OWNED, post=(200, {"cards": ["<binned_card_id>"]})),
    "api-card-restore": row(OWNED, ids=BINNED_CARD, post=200),
    "api-duplicates": row(EACH, get=200),
    "api-duplicates-keep": row(OWNED, post=(204, {"frontKey": "<front_key>"})),
    "api-tags": row(EACH, get=200),
    # --- studying
    "api-study-queue": row(EACH, get=200),
    "api-study-settings": row(EACH, get=200, patch=(200, {"newPerDay": 3})),
    "api-study-progress": row(EACH, get=200),
    "api-reviews": row(
        EACH,
        get=200,
        post=(200, {"reviews": [{"id": "<import_id>", "cardId": "<card_id>", "rating": "good"}]}),
    ),
    "api-review": row(OWNED, get=200, delete=204),
    # --- files; an import is visible to its user only
    "api-imports": row(EACH, post=400),
    "api-import-preview": row(EACH, post=400),
    "api-import": row(EACH, get=404, delete=204),
    # --- pages
    "home": row(OPEN_PAGE, get=200),
    "manifest": row(OPEN_PAGE, get=200),
    "service-worker": row(OPEN_PAGE, get=200),
    "catalogue": row(OPEN_PAGE, get=404),  # English, the only language, has no catalogue
    "offline": row(OPEN_PAGE, get=200),
    "sign-in": row(LEFT_BEHIND, get=200, post=200),
    "sign-up": row(LEFT_BEHIND, get=200, post=200),
    "sign-out": row(OPEN_PAGE, post=SIGN_IN),
    "account": row(EACH_PAGE, get=200),
    "account-deleted": row(OPEN_PAGE, get=200),
    "decks": row(EACH_PAGE, get=200),
    "trash": row(EACH_PAGE, get=200),
    "duplicates": row(EACH_PAGE, get=200),
    "deck": row(OWNED_PAGE, get=200),
    "import": row(EACH_PAGE, get=200),
    "print": row(OWNED_PAGE, get=200),
    "study-deck": row(OWNED_PAGE, get=200),
    "study": row(EACH_PAGE, get=200),
    "progress": row(EACH_PAGE, get=200),
    "rest_framework:login": row(LEFT_BEHIND, get=200, post=200),
    "rest_framework:logout": row(OPEN_PAGE, post=SIGN_IN),
    # --- addresses of the previous version, which redirect everyone
    **{
        f"legacy:{name}": MOVED
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
    "admin:index": row(ADMIN, get=200),
    "admin:login": row(
        Kind(others={"staff": "/admin/", "support": "/admin/"}, is_page=True), get=200
    ),
    "admin:logout": row(
        Kind("/admin/", others={"alice": "/admin/", "charlie": "/admin/"}, is_page=True),
        post=SIGN_IN,
    ),
    "admin:password_change": row(ADMIN, get=200),
    "admin:password_change_done": row(ADMIN, get=200),
    "admin:jsi18n": row(ADMIN, get=200),
    "admin:sessions_app_webllmsession_changelist": row(SUPPORT_READS, get=200),
    "admin:sessions_app_generation_changelist": row(SUPPORT_READS, get=200),
    "admin:sessions_app_engine_changelist": row(SUPPORT_READS, get=200),
    "admin:flashcards_deck_changelist": row(SUPPORT_READS, get=200),
    "admin:overview-now": row(SUPPORT_READS, get=200),
    "admin:overview-figures": row(SUPPORT_READS, get=200),
    "admin:flashcards_card_changelist": row(SUPERUSERS, get=200),
    "admin:flashcards_schedule_changelist": row(SUPERUSERS, get=200),
    "admin:flashcards_review_changelist": row(SUPERUSERS, get=200),
    "admin:flashcards_studysettings_changelist": row(SUPERUSERS, get=200),
    "admin:flashcards_ignoredduplicate_changelist": row(SUPERUSERS, get=200),
    "admin:admin_logentry_changelist": row(SUPERUSERS, get=200),
    "admin:auth_user_changelist": row(SUPPORT_READS, get=200),
    "admin:auth_group_changelist": row(SUPERUSERS, get=200),
    "admin:otp_totp_totpdevice_changelist": row(SUPERUSERS, get=200),
    "admin:otp_static_staticdevice_changelist": row(SUPERUSERS, get=200),
    "admin:axes_accessattempt_changelist": row(SUPERUSERS, get=200),
    "admin:axes_accesslog_changelist": row(SUPERUSERS, get=200),
    "admin:axes_accessfailurelog_changelist": row(SUPERUSERS, get=200),
    "admin:token_blacklist_outstandingtoken_changelist": row(SUPERUSERS, get=200),
    "admin:token_blacklist_blacklistedtoken_changelist": row(SUPERUSERS, get=200),
}
# These are the pages behind the lists: see test_behind_the_admins_lists.
BEHIND_LISTS = ("admin:*_add", "admin:*_change", "admin:*_delete", "admin:*_history",
"admin:*_password_change",
                "admin:otp_totp_totpdevice_config", "admin:otp_totp_totpdevice_qrcode",
                "admin:admin/*",
                "admin:app_list", "admin:autocomplete")  # fmt: skip

OPENS = 0  # instead of a close code


def session_socket(knocker: Any) -> int:
    """Return the expected close code, or OPENS.

    Cookies are ignored. A token gives its user access to their own sessions only.
    """
    if knocker.means != "bearer" or knocker.name in ("expired", "refresh", "revoked"):
        return 4401
    return {"alice": OPENS, "disabled": 4403}.get(knocker.name, 4404)


# Maps the pattern of each socket route to a function that returns the expected close code.
SOCKETS = {"ws/webllm/<uuid:session_id>": session_socket, "": lambda knocker: 4404}
