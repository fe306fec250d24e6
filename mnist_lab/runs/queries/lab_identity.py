"""A name of the lab that no other lab has, whatever the address of its database is."""

import secrets

from sqlalchemy import insert, select

from mnist_lab.runs.backends.advisory_locks import Area
from mnist_lab.runs.database import Database
from mnist_lab.runs.schema import meta

_KEY = "lab_id"


def lab_identity(db: Database) -> str:
    """The lab's name, 12 random characters; it gets one when it is first asked for.

    Raises:
        StoreError: The store cannot be read or written.
    """
    query = select(meta.c.value).where(meta.c.key == _KEY)
    with db.read() as connection:
        found = connection.execute(query).scalar_one_or_none()
    if found is None:
        # The area of the tables, so that of two processes one gives the name.
        with db.write(Area.SCHEMA) as connection:
            found = connection.execute(query).scalar_one_or_none()
            if found is None:
                found = secrets.token_hex(6)
                connection.execute(insert(meta).values(key=_KEY, value=found))
    return found
