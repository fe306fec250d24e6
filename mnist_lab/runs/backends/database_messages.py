"""What an error of a database means, in one sentence that says what to do."""

from collections.abc import Mapping

from mnist_lab.runs.backends.postgres import CONNECT_SECONDS, LOCK_FACTOR, STATEMENT_SECONDS

# By PostgreSQL's SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html; {where} is the store.
_BY_STATE: Mapping[str, str] = {
    "55P03": "The run store {where} has kept a record locked for more than {lock} s. Try again; if that does not help,"
    " end the program that holds it.",
    "57014": "The run store {where} has not answered within {statement} s. Its server has too much to do; try again.",
    "25P03": "The run store {where} ended a change that had stood still for {idle} s, as this process was stopped or"
    " too slow; nothing of it was written. Try again.",
    "40P01": "Two changes in the run store {where} waited for each other; nothing of this one was written. Try again.",
    "53300": "The run store {where} has no connection left. Raise max_connections of its server.",
    "53100": "The run store {where} cannot be written: its disk is full. Free some space on it.",
    "25006": "The run store {where} is read-only. Set MNIST_LAB_DB to a server that can be written to.",
    "57P01": "The run store {where} was shut down. Start its server again; the lab then goes on by itself.",
    "57P03": "The run store {where} is starting. Wait until its server is ready.",
}
# These need another address, or another database behind it.
_LOCATION_BY_STATE: Mapping[str, str] = {
    "3D000": "The database of the run store {where} does not exist. Create it, with `createdb` for example.",
    "28P01": "The run store {where} refuses the password in MNIST_LAB_DB.",
    "28000": "The run store {where} refuses the user in MNIST_LAB_DB.",
    "42501": "The user in MNIST_LAB_DB may not create or change the tables of the run store {where}.",
}
# The driver has no state for what failed before the server answered.
_LOCATION_BY_TEXT: Mapping[str, str] = {
    "invalid connection option": "MNIST_LAB_DB has an entry that PostgreSQL does not know ({text}).",
    "failed to resolve host": "The host of the run store {where} is not known. Correct it in MNIST_LAB_DB.",
    "password authentication failed": _LOCATION_BY_STATE["28P01"],
    "does not exist": _LOCATION_BY_STATE["3D000"],
    "no password supplied": "The run store {where} asks for a password. Add one to MNIST_LAB_DB, as user:password@.",
}
_BY_TEXT: Mapping[str, str] = {
    "too many clients": _BY_STATE["53300"],
    "connection slots are reserved": _BY_STATE["53300"],
    "starting up": _BY_STATE["57P03"],
    "shutting down": _BY_STATE["57P01"],
    "connection timeout": "The run store {where} cannot be reached within {connect} s. Check that its server runs and"
    " that this machine may reach it.",
}
_DAMAGED_STATES = frozenset({"42P01", "42703"})
"""A table or a column is missing."""


def postgres_message(error: BaseException, text: str, where: str, busy_seconds: float) -> tuple[str, bool] | None:
    """The message for an error of psycopg, and whether the settings are at fault; None if it is not known.

    Args:
        error: The driver's own error.
        text: Its first line, without secrets.
        where: The address of the store, as it may be shown.
        busy_seconds: As `postgres_engine` was given it.
    """
    state, lower = getattr(error, "sqlstate", None) or "", text.lower()
    # Of a connection that was refused the driver gives no state, only the server's words.
    by_text = {} if state else _LOCATION_BY_TEXT
    location = _LOCATION_BY_STATE.get(state) or _matching(by_text, lower)
    template = location or _BY_STATE.get(state) or _matching({} if state else _BY_TEXT, lower)
    if template is None:
        return None
    values = {"where": where, "text": text, "connect": CONNECT_SECONDS, "statement": STATEMENT_SECONDS}
    message = template.format(**values, lock=f"{LOCK_FACTOR * busy_seconds:g}", idle=f"{busy_seconds:g}")
    return message, location is not None


def is_damaged_schema(error: BaseException) -> bool:
    """Whether a table or a column of the store is missing."""
    return getattr(error, "sqlstate", None) in _DAMAGED_STATES


def _matching(messages: Mapping[str, str], text: str) -> str | None:
    return next((message for part, message in messages.items() if part in text), None)
