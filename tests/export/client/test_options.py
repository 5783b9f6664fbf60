"""The arguments of a client, and the headers that it sends."""

import base64
import math

import numpy as np
import pytest

pytest.importorskip("tensorflow_serving", reason="needs .[serving]")

from export import Client

REST = "http://localhost:1"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"chunk_size": 0}, "chunk_size=0"),
        ({"chunk_size": True}, "chunk_size=True"),
        ({"num_retries": -1}, "num_retries=-1"),
        ({"num_retries": 1.5}, r"num_retries=1\.5"),
        ({"max_answer_bytes": 2**31}, "max_answer_bytes=2147483648"),
        ({"timeout": None}, "timeout=None"),
        ({"timeout": 0}, "timeout=0"),
        ({"timeout": math.inf}, "timeout=inf"),
        ({"timeout": math.nan}, "timeout=nan"),
        ({"timeout": "1"}, "timeout='1'"),
        ({"ca": "none.pem"}, "`ca` needs TLS"),
        ({"token": "a\nb"}, "`Authorization` of `headers`, or the token"),
        ({"ca": {}}, "`ca` must be a path"),
        ({"headers": 7}, "`headers` must be a dictionary. Received: int"),
        ({"headers": {"a b": "c"}}, "names of letters, digits"),
        ({"headers": {"a": "b\r\nc: d"}}, "`a` of `headers`"),
        ({"headers": {"a": 1}}, "`a` of `headers`"),
        ({"headers": {"Content-Length": "1"}}, "'Content-Length' to the cl"),
    ],
    ids=str,
)
def test_a_bad_option_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        Client(REST, "bits", **options)


@pytest.mark.parametrize(
    "host",
    ["", "a b", "a\0b", "http://", "http://a?b=c", "http://a:99999", "é", None],
)
def test_a_bad_host_is_named(host):
    with pytest.raises(ValueError, match="`host` must be"):
        Client(host, "bits")


@pytest.mark.parametrize("model", ["", ".", "..", "\ud800", None, 7])
def test_a_bad_model_is_named(model):
    with pytest.raises(ValueError, match="`model` must be the name"):
        Client(REST, model)


@pytest.mark.parametrize("text", [None, "no certificate"])
def test_certificates_that_are_none_are_named(tmp_path, text):
    path = tmp_path / "ca.pem"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ValueError, match=r"`ca` must be a PEM file.*ca\.pem"):
        Client("https://localhost:1", "bits", ca=path)


def test_a_password_is_not_shown():
    with (
        Client("http://me:secret@localhost:1", "bits", num_retries=0) as client,
        pytest.raises(ConnectionError) as error,
    ):
        client.log_prob(np.zeros((1, 3)))
    assert client.address == REST
    assert "secret" not in str(error.value)
    with pytest.raises(ValueError, match="`host` must be") as error:
        Client("http://me:secret@local host", "bits")
    assert "secret" not in str(error.value)


def authorization(text):
    return f"Basic {base64.b64encode(text.encode()).decode()}"


@pytest.mark.parametrize(
    ("user", "options", "sent"),
    [
        ("", {"token": "t0"}, {"authorization": "Bearer t0"}),
        ("", {"headers": {"X-Team": "a b"}}, {"x-team": "a b"}),
        ("me:p%40ss@", {}, {"authorization": authorization("me:p@ss")}),
    ],
)
@pytest.mark.parametrize("kind", ["grpc", "rest"])
def test_headers_are_sent(fvsbn, rng, kind, user, options, sent):
    from tests.export import serving_double

    served = serving_double.ServedModel("fvsbn", fvsbn.path)
    with getattr(serving_double, f"{kind}_server")(served) as host:
        if user and kind == "grpc":
            pytest.skip("URLs are of REST")
        host = host.replace("://", f"://{user}")
        with Client(host, "fvsbn", **options) as client:
            client.log_prob(fvsbn.case.events(rng, 2))
    assert sent.items() <= served.headers.items()
