"""Responses to hostile requests: a success, or a rejection with a message."""

import re
from html import unescape

from django.http import HttpResponseBase

PROBLEM = "application/problem+json"


def find_error(response: HttpResponseBase) -> str:
    """Return what is wrong with the response to a hostile request.

    Return an empty string if the response is a success, or has a code and messages.
    """
    if response.status_code < 400:
        return ""
    if response.status_code >= 500 or response.headers["Content-Type"] != PROBLEM:
        return f"{response.status_code} {response.headers['Content-Type']}"
    problem = response.json()
    is_complete = (
        problem["code"]
        and problem["error"].strip()
        and all(" ".join(messages).strip() for messages in problem.get("fields", {}).values())
    )
    return "" if is_complete else f"no message: {problem}"


def find_page_error(response: HttpResponseBase) -> str:
    """Return what is wrong with the response to a hostile request from a page.

    A rejection is a problem as in `find_error`, or a page with a heading and a paragraph.
    """
    if response.status_code < 400 or response.headers["Content-Type"] == PROBLEM:
        return find_error(response)
    if response.status_code >= 500 or not response.headers["Content-Type"].startswith("text/html"):
        return f"{response.status_code} {response.headers['Content-Type']}"
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    texts = [
        re.search(rf"<{element}\b[^>]*>(.*?)</{element}>", main, re.DOTALL)
        for element in ("h1", "p")
    ]
    is_complete = all(text and unescape(re.sub("<[^>]+>", "", text[1])).strip() for text in texts)
    return "" if is_complete else f"{response.status_code} without a message: {main[:500]}"
