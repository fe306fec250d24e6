"""What the Compare page sends to the browser for its table."""

import json
from typing import Any

from streamlit.testing.v1 import AppTest


def table_data(test: AppTest) -> list[Any]:
    """All that the table's component is given."""
    (table,) = [one.proto for one in test.get("bidi_component") if "compare-table" in one.proto.id]
    data: list[Any] = json.loads(table.json)
    return data


def chart(test: AppTest, key: str) -> list[Any]:
    """Figure and alternative text of a chart; empty if the page has none with this key."""
    found = [json.loads(one.proto.json) for one in test.get("bidi_component") if key in one.proto.id]
    return found[0] if found else []


def table_rows(test: AppTest) -> list[dict[str, Any]]:
    """The rows of the table, each cell as `data_table.js` reads it, by column."""
    content = json.loads(table_data(test)[0])
    columns = [column["name"] for column in content["columns"]]
    return [
        {"Name": row["name"], "id": row["id"], **dict(zip(columns, row["cells"], strict=True))}
        for row in content["rows"]
    ]
