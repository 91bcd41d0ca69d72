"""Days as a learner has them: they begin at an hour of the learner's own, in the learner's own time zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class StudyDays:
    """What is learned at two in the night still belongs to the evening before, when the day begins at four."""

    zone: ZoneInfo
    begins_at_hour: int

    def day_of(self, moment: datetime) -> date:
        """The study day that an aware `moment` lies in."""
        local = moment.astimezone(self.zone).replace(tzinfo=None)
        return (local - timedelta(hours=self.begins_at_hour)).date()

    def start_of(self, day: date) -> datetime:
        """The first moment of a study day, in UTC; where clocks are put forward over that hour, the moment after the gap."""
        return datetime.combine(day, time(self.begins_at_hour), self.zone).astimezone(UTC)

    def end_of(self, day: date) -> datetime:
        """The first moment that does not belong to the day."""
        return self.start_of(day + timedelta(days=1))

    def between(self, earlier: datetime, later: datetime) -> int:
        """How many study days lie between two moments; never less than none, so that a clock put back does no harm."""
        return max(0, (self.day_of(later) - self.day_of(earlier)).days)
