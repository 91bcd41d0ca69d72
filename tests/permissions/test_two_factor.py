"""Second factor of the admin: the setting, TOTP codes and recovery codes.

Each code can be used once.
"""

import io

import pytest
from django.core.management import CommandError, call_command
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

ADMIN, LOGIN = "/admin/", "/admin/login/"


@pytest.fixture
def operator(alice):
    alice.is_staff = alice.is_superuser = True
    alice.save()
    return alice


@pytest.fixture
def second_factor_required(settings):
    settings.ADMIN_SECOND_FACTOR = True


@pytest.fixture
def command_output(operator):
    """Return the output of the command `second_factor`."""
    out = io.StringIO()
    call_command("second_factor", "alice", stdout=out)
    return out.getvalue()


def sign_in(client, password, **fields):
    return client.post(
        f"{LOGIN}?next={ADMIN}", {"username": "alice", "password": password, **fields}
    )


def code_of(user):
    device = TOTPDevice.objects.get(user=user)
    return f"{totp(device.bin_key, device.step, device.t0, device.digits):06d}"


def test_admin_sign_in_requires_only_password_without_setting(operator, client, password):
    assert sign_in(client, password)["Location"] == ADMIN
    assert client.get(ADMIN).status_code == 200


def test_admin_sign_in_with_password_alone_is_rejected_with_setting(
    operator, command_output, client, password, second_factor_required
):
    assert "Type the code" in sign_in(client, password).content.decode()
    client.force_login(operator)
    assert client.get(ADMIN).headers["Location"].startswith(LOGIN), (
        "a sign-in on the pages does not replace the second factor"
    )


def test_totp_code_is_accepted_only_once(
    operator, command_output, client, password, second_factor_required
):
    code = code_of(operator)
    assert sign_in(client, password, otp_token=code)["Location"] == ADMIN
    assert client.get(ADMIN).status_code == 200
    client.logout()
    assert sign_in(client, password, otp_token=code).status_code == 200


def test_recovery_code_is_accepted_only_once(
    operator, command_output, client, password, second_factor_required
):
    code = command_output.split()[-1]
    assert sign_in(client, password, otp_token=code)["Location"] == ADMIN
    client.logout()
    assert sign_in(client, password, otp_token=code).status_code == 200


def test_admin_sign_in_of_user_without_device_is_rejected(
    operator, client, password, second_factor_required
):
    assert sign_in(client, password, otp_token="123456").status_code == 200
    assert client.get(ADMIN).status_code == 302


def test_command_prints_totp_uri_and_replaces_key(operator, command_output):
    assert "otpauth://totp/MindFlip" in command_output
    old_key = TOTPDevice.objects.get().key
    call_command("second_factor", "alice", stdout=io.StringIO())
    assert TOTPDevice.objects.get().key != old_key


def test_command_rejects_user_who_is_not_staff(bob):
    with pytest.raises(CommandError, match="Nobody of the staff"):
        call_command("second_factor", "bob")
