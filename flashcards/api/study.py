"""The REST API of studying: parse, call a service, answer."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flashcards.api import openapi, study_serializers
from flashcards.api.pagination import ReviewPages
from flashcards.models import Review, StudySettings
from flashcards.services import progress, reviews, study_queue
from sessions_app.rest.fields import validated_query


class QueueView(APIView):
    """What to study now: cards in their learning steps, due ones, new ones within the day's limits
    · `?deck=` of one deck alone.
    """

    schema = openapi.queue

    def get(self, request: Request) -> Response:
        deck_id = validated_query(study_serializers.QueueQuerySerializer, request).get("deck")
        queue = study_queue.study_queue(user=request.user, now=timezone.now(), deck_id=deck_id)
        return Response(study_serializers.queue_shape(queue))


class ReviewsView(generics.ListAPIView):
    """The caller's reviews, newest first · POST `{reviews: [{id, cardId, rating, reviewedAt,
    seconds?}]}` records a batch; the same id twice is one review, and a wrong item is refused
    alone.
    """

    schema = openapi.reviews
    pagination_class = ReviewPages

    def get_serializer_class(self) -> type:
        return (
            study_serializers.ReviewsSerializer
            if self.request.method == "POST"
            else study_serializers.ReviewSerializer
        )

    def get_queryset(self) -> Any:
        filters = validated_query(study_serializers.ReviewsQuerySerializer, self.request)
        return Review.objects.kept().filter(user=self.request.user, **filters)

    def post(self, request: Request) -> Response:
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        outcomes = reviews.reviews_record(
            user=request.user, items=body.validated_data["reviews"], now=timezone.now()
        )
        plan = study_queue.plan_of(study_queue.settings_for_user(user=request.user))
        return Response(
            {"results": [study_serializers.outcome_shape(outcome, plan) for outcome in outcomes]}
        )


class ReviewView(generics.RetrieveDestroyAPIView):
    """One review · DELETE takes it back: its card is as it was before."""

    schema = openapi.review
    serializer_class = study_serializers.ReviewSerializer

    def get_object(self) -> Review:
        return reviews.review_for_user(user=self.request.user, review_id=self.kwargs["review_id"])

    def destroy(self, request: Request, review_id: UUID) -> Response:
        reviews.review_undo(user=request.user, review_id=review_id, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class StudySettingsView(generics.RetrieveUpdateAPIView):
    """How the caller studies: the day's limits, how much to remember, when days begin · PATCH what
    changes.
    """

    schema = openapi.settings
    serializer_class = study_serializers.StudySettingsSerializer
    http_method_names = ["get", "patch", "head", "options"]

    def get_object(self) -> StudySettings:
        return study_queue.settings_for_user(user=self.request.user)

    def perform_update(self, serializer: Any) -> None:
        serializer.instance = study_queue.settings_change(
            user=self.request.user, fields=serializer.validated_data
        )


class ProgressView(APIView):
    """How studying goes: numbers, the last `?days=` (30) by rating, and what is due in the next
    30.
    """

    schema = openapi.progress

    def get(self, request: Request) -> Response:
        days = validated_query(study_serializers.ProgressQuerySerializer, request)["days"]
        return Response(
            study_serializers.progress_shape(
                progress.progress_of(user=request.user, now=timezone.now(), days=days)
            )
        )
