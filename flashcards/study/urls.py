from django.urls import path

from flashcards.study import views

urlpatterns = [
    path("study/queue", views.QueueView.as_view(), name="api-study-queue"),
    path("study/settings", views.StudySettingsView.as_view(), name="api-study-settings"),
    path("study/progress", views.ProgressView.as_view(), name="api-study-progress"),
    path("reviews", views.ReviewsView.as_view(), name="api-reviews"),
    path("reviews/<uuid:review_id>", views.ReviewView.as_view(), name="api-review"),
]
