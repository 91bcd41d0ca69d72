"""The second factor of the admin: the setting, the phone's codes and the recovery codes.

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
def shown(operator):
    """Return the output of the command `second_factor`."""
    out = io.StringIO()
    call_command("second_factor", "alice", stdout=out)
    return out.getvalue()


def sign_in(client, password, **more):
    return client.post(f"{LOGIN}?next={ADMIN}", {"username": "alice", "password": password, **more})


def code_of(user):
    device = TOTPDevice.objects.get(user=user)
    return f"{totp(device.bin_key, device.step, device.t0, device.digits):06d}"


def test_without_the_setting_a_password_is_enough(operator, client, password):
    assert sign_in(client, password)["Location"] == ADMIN
    assert client.get(ADMIN).status_code == 200


def test_with_it_a_password_alone_opens_nothing(
    operator, shown, client, password, second_factor_required
):
    assert "Type the code" in sign_in(client, password).content.decode()
    client.force_login(operator)
    assert client.get(ADMIN).headers["Location"].startswith(LOGIN), (
        "a sign-in on the pages is no second factor"
    )


def test_the_code_of_the_phone_opens_once(
    operator, shown, client, password, second_factor_required
):
    code = code_of(operator)
    assert sign_in(client, password, otp_token=code)["Location"] == ADMIN
    assert client.get(ADMIN).status_code == 200
    client.logout()
    assert sign_in(client, password, otp_token=code).status_code == 200


def test_a_recovery_code_opens_once(operator, shown, client, password, second_factor_required):
    code = shown.split()[-1]
    assert sign_in(client, password, otp_token=code)["Location"] == ADMIN
    client.logout()
    assert sign_in(client, password, otp_token=code).status_code == 200


def test_who_has_no_device_is_not_let_in(operator, client, password, second_factor_required):
    assert sign_in(client, password, otp_token="123456").status_code == 200
    assert client.get(ADMIN).status_code == 302


def test_the_command_shows_an_address_for_the_app_and_ends_the_old_one(operator, shown):
    assert "otpauth://totp/MindFlip" in shown
    old = TOTPDevice.objects.get().key
    call_command("second_factor", "alice", stdout=io.StringIO())
    assert TOTPDevice.objects.get().key != old


def test_nobody_but_the_staff_gets_one(bob):
    with pytest.raises(CommandError, match="Nobody of the staff"):
        call_command("second_factor", "bob")
