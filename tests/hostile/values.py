"""Hostile values for all fields, parameters and headers.

If you find a value that causes an error, add it to these tables.
"""

DEEP = 100_000
DIGITS = "9" * 5_000  # Python converts at most 4,300 digits to an integer

# JSON text that every call rejects at any place in a body.
UNREADABLE_JSON = {
    "33 levels": "[" * 33 + "]" * 33,
    "900 levels": "[" * 900 + "]" * 900,
    "900 objects": '{"a":' * 900 + "1" + "}" * 900,
    "100,000 levels": "[" * DEEP,
    "50,000 objects": '{"a":' * (DEEP // 2),
    "NaN": "NaN",
    "infinity": "-Infinity",
    "large number": "1e999",
    "400 digits": "9" * 400,
    "5,000 digits": DIGITS,
    "truncated escape": r'"\ud8"',
    "raw NUL": '"\0"',
    "truncated string": '"a',
}

# JSON text for each field of a body.
JSON_VALUES = {
    "high surrogate": r'"\ud800"',
    "low surrogate in text": r'"tide \udc00 table"',
    "NUL in text": r'"tide\u0000table"',
    "surrogate key": r'{"\ud800": 1}',
    "NUL key": r'{"\u0000": 1}',
    "surrogate and NUL in a list": r'["\ud800", "\u0000"]',
    "repeated key": '{"front": "a", "front": 1, "back": "b"}',
    "null": "null",
    "true": "true",
    "empty text": '""',
    "white space": r'" \u2003\t"',
    "empty list": "[]",
    "empty object": "{}",
    "list of nulls": "[null, null]",
    "20 levels": "[" * 20 + "]" * 20,
    "1e308": "1e308",
    "2**31": str(2**31),
    "2**63": str(2**63),
    "-2**64": str(-(2**64)),
    "300 digits": "9" * 300,
    "5,000 digits in text": f'"{DIGITS}"',
    "earliest time": '"0001-01-01T00:00:00+23:59"',
    "latest time": '"9999-12-31T23:59:59.999999-23:59"',
    "invalid time": '"2026-02-30T25:61:61+99:99"',
    "expanding ligatures": '"' + "\ufdfa" * 150 + '"',
    "100,001 characters": '"' + "x" * 100_001 + '"',
}

# Malformed request bodies. The key describes the error.
BODIES = {
    "not JSON": b"front: a",
    "white space": b" ",
    "invalid UTF-8": b'{"name": "\xff\xfe"}',
    "surrogate in UTF-8": b'{"name": "\xed\xa0\x80"}',
    "UTF-16 with wrong byte order mark": '\ufffe{"name": "a"}'.encode("utf-16-le"),
    "two values": b"{} {}",
    "a list": b"[]",
    "a number": b"7",
    "null": b"null",
}

# Percent-encoded values for query parameters.
QUERY_VALUES = {
    "NUL": "%00",
    "surrogate": "%ED%A0%80",
    "invalid UTF-8": "a%FF",
    "broken escape": "%zz%",
    "empty": "",
    "5,000 digits": DIGITS,
    "400 digits": "9" * 400,
    "2**63": str(2**63),
    "superscript digit": "%C2%B2",
    "1e999": "1e999",
    "all dates": "0001-01-01..9999-12-31",
    "last date": "9999-12-31",
    "earliest time": "0001-01-01T00:00:00%2B23:59",
    "latest time": "9999-12-31T23:59:59.999999-23:59",
    "invalid time": "2026-02-30T25:61:61%2B99:99",
    "list position": f"0001-01-01T00:00:00%2B23:59~{DIGITS}",
    "cursor with empty position": "cD0%3D",
    "cursor with NUL": "cD0lMDA%3D",
    "cursor with earliest time": "cD0wMDAxLTAxLTAxKzAwJTNBMDAlM0EwMCUyQjIzJTNBNTk%3D",
    "cursor with a large offset": "bz05OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTkmcD0x",
}

# Values that a header can have when it reaches Django.
HEADER_VALUES = {
    "unknown charset": "text/html; charset=bogus",
    "bytes-to-bytes charset": "application/json; charset=hex",
    "charset with surrogates": "text/plain; charset=utf-7",
    "charset with escapes": "application/x-www-form-urlencoded; charset=unicode_escape",
    "unknown encoding of a parameter": "text/html; title*=bogus''x",
    "encoding that is not text": "text/html; charset*=hex''%00",
    "empty parameters": "application/json; =; ;;=;charset",
    "Latin-1 letters": "\xe9\xff/\xa0",
    "5,000 digits": DIGITS,
    "quoted NUL": r'"\000tidetidetide"',
    "brackets": "http://[",
    "invalid quality": "*/*;q=nan, text/html;q=1e999, ;q",
    "large range": f"bytes={DIGITS}-{DIGITS}",
    "invalid date": "Fri, 31 Dec 9999 23:59:60 +9999",
    "large bearer token": "Bearer " + ".".join(["W1tbW1tb" * 1_000] * 3),
}
