"""How a user studies: read with defaults, changed member by member."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import DataError, connection, transaction

from flashcards.models import StudySettings
from flashcards.names import camel
from flashcards.scheduling import Plan
from flashcards.study_days import StudyDays
from sessions_app.exceptions import Invalid

NO_ZONE = "Name a time zone as browsers do, like Europe/Vienna."


def settings_for_user(*, user: User) -> StudySettings:
    """The user's settings, or an unsaved row of the defaults."""
    return StudySettings.objects.filter(user=user).first() or StudySettings(user=user)


def settings_change(*, user: User, members: Mapping[str, Any]) -> StudySettings:
    """Change the members that are given (names as the columns). Raises Invalid, which names each wrong one."""
    changed = settings_for_user(user=user)
    for name, value in members.items():
        setattr(changed, name, value)
    _check(changed)
    StudySettings.objects.update_or_create(user=user, defaults=members)
    return changed


def plan_of(settings: StudySettings) -> Plan:
    """The settings as `flashcards.scheduling` takes them."""
    return Plan(settings.desired_retention, StudyDays(ZoneInfo(settings.time_zone), settings.day_begins_hour))


def _check(settings: StudySettings) -> None:
    faults: dict[str, list[str]] = {}  # by the names that clients know
    try:
        settings.clean_fields(exclude=["user"])
    except ValidationError as error:
        faults = {camel(name): sentences for name, sentences in error.message_dict.items()}
    if not _is_zone(settings.time_zone):
        faults["timeZone"] = [NO_ZONE]
    if faults:
        raise Invalid(next(iter(faults.values()))[0], fields=faults)


def _is_zone(name: str) -> bool:
    """Return whether Python and PostgreSQL both know the zone: each counts days with it, and Python also knows `localtime`."""
    if name not in available_timezones():
        return False
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT timezone(%s, now())", [name])
    except DataError:
        return False
    return True
