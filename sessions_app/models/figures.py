"""What operators' charts are drawn from: an hour's figures as a row, because counting millions of generations anew takes seconds."""

from django.db import models


class HourFigures(models.Model):
    """The figures of the generations that were asked for within one hour (see `services.figures`)."""

    hour = models.DateTimeField(primary_key=True)
    figures = models.JSONField()

    def __str__(self) -> str:
        return f"figures of {self.hour:%Y-%m-%d %H:00}"
