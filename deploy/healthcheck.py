"""Exit 0 when the web server of this container is well.

It asks by a host that ALLOWED_HOSTS names; the address 127.0.0.1 need not be among them.
"""

import http.client
import os
import sys


def main() -> int:
    first = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
    host = "localhost" if first in ("", "*") else first
    connection = http.client.HTTPConnection(
        "127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=5
    )
    try:
        connection.request("GET", "/health/", headers={"Host": host})
        return int(connection.getresponse().status != http.HTTPStatus.OK)
    except (OSError, http.client.HTTPException):
        return 1


if __name__ == "__main__":
    sys.exit(main())
