"""What Schemathesis checks of our answers beside its own checks."""

import os
import re

import schemathesis

# Rules that a JSON Schema does not say: what a request that fits the schema may
# still be told. A pointer or parameter, and the message.
UNSAID = [
    # A cursor is ours: nobody makes one up.
    ("cursor", r"must be the `nextCursor` of a page of this list"),
    # JSON Schema takes 7.0 for an integer, and we do not.
    (".*", r"must be an integer, without decimals or exponent"),
    # One member against another.
    ("/validUntil", r"must be later than `validFrom`"),
    ("/(from|to|failedSince)", r"must be left out where"),
    ("", r"must hold one of `sequence`, `from` with `to`, and `failedSince`"),
    ("/(from|to)", r"is required"),
    ("", r"must have either `userId`, or `scopes` with at least one"),
    ("/to", r"must be an integer from [0-9]+ to 9007199254740991"),
    # Schemathesis makes texts of this pattern that do not fit it, such as 0.
    ("If-Match", r"must be `\*`, or entity tags in double quotes"),
    ("If-None-Match", r"must be left out where If-Match is"),
    # The time, and what there is now.
    ("/expiresAt", r"must be later than now"),
    ("/(from|to|sequence)", r"is of no event: the newest has the sequence [0-9]+"),
    # A hole in a range.
    ("/(amount|delta)", r"must not be 0"),
    # A product or a sum, with what others have or ask for.
    ("/items/[0-9]+/quantity", r"is too large: price × quantity"),
    ("/amount", r"is too large: the balance and the refunds"),
    ("/delta", r"is too large: the stock and the pieces"),
]

# What has to be said before it is asked who is there.
BEFORE_THE_TOKEN = {400, 401, 405, 406, 413, 415, 421, 431}


def fits(case):
    """Whether the whole request is meant to fit the description."""
    parts = [case.meta.generation, *case.meta.components.values()]
    return all(part.mode.is_positive for part in parts)


@schemathesis.check
def valid_requests_pass(ctx, response, case):
    """A request that fits the description is not told that it is malformed."""
    if response.status_code != 400 or not fits(case):
        return
    problem = response.json()
    if problem["code"] != "validation-failed":
        return
    for error in problem["errors"]:
        place = error.get("parameter") or error.get("pointer", "")
        unsaid = any(
            re.fullmatch(where, place) and re.match(rule, error["message"])
            for where, rule in UNSAID
        )
        assert unsaid, f"fits the description, and was refused: {error}"


@schemathesis.check
def problems_are_problems(ctx, response, case):
    """What fails says so in one form, and tells nothing of the inside."""
    if response.status_code < 400 or case.method.upper() == "HEAD" or "/readyz" in case.path:
        return
    assert response.headers["content-type"] == ["application/problem+json"], response.headers
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["type"] == f"/problems/{problem['code']}"
    # Of a request it may repeat what was asked, of ourselves nothing.
    if response.status_code >= 500:
        for inside in ("panicked", "sqlite", "postgres", ".rs:", "stack"):
            assert inside not in response.text.lower(), f"an answer tells of {inside}"


@schemathesis.check
def every_answer_is_guarded(ctx, response, case):
    """No answer is sniffed, stored by chance, or tells what serves it."""
    headers = response.headers
    assert headers.get("x-content-type-options") == ["nosniff"], headers
    assert "cache-control" in headers, headers
    for name in ("server", "x-powered-by", "via"):
        assert name not in headers, f"an answer has the header {name}"


@schemathesis.check
def nobody_is_let_in_without_a_token(ctx, response, case):
    """Where tokens are asked for, an operation that needs one answers nobody else."""
    if os.environ.get("JUMUN_FUZZ_MODE") != "refused":
        return
    if not case.operation.definition.raw.get("security"):
        return
    if fits(case):
        assert response.status_code == 401, response.status_code
    assert response.status_code in BEFORE_THE_TOKEN, response.status_code
