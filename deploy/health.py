"""The health check of the container: exit status 0 if the app answers, 1 if it does not.

Port and path are those of Streamlit's environment variables, so that it also finds an app below a path. It uses the
standard library alone: the image has no curl, and the check must not load the lab every half minute.
"""

import os
import sys
from http.client import HTTPConnection, HTTPException

TIMEOUT_SECONDS = 4.0


def is_healthy(port: int, path: str) -> bool:
    """Whether the app at this port of this machine, below this path, answers that it is well."""
    prefix = f"/{path.strip('/')}" if path.strip("/") else ""
    # By the machine's own address, which the app allows whatever its names are.
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", f"{prefix}/_stcore/health")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def main() -> int:
    """Ask the app that the environment describes."""
    port = int(os.environ.get("STREAMLIT_SERVER_PORT") or 8501)
    return 0 if is_healthy(port, os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH", "")) else 1


if __name__ == "__main__":
    sys.exit(main())
