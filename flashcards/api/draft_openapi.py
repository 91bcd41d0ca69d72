"""Descriptions of the REST operations on unsaved cards for the OpenAPI document."""

from flashcards.api import examples, schemas
from flashcards.api.draft_serializers import DraftStoreSerializer
from sessions_app.rest.openapi import ApiSchema, Operation, OperationLink, Page, SuccessResponse

DRAFT = {"draftId": "$response.body#/id"}
OF_DRAFT = {
    "read": OperationLink("readDraft", DRAFT),
    "delete": OperationLink("deleteDraft", DRAFT),
}
drafts = ApiSchema(
    "Drafts",
    get=Operation(
        "listDrafts",
        "List your unsaved cards",
        {
            200: SuccessResponse(
                "Newest first.", Page("DraftPage", schemas.DraftShape), examples.DRAFTS
            )
        },
        description="Each entry is a set of cards that is not saved as a deck.",
    ),
)
draft = ApiSchema(
    "Drafts",
    get=Operation(
        "readDraft",
        "Read unsaved cards",
        {
            200: SuccessResponse(
                "With their cards.", schemas.DraftDetailShape, examples.DRAFT_DETAIL
            )
        },
        description=(
            "Includes cards that the generations received after the draft was last stored, except"
            " those that are named in `record.dropped`."
        ),
    ),
    put=Operation(
        "storeDraft",
        "Store unsaved cards",
        {
            201: SuccessResponse(
                "New unsaved cards.", schemas.DraftShape, examples.DRAFT, ("Location",), OF_DRAFT
            ),
            200: SuccessResponse("They were replaced.", schemas.DraftShape, examples.DRAFT),
        },
        description=(
            "The client creates the ID. `version` is the version that is replaced, or 0 to create"
            " the draft. If there is another version, nothing changes."
        ),
        body=DraftStoreSerializer,
        example=examples.NEW_DRAFT,
        refusals={409: ("draft_changed", "too_many_drafts")},
    ),
    delete=Operation(
        "deleteDraft",
        "Discard unsaved cards",
        {204: SuccessResponse("They are deleted.")},
        description=(
            "The cards of their generations are counted as discarded. Store them again to undo"
            " this."
        ),
    ),
)
