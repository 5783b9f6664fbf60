"""Connections whose timeouts are for all that is sent and read, not a part.

The timeout of a socket is one of each reading: a server that sends a byte now
and then would hold a client for ever.
"""

import socket
import ssl
import time

from urllib3.connection import HTTPConnection
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.connectionpool import HTTPSConnectionPool

# Threads that share a client keep so many connections.
_NUM_KEPT = 16


def pool_of(
    host: str, port: int | None, context: ssl.SSLContext | None
) -> HTTPConnectionPool:
    """Returns a pool of such connections to a host, over TLS with a context."""
    if context is None:
        return _Pool(host, port, maxsize=_NUM_KEPT)
    context.sslsocket_class = _TLSSocket
    return _TLSPool(host, port, maxsize=_NUM_KEPT, ssl_context=context)


class _WholeTimeout:
    """Makes a timeout begin when it is set, and not at each reading."""

    _end = None

    def settimeout(self, value):
        super().settimeout(value)
        self._end = None if value is None else time.monotonic() + value

    def recv_into(self, *args):
        if self._end is not None:
            remaining = self._end - time.monotonic()
            # Zero would mean not to wait, and come as another error.
            if remaining <= 0.0:
                raise TimeoutError("timed out")
            super().settimeout(remaining)
        return super().recv_into(*args)


class TimedSocket(_WholeTimeout, socket.socket):
    """A socket whose timeout is for all that is read after it was set."""


class _TLSSocket(_WholeTimeout, ssl.SSLSocket):
    pass


class _WithSocket:
    def _new_conn(self):
        connected = super()._new_conn()
        timeout = connected.gettimeout()
        connection = TimedSocket(fileno=connected.detach())
        connection.settimeout(timeout)
        return connection


class _Connection(_WithSocket, HTTPConnection):
    pass


class _TLSConnection(_WithSocket, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection
