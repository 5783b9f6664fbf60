"""Signatures that are compiled with XLA, where that is faster."""

import types

import numpy as np
import pytest
import tensorflow as tf

from export import export_model
from export.saved_models import exporting
from export.saved_models import xla
from export.saved_models.reference import Exchange
from export.saved_models.xla import faster_under_xla
from export.signatures.model_signatures import COMPILABLE
from tests.zoo import BY_NAME


def is_compiled(path, signature):
    """Returns whether the graph of a signature has a part under XLA."""
    functions = tf.saved_model.load(path).signatures
    graph = functions[signature].graph.as_graph_def()
    nodes = [node for f in graph.library.function for node in f.node_def]
    return any(node.attr["_XlaMustCompile"].b for node in nodes)


@pytest.mark.slow
@pytest.mark.parametrize(
    "case",
    [
        BY_NAME["fvsbn-categorical"],
        # XLA compiles its signatures in half a minute.
        pytest.param(
            BY_NAME["made-orders-labels"], marks=pytest.mark.takes_turns
        ),
    ],
    ids=repr,
)
def test_compiled_answers_are_those_of_the_model(
    case, seed, tmp_path, monkeypatch, capfd, verify_here
):
    pytest.importorskip("tensorflow_serving", reason="needs .[serving]")
    measured = []

    def all_of_them(plain, compiled, *args):
        measured.append(faster_under_xla(plain, compiled, *args))
        return set(compiled)

    monkeypatch.setattr(exporting, "faster_under_xla", all_of_them)
    path = export_model(case.build(seed), tmp_path / "compiled", xla=True)
    assert measured[0] <= COMPILABLE
    for name in COMPILABLE:
        assert is_compiled(path, name)
    assert not is_compiled(path, "info")
    assert verify_here(path)
    printed = capfd.readouterr().out
    for name in COMPILABLE:
        assert f"{name}: " in printed
    for file in ("README.md", "compose.yaml"):
        text = (path.parent / file).read_text()
        assert "--xla_cpu_compilation_enabled" in text
    assert "Compiled with XLA" in (path.parent / "README.md").read_text()


def test_the_faster_way_is_chosen(capsys, monkeypatch):
    now = 0.0
    clock = types.SimpleNamespace(perf_counter=lambda: now)
    monkeypatch.setattr(xla, "time", clock)

    class Function:
        def __init__(self, seconds):
            self.seconds = seconds
            specs = {"n": tf.TensorSpec([None], tf.int32)}
            self.structured_input_signature = ((), specs)

        def __call__(self, n):
            nonlocal now
            assert n.shape == [32]
            now += self.seconds
            return {"n": n}

    fast, slow = Function(0.0), Function(0.02)
    found = [Exchange(name, {"n": np.zeros(2, "int32")}, {}) for name in "abc"]
    chosen = faster_under_xla(
        {"a": fast, "b": slow, "c": slow, "info": slow},
        {"a": slow, "b": fast, "c": slow},
        found,
        max_num_samples=9,
    )
    assert chosen == {"b"}
    lines = capsys.readouterr().out.splitlines()
    assert [line.rsplit(": ")[-1] for line in lines] == [
        "left plain",
        "compiled",
        "left plain",
    ]
