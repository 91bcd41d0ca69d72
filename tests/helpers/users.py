"""The password of all test users."""

PASSWORD = "correct horse battery"
