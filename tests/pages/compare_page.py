"""What the Compare page sends to the browser for its table."""

import json
from typing import Any

from streamlit.testing.v1 import AppTest


def table_rows(test: AppTest) -> list[dict[str, Any]]:
    """The rows of the table, each cell as `data_table.js` reads it, by column."""
    (table,) = [one.proto for one in test.get("bidi_component") if "compare-table" in one.proto.id]
    content = json.loads(json.loads(table.json)[0])
    columns = [column["name"] for column in content["columns"]]
    return [
        {"Name": row["name"], "id": row["id"], **dict(zip(columns, row["cells"], strict=True))}
        for row in content["rows"]
    ]
