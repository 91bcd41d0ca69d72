"""A second factor for the admin, which MINDFLIP_ADMIN_SECOND_FACTOR turns on.

It is a code from a phone or, if the phone is lost, one of ten recovery codes.
"""

from dataclasses import dataclass
from typing import Any

import segno
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from django_otp.admin import OTPAdminAuthenticationForm
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

NAME, CODES, PHONE_DIGITS = "admin", 10, 6


class CodeForm(OTPAdminAuthenticationForm):
    """The form for signing in with a password and a code.

    Unlike those of django-otp, its messages explain where codes come from.
    """

    otp_error_messages = OTPAdminAuthenticationForm.otp_error_messages | {
        "token_required": gettext_lazy(
            "Type the code that your phone shows, or one of your recovery codes."
        ),
        "invalid_token": gettext_lazy(
            "This code is not right, or was used before. Wait for the next one."
        ),
        "device_required": gettext_lazy(
            "There is no second factor for you yet: whoever runs this server makes one with"
            " manage.py second_factor."
        ),
    }

    def _chosen_device(self, user: User) -> Any:
        """Return the device for the entered code, according to the form of the code.

        A code of six digits is from the phone, and any other code is a recovery code. A wrong code
        only counts against this device, and users do not have to choose a device.
        """
        code = self.cleaned_data.get("otp_token", "")
        kind = TOTPDevice if code.isdigit() and len(code) == PHONE_DIGITS else StaticDevice
        return kind.objects.filter(user=user, confirmed=True).select_for_update().first()


class TwoFactorSite(AdminSite):
    """An admin site that requires a code for signing in.

    Only sessions in which a code was verified have access. If the setting is off, nothing changes.
    """

    def has_permission(self, request: HttpRequest) -> bool:
        is_enough = not settings.ADMIN_SECOND_FACTOR or request.user.is_verified()
        return super().has_permission(request) and is_enough

    @property
    def login_form(self) -> Any:
        return CodeForm if settings.ADMIN_SECOND_FACTOR else None

    @property
    def login_template(self) -> Any:
        return "admin/login_code.html" if settings.ADMIN_SECOND_FACTOR else None


@dataclass(frozen=True)
class Enrollment:
    """The key for the phone (`address`, an otpauth:// URI) and the recovery codes (`codes`).

    They are displayed only once.
    """

    address: str
    codes: list[str]

    def picture(self) -> str:
        """Return the address as a QR code of text characters, for a terminal."""
        lines = segno.make(self.address, error="l").matrix_iter(border=2)
        return "\n".join("".join("██" if not dark else "  " for dark in line) for line in lines)


@transaction.atomic
def enroll(*, user: User) -> Enrollment:
    """Create a key and ten recovery codes for a user; earlier ones become invalid."""
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    phone = TOTPDevice.objects.create(user=user, name=NAME, confirmed=True)
    paper = StaticDevice.objects.create(user=user, name=NAME, confirmed=True)
    codes = [StaticToken.random_token() for _ in range(CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=paper, token=code) for code in codes)
    return Enrollment(phone.config_url, codes)
