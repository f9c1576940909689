"""What schemathesis has to know of this service beside its document; commands/checkApi.ts starts it with these hooks."""

import json
import os
import re
import uuid
import zlib

import schemathesis
from hypothesis import strategies as st
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import TestPhase

# What commands/checkApiSeed.ts has made, by parameter. The account is the one whose credentials are used.
KNOWN_IDS = json.loads(os.environ["CHECKER_IDS"])

# Headers whose values need more than letters and digits, each with a good one.
GOOD_HEADERS = {
    "Luna-Request-Id": (
        "1536751345,8b8b5937-2e9c-4e8b-a7a7-5caf86621b5a",
        re.compile(r"[0-9]{10},[a-f0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}"),
    ),
    "Exclude-Header": ("WWW-Authorization", re.compile(r"www-auth(orization|enticate)", re.IGNORECASE)),
}

# Refusals that no schema can foresee, because they depend on the state of things or on the installation's networks.
REFUSED_BY_STATE = {
    28019,  # a task that has ended cannot be cancelled
    28020,  # it has no result in its state
    28030,  # it cannot be paused or resumed in its state
    28031,  # it cannot be retried in its state
    28032,  # it still runs
    28033,  # there is no network for the version or the target
    28034,  # the filters select everything, and confirm_all is not there
    28038,  # an open task holds the descriptor version
    28042,  # the version's networks make no such descriptors
    28044,  # an upgrade of the kind is under way
    28045,  # the upgrade is at another step
    28047,  # the schedule's previous run is still active
    28050,  # the task cannot be undone, or not any more
    28051,  # what it removed is still kept aside
    28060,  # nothing awaits approval
    28061,  # the caller has ordered it
    28062,  # the orderer is no longer an administrator
    28063,  # more objects are selected than count says
    28132,  # the object still exists
    28133,  # the task is no removal that has ended
    12037,  # the account has as many API tokens as it may have
    11012,  # it is the last administrator
    28037,  # the schedule is at another revision than If-Match says
}

# Rules that hold for a body as a whole: every string has to be storable, and a descriptor's version and type stand in
# one of two places, or in both and equal. What has the right length and letters
# need not be a time zone or a cron expression.
REFUSED_BY_RULE = (
    "contains characters that cannot be stored",
    "differs from content.",
    "Path: 'undo_window' message: 'image origins deleted on other hosts",
    "Path: 'undo_window' message: 'a rehearsal removes nothing",
    "Path: 'undo_window' message: 'must be longer than zero",
    "_time__lt' message: 'must be later than",
    "such as 7d, and at most one year",
    "this kind of object can be restored by",
    "Path: 'catch_up_window' message: 'must be a minute or more",
    "Path: 'content.filters.descriptor_version' message: 'required'",
    "Path: 'content.filters.descriptor_type' message: 'required'",
    "is the version to upgrade from",
    "Path: 'objects' message: 'faces have no body descriptors",
    "Path: 'time_zone' message: 'must be an IANA time zone",
    "Path: 'cron' message: 'must be a cron expression",
    "is no operation that needs a token",
    "is no address or network such as",
)


# Formats of the document that no library knows.
schemathesis.openapi.format(
    "filter-time", st.sampled_from(["2018-08-11T09:11:41.674Z", "now", "now-30d", "now-1M", "now-90s"])
)
schemathesis.openapi.format("cron", st.sampled_from(["30 2 * * *", "0 4 * * SUN", "*/15 8-17 1,15 * MON-FRI"]))
schemathesis.openapi.format("time-zone", st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns"]))
# The host and the secret that checkApi.ts lets its system have.
schemathesis.openapi.format("notification-url", st.just("https://hooks.example.org/luna"))
schemathesis.openapi.format("secret-name", st.just("orders"))


@schemathesis.hook
def before_call(context, case, kwargs):
    find_what_is_there(case)
    keep_what_is_there(case)
    repair_headers(case)


def repair_headers(case):
    """
    The coverage phase makes header values of letters and digits alone. It finds no good one for these headers, takes
    a wrong one for every request, and calls the request valid: valid ones would be refused, and invalid ones for the
    wrong reason. What it makes of such a header on purpose goes out as it is.
    """
    data = case.meta.phase.data if case.meta is not None else None
    if not hasattr(data, "scenario"):
        return
    for name, (good, pattern) in GOOD_HEADERS.items():
        given = case.headers.get(name) if case.headers else None
        if given is not None and data.parameter != name and not pattern.fullmatch(given):
            case.headers[name] = good


def find_what_is_there(case):
    """
    Ids that are made up belong to nothing, so that every answer is 404. Half of the valid ones become known ones. In
    sequences ids come from answers, and what was removed has to stay away.
    """
    if case.meta is None or case.meta.phase.name == TestPhase.STATEFUL or case.method == "DELETE":
        return
    for location, parameters in (("path", case.path_parameters), ("query", case.query)):
        component = case.meta.components.get(ParameterLocation(location))
        if component is None or not component.mode.is_positive:
            continue
        for name, value in list((parameters or {}).items()):
            turn = zlib.crc32(repr(value).encode())
            if turn % 2 == 0:
                continue
            if location == "path" and name in KNOWN_IDS:
                parameters[name] = KNOWN_IDS[name]
            elif name == "q":
                parameters[name] = str(list(KNOWN_IDS.values())[turn // 2 % len(KNOWN_IDS)])


def keep_what_is_there(case):
    """
    An administrator would remove or disable itself as soon as there is another one, and later requests would find nothing.
    """
    controls = case.method == "PATCH" and "account_id" in (case.path_parameters or {})
    if case.method != "DELETE" and not controls:
        return
    for name, value in (case.path_parameters or {}).items():
        if str(value) == str(KNOWN_IDS.get(name)):
            case.path_parameters[name] = str(uuid.uuid4()) if isinstance(KNOWN_IDS[name], str) else 2**53 - 1


@schemathesis.hook
def filter_failure(context, failure, case, response):
    # Whatever is wrong with it otherwise, a body of more than 1 MiB is refused before it is looked at.
    if type(failure).__name__ == "AcceptedNegativeData" and response.status_code == 413:
        return False
    # Guesses at one login have to wait, each longer than the one before; the checker guesses for each operation.
    if type(failure).__name__ == "IgnoredAuth" and "got `429 " in failure.message:
        return False
    if type(failure).__name__ != "RejectedPositiveData" or response.status_code not in (400, 409, 412):
        return True
    answer = response.json()
    return answer["error_code"] not in REFUSED_BY_STATE and not any(rule in answer["detail"] for rule in REFUSED_BY_RULE)
