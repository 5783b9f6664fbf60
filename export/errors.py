"""How a request to a server can fail."""


class RequestError(ValueError):
    """The server refused the request; the message names the input."""


class UnavailableError(ConnectionError):
    """No server answered, or the one that did cannot answer yet."""
