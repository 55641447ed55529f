"""Python imports this at its start where its folder is on the path: each attempt to use a network is noted, and fails."""

import os
import socket
from collections.abc import Callable
from typing import Any

GUARDED = {"connect": socket.socket, "connect_ex": socket.socket, "getaddrinfo": socket}


def refuse(what: str) -> Callable[..., Any]:
    """A function in the place of one that uses a network."""

    def refused(*arguments: Any, **_: Any) -> Any:
        address = arguments[-1] if arguments else ""
        if not isinstance(address, (str, bytes)) or what == "getaddrinfo":  # a path is a local socket
            with open(os.environ["ATTEMPTS"], "a") as file:
                file.write(f"{what} {arguments!r}\n")
        raise OSError("no network in this test")

    return refused


if "ATTEMPTS" in os.environ:
    for name, owner in GUARDED.items():
        setattr(owner, name, refuse(name))
