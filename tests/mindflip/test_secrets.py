"""Secrets in messages and exceptions of libraries are hidden before they leave the process."""

import pytest

from mindflip.monitoring.logging import REDACTED, redact


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "GET /ws/webllm/1?ticket=abc:def&lastSeq=3",
            f"GET /ws/webllm/1?ticket={REDACTED}&lastSeq=3",
        ),
        ("/x?a=1&token=abc", f"/x?a=1&token={REDACTED}"),
        ("Authorization: Bearer abcdefgh.ij", f"Authorization: Bearer {REDACTED}"),
        (
            "{'password': 'hush', 'username': 'alice'}",
            f"{{'password': '{REDACTED}', 'username': 'alice'}}",
        ),
        ('{"refresh": "hush"}', f'{{"refresh": "{REDACTED}"}}'),
        ("postgresql://mindflip:hush@db/name", f"postgresql://mindflip:{REDACTED}@db/name"),
        ("it was eyJhbGciOi.eyJ0b2tlbl.x-Y_z9", f"it was {REDACTED}"),
        ("/x-eyJa-eyJhbGciOi.eyJ0b2tlbl.x/y", f"/x-{REDACTED}/y"),
        ("eyJ.eyJab.eyJcd", "eyJ.eyJab.eyJcd"),
        (
            "refused\nDETAIL:  Failing row contains (1, a prompt).\nand more",
            f"refused\nDETAIL: {REDACTED}",
        ),
        (
            "DETAIL:  row\n\nThe above exception was the cause",
            f"DETAIL: {REDACTED}\n\nThe above exception was the cause",
        ),
        ("Generation 5 of 7: succeeded", "Generation 5 of 7: succeeded"),
    ],
)
def test_secrets_are_redacted_and_other_text_is_kept(text, expected):
    assert redact(text) == expected


@pytest.mark.parametrize("piece", ["-eyJ", "eyJ-", "eyJ.", "eyJa..", "://a:"])
def test_text_that_only_starts_like_secrets_is_kept(piece):
    text = piece * 100_000  # takes hours unless the regular expression runs in linear time
    assert redact(text) == text
