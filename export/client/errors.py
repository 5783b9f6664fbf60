"""How asking a server can fail. All of it is a `ClientError`."""


class ClientError(Exception):
    """What `Client` raises about a request, a server or an answer."""


class RequestError(ClientError, ValueError):
    """The request was refused, here or by the server; the message says why."""


class NotFoundError(RequestError):
    """The server has no such model, or not this version of it."""


class UnavailableError(ClientError, ConnectionError):
    """No server answered, or the one that did cannot answer yet."""


class DeadlineError(ClientError, TimeoutError):
    """The call took longer than it may."""


class AnswerError(ClientError, ValueError):
    """The server's answer is not one to the request, and was not used."""


def excerpt(text: str) -> str:
    """Returns the beginning of a foreign text, fit for one line."""
    line = " ".join(text.split())
    shown = "".join(c if c.isprintable() else "?" for c in line[:500])
    return shown + "..." * (len(line) > len(shown))
