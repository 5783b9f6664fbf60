"""The errors of a client, each of which is a `ClientError`."""


class ClientError(Exception):
    """An error that `Client` raises about a request, a server or an answer."""


class RequestError(ClientError, ValueError):
    """The request was refused, here or by the server; the message says why."""


class NotFoundError(RequestError):
    """The server has no such model, or not this version of it."""


class UnavailableError(ClientError, ConnectionError):
    """No server answered, or the one that did cannot answer yet."""


class DeadlineError(ClientError, TimeoutError):
    """The call took longer than it may."""


class AnswerError(ClientError, ValueError):
    """The server's answer does not fit the request, and was not used."""


def excerpt(text: str) -> str:
    """Returns the beginning of a foreign text as one line."""
    line = " ".join(text.split())
    shown = "".join(c if c.isprintable() else "?" for c in line[:500])
    return shown + "..." * (len(line) > len(shown))
