"""A second factor for the admin, when MINDFLIP_ADMIN_SECOND_FACTOR asks for it: a code of a phone,
or one of ten for when it is lost.
"""

from dataclasses import dataclass
from typing import Any

import segno
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django_otp.admin import OTPAdminAuthenticationForm
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

NAME, CODES, PHONE_DIGITS = "admin", 10, 6


class CodeForm(OTPAdminAuthenticationForm):
    """The password and the code at once; the library's own sentences name neither."""

    otp_error_messages = OTPAdminAuthenticationForm.otp_error_messages | {
        "token_required": "Type the code that your phone shows, or one of your recovery codes.",
        "invalid_token": "This code is not right, or was used before. Wait for the next one.",
        "device_required": (
            "There is no second factor for you yet: whoever runs this server makes one with"
            " manage.py second_factor."
        ),
    }

    def _chosen_device(self, user: User) -> Any:
        """What the code looks like tells whose it is: so a wrong one counts against that device
        alone, and nobody has to choose.
        """
        code = self.cleaned_data.get("otp_token", "")
        kind = TOTPDevice if code.isdigit() and len(code) == PHONE_DIGITS else StaticDevice
        return kind.objects.filter(user=user, confirmed=True).select_for_update().first()


class TwoFactorSite(AdminSite):
    """Asks for the code in the form and lets in only whose session has seen one.

    Without the setting it changes nothing.
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
    """What goes into the phone (`address`, an otpauth:// URI), and what is kept on paper (`codes`).

    It is shown once.
    """

    address: str
    codes: list[str]

    def picture(self) -> str:
        """The address as a QR code out of letters, for a terminal."""
        lines = segno.make(self.address, error="l").matrix_iter(border=2)
        return "\n".join("".join("██" if not dark else "  " for dark in line) for line in lines)


@transaction.atomic
def enroll(*, user: User) -> Enrollment:
    """A new key and ten new recovery codes; those from before are good no more."""
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    phone = TOTPDevice.objects.create(user=user, name=NAME, confirmed=True)
    paper = StaticDevice.objects.create(user=user, name=NAME, confirmed=True)
    codes = [StaticToken.random_token() for _ in range(CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=paper, token=code) for code in codes)
    return Enrollment(phone.config_url, codes)
