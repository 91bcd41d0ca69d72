"""The REST calls of studying: the queue, reviews, settings, progress."""
