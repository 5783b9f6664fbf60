"""Connections whose timeouts are for all that is sent and read.

The timeout of a socket is one of each reading: a server that sends a byte now
and then would hold a client for ever. To connect takes a timeout for each
address of the host, and to look them up takes none at all.
"""

import concurrent.futures
import socket
import ssl
import threading
import time
from collections import abc

from urllib3.connection import HTTPConnection
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError

# A client keeps so many connections for threads that share it.
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
    """A socket whose timeout begins when it is set, not at each reading."""

    _end = None

    def settimeout(self, value):
        super().settimeout(value)
        self._end = None if value is None else time.monotonic() + value

    def recv_into(self, *args):
        if self._end is not None:
            remaining = self._end - time.monotonic()
            # Zero would mean not to wait, and end in another error.
            if remaining <= 0.0:
                raise TimeoutError("timed out")
            super().settimeout(remaining)
        return super().recv_into(*args)


class TimedSocket(_WholeTimeout, socket.socket):
    """A socket whose timeout is for all that is read after it was set."""


class _TLSSocket(_WholeTimeout, ssl.SSLSocket):
    pass


def connected_within(
    seconds: float, connect: abc.Callable[[], socket.socket]
) -> socket.socket:
    """Returns the socket that a function connects.

    Raises:
        TimeoutError: If it takes longer. What it connects then is closed.
    """
    connected: concurrent.futures.Future[socket.socket] = (
        concurrent.futures.Future()
    )

    def run():
        try:
            connected.set_result(connect())
        except BaseException as error:
            connected.set_exception(error)

    # Nothing else ends a look-up; nobody waits for a daemon.
    threading.Thread(target=run, daemon=True).start()
    try:
        return connected.result(seconds)
    except TimeoutError:
        connected.add_done_callback(_close)
        raise


def _close(connected):
    # The connection came too late for anybody to use it.
    if connected.exception() is None:
        connected.result().close()


class _WithSocket:
    def _new_conn(self):
        end = time.monotonic() + self.timeout
        try:
            connected = connected_within(self.timeout, super()._new_conn)
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "timed out") from error
        # urllib3 makes a plain socket; this one takes over its connection.
        connection = TimedSocket(fileno=connected.detach())
        # Zero would mean not to wait, and end in another error.
        connection.settimeout(max(end - time.monotonic(), 1e-3))
        return connection


class _Connection(_WithSocket, HTTPConnection):
    pass


class _TLSConnection(_WithSocket, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection
