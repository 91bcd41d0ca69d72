"""What a library may have put into a message or an exception is hidden before it leaves the
process.
"""

import pytest

from mindflip.monitoring.logging import HIDDEN, redact


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            "GET /ws/webllm/1?ticket=abc:def&lastSeq=3",
            f"GET /ws/webllm/1?ticket={HIDDEN}&lastSeq=3",
        ),
        ("/x?a=1&token=abc", f"/x?a=1&token={HIDDEN}"),
        ("Authorization: Bearer abcdefgh.ij", f"Authorization: Bearer {HIDDEN}"),
        (
            "{'password': 'hush', 'username': 'alice'}",
            f"{{'password': '{HIDDEN}', 'username': 'alice'}}",
        ),
        ('{"refresh": "hush"}', f'{{"refresh": "{HIDDEN}"}}'),
        ("postgresql://mindflip:hush@db/name", f"postgresql://mindflip:{HIDDEN}@db/name"),
        ("it was eyJhbGciOi.eyJ0b2tlbl.x-Y_z9", f"it was {HIDDEN}"),
        ("/x-eyJa-eyJhbGciOi.eyJ0b2tlbl.x/y", f"/x-{HIDDEN}/y"),
        ("eyJ.eyJab.eyJcd", "eyJ.eyJab.eyJcd"),
        (
            "refused\nDETAIL:  Failing row contains (1, a prompt).\nand more",
            f"refused\nDETAIL: {HIDDEN}",
        ),
        (
            "DETAIL:  row\n\nThe above exception was the cause",
            f"DETAIL: {HIDDEN}\n\nThe above exception was the cause",
        ),
        ("Generation 5 of 7: succeeded", "Generation 5 of 7: succeeded"),
    ],
)
def test_secrets_are_hidden_and_the_rest_is_kept(text, kept):
    assert redact(text) == kept


@pytest.mark.parametrize("piece", ["-eyJ", "eyJ-", "eyJ.", "eyJa..", "://a:"])
def test_text_that_only_begins_like_secrets_is_kept(piece):
    text = piece * 100_000  # an expression that is not linear would take hours
    assert redact(text) == text
