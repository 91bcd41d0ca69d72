"""The calls of studying as the OpenAPI document has them."""

from flashcards import examples
from flashcards.study import shapes
from flashcards.study.serializers import (
    ProgressQuerySerializer,
    QueueQuerySerializer,
    ReviewsQuerySerializer,
    ReviewsSerializer,
    StudySettingsSerializer,
)
from sessions_app.rest.calls import Answer, Call, Calls
from sessions_app.rest.components import Page

queue = Calls(
    "Study",
    get=Call(
        "readQueue",
        "What to study now",
        {200: Answer("At most 200 cards, with what each rating would give.", shapes.QueueShape, examples.QUEUE)},
        words="Cards in their learning steps, then due ones, then new ones within the day's limits; of one deck, or of all.",
        query=QueueQuerySerializer,
        refusals={404: ("not_found",)},
    ),
)
reviews = Calls(
    "Study",
    get=Call(
        "listReviews",
        "List your reviews",
        {200: Answer("Newest first, without those that were undone.", Page("ReviewPage", shapes.ReviewShape), examples.REVIEWS)},
        words="Of all cards, or of one; of all times, or of a span.",
        query=ReviewsQuerySerializer,
    ),
    post=Call(
        "recordReviews",
        "Record reviews",
        {200: Answer("An outcome for each.", shapes.OutcomesShape, examples.OUTCOMES)},
        words="A batch of 1 to 500. The same id twice is one review; a wrong item is refused alone, with a code.",
        body=ReviewsSerializer,
        example={"reviews": [examples.REVIEW]},
    ),
)
review = Calls(
    "Study",
    get=Call(
        "readReview",
        "Read a review",
        {200: Answer("Undone or not.", shapes.ReviewShape, examples.RECORDED)},
        words="Under the id that the client gave it.",
    ),
    delete=Call(
        "undoReview",
        "Take a review back",
        {204: Answer("Its card is as it was before.")},
        words="Later reviews of the card are applied anew. Twice is harmless.",
    ),
)
settings = Calls(
    "Study",
    get=Call(
        "readStudySettings",
        "How you study",
        {200: Answer("As it is now.", shapes.StudySettingsShape, examples.SETTINGS)},
        words="The day's limits, how much to remember, and when days begin.",
    ),
    patch=Call(
        "changeStudySettings",
        "Change how you study",
        {200: Answer("As it is now.", shapes.StudySettingsShape, examples.SETTINGS)},
        words="Members that are not sent stay as they are.",
        body=StudySettingsSerializer(partial=True),
        is_body_optional=True,
        example={"newPerDay": 10, "timeZone": "Europe/Vienna"},
    ),
)
progress = Calls(
    "Study",
    get=Call(
        "readProgress",
        "How studying goes",
        {200: Answer("In study days of the caller's.", shapes.ProgressShape, examples.PROGRESS)},
        words="Numbers, the last days by rating, and what is due in the next 30.",
        query=ProgressQuerySerializer,
        query_example={"days": 30},
    ),
)
