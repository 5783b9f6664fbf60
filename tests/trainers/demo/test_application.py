import contextlib
import http.client
import json
import threading
import time
import types
import urllib.error
import urllib.request

import anyio
import pydantic
import pytest

from trainers.demo import tabs
from trainers.demo.serving import listening
from trainers.demo.turns import Turns
from trainers.errors import UsageError

from .served import served


@pytest.fixture(scope="module")
def address(images, colours):
    with served([images, colours]) as address:
        yield address


def messages(address, body):
    """Returns the messages of some work, without those of the queue."""
    _, text = answer(address, body)
    lines = [json.loads(line) for line in text.splitlines()]
    return [line for line in lines if "waiting" not in line]


def answer(address, body=None, **headers):
    """Returns the status and the text of an answer."""
    headers = {"Content-Type": "application/json", **headers}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, headers)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_the_page_loads_nothing_from_other_servers(address):
    status, page = answer(address)
    assert status == 200
    assert "//" not in page.replace("<!doctype html>", "")
    with urllib.request.urlopen(address) as response:
        policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'")


def test_models_say_what_they_can_do(address):
    _, text = answer(f"{address}/api/models")
    images, colours = json.loads(text)
    assert images["event_shape"] == [4, 5, 1]
    assert colours["num_levels"] == 4
    assert "complete" in images["actions"]


def test_messages_are_lines(address, images):
    first, *_, last = messages(f"{address}/api/0/draw", {"seed": 5})
    assert first == {"num_steps": 20}
    sample = images.model.sample(1, seed=5).numpy()
    assert last["image"] == sample.ravel().tolist()


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"num": 65}, "num: must be less than or equal to 64."),
        ({"seed": -1}, "seed: must be greater than or equal to 0."),
        ({"temperature": 0}, "temperature: must be greater than 0."),
        ({"top_p": 2}, "top-p: must be less than or equal to 1."),
        ({"num": "many"}, "num: must be a valid integer"),
        ({"unknown": 1}, "unknown: Extra inputs are not permitted."),
    ],
)
def test_a_bad_request_gets_a_sentence(address, asked, sentence):
    status, text = answer(f"{address}/api/0/sample", asked)
    assert status == 400
    assert json.loads(text)["error"].startswith(sentence)


def test_an_error_of_the_work_gets_a_sentence(address):
    (message,) = messages(f"{address}/api/0/bits", {"image": [0]})
    assert "needs the 20 values" in message["error"]


@pytest.mark.parametrize("path", ["9/sample", "0/nonsense"])
def test_what_there_is_not_gets_a_sentence(address, path):
    status, text = answer(f"{address}/api/{path}", {})
    assert status == 400
    assert json.loads(text)["error"]


def test_other_pages_of_the_browser_get_nothing(address):
    # A form of another page can have no JSON, and a page under another name
    # of this machine has another host.
    kind = {"Content-Type": "text/plain"}
    status, text = answer(f"{address}/api/0/sample", {}, **kind)
    assert (status, "application/json" in text) == (400, True)
    status, _ = answer(f"{address}/api/models", Host="evil.example")
    assert status == 400


def test_a_body_without_end_is_refused(address):
    connection = http.client.HTTPConnection(address.removeprefix("http://"))
    connection.putrequest("POST", "/api/0/sample")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    piece = b"100000\r\n" + b" " * 2**20 + b"\r\n"
    # The server answers before all has come, and closes the connection.
    with contextlib.suppress(ConnectionError):
        for _ in range(33):
            connection.send(piece)
    text = connection.getresponse().read().decode()
    connection.close()
    assert "too large" in json.loads(text)["error"]


def test_two_who_ask_take_turns_and_do_not_wait_for_the_end():
    turns, order = Turns(), []

    def work(name):
        for number in range(3):
            order.append((name, number))
            yield number

    async def ask(name):
        assert [m async for m in turns.messages(work(name))] == [0, 1, 2]

    async def both():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask, "a")
            tasks.start_soon(ask, "b")

    anyio.run(both)
    assert order == [(name, number) for number in range(3) for name in "ab"]


def test_who_waits_until_it_is_idle_lets_others_finish():
    turns, order = Turns(), []

    def work():
        for number in range(2):
            time.sleep(0.3)
            order.append(number)
            yield number

    async def ask():
        async for _ in turns.messages(work()):
            pass

    async def wait():
        # The other has the first turn by then.
        await anyio.sleep(0.1)
        await turns.until_idle()
        order.append("idle")

    async def both():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask)
            tasks.start_soon(wait)

    anyio.run(both)
    assert order == [0, 1, "idle"]


def test_work_of_one_who_leaves_ends(address, monkeypatch):
    ended = threading.Event()

    def run(shown, asked):
        try:
            while True:
                yield {"share": 0.5}
        finally:
            ended.set()

    endless = types.SimpleNamespace(
        Asked=pydantic.create_model("Nothing"),
        offered=lambda shown: True,
        run=run,
    )
    monkeypatch.setitem(tabs.ACTIONS, "endless", endless)
    connection = http.client.HTTPConnection(address.removeprefix("http://"))
    headers = {"Content-Type": "application/json"}
    connection.request("POST", "/api/0/endless", b"{}", headers)
    lines = iter(connection.getresponse().readline, b"")
    assert any(b"share" in line for line in lines)
    connection.close()
    assert ended.wait(timeout=60)


def test_a_port_that_is_taken_gets_a_sentence():
    with listening(0) as listener:
        port = listener.getsockname()[1]
        with (
            pytest.raises(UsageError, match=f"--port {port} cannot be had"),
            listening(port),
        ):
            pass
