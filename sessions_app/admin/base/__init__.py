"""The admin site, and what the lists of every app share."""
