"""Runs a SavedModel through TensorFlow's C API, without Python's TensorFlow.

A program of its own: `python c_session.py LIBRARY PATH NAMES.json`, where the
JSON file maps signatures to the names of their tensors in the graph. Ends in
an error that lists the recorded answers that differ.
"""

import ctypes
import json
import pathlib
import sys

import numpy as np

DTYPES = {1: "float32", 3: "int32", 9: "int64", 10: "bool"}
CODES = {np.dtype(name): code for code, name in DTYPES.items()}


class Output(ctypes.Structure):
    _fields_ = [("operation", ctypes.c_void_p), ("index", ctypes.c_int)]


class Session:
    """A SavedModel, loaded as a server that is written in C++ loads it."""

    def __init__(self, library, path, names):
        self.names = names
        self.c = ctypes.CDLL(library)
        for name in (
            "TF_NewStatus",
            "TF_NewGraph",
            "TF_NewSessionOptions",
            "TF_LoadSessionFromSavedModel",
            "TF_GraphOperationByName",
            "TF_AllocateTensor",
            "TF_TensorData",
        ):
            getattr(self.c, name).restype = ctypes.c_void_p
        self.c.TF_Message.restype = ctypes.c_char_p
        self.c.TF_Dim.restype = ctypes.c_int64
        self.c.TF_TensorByteSize.restype = ctypes.c_size_t
        self.status = ctypes.c_void_p(self.c.TF_NewStatus())
        self.graph = ctypes.c_void_p(self.c.TF_NewGraph())
        tags = (ctypes.c_char_p * 1)(b"serve")
        self.session = ctypes.c_void_p(
            self.c.TF_LoadSessionFromSavedModel(
                ctypes.c_void_p(self.c.TF_NewSessionOptions()),
                None,
                str(path).encode(),
                tags,
                1,
                self.graph,
                None,
                self.status,
            )
        )
        self._check()

    def ask(self, signature, inputs, outputs):
        """Returns the named outputs, NumPy arrays by name."""
        names = self.names[signature]
        sources = self._outputs(names["inputs"][name] for name in inputs)
        values = (ctypes.c_void_p * len(inputs))(
            *map(self._tensor, inputs.values())
        )
        targets = self._outputs(names["outputs"][name] for name in outputs)
        answers = (ctypes.c_void_p * len(outputs))()
        self.c.TF_SessionRun(
            self.session,
            None,
            sources,
            values,
            len(inputs),
            targets,
            answers,
            len(outputs),
            None,
            0,
            None,
            self.status,
        )
        self._check()
        return dict(zip(outputs, map(self._array, answers), strict=True))

    def _check(self):
        if self.c.TF_GetCode(self.status):
            raise RuntimeError(self.c.TF_Message(self.status).decode())

    def _outputs(self, names):
        found = []
        for name in names:
            operation, index = name.split(":")
            found.append(
                Output(
                    self.c.TF_GraphOperationByName(
                        self.graph, operation.encode()
                    ),
                    int(index),
                )
            )
        return (Output * len(found))(*found)

    def _tensor(self, array):
        shape = np.shape(array)
        array = np.ascontiguousarray(array)
        dims = (ctypes.c_int64 * len(shape))(*shape)
        tensor = self.c.TF_AllocateTensor(
            CODES[array.dtype],
            dims,
            len(shape),
            ctypes.c_size_t(array.nbytes),
        )
        data = self.c.TF_TensorData(ctypes.c_void_p(tensor))
        ctypes.memmove(data, array.ctypes.data, array.nbytes)
        return tensor

    def _array(self, tensor):
        tensor = ctypes.c_void_p(tensor)
        shape = [
            self.c.TF_Dim(tensor, axis)
            for axis in range(self.c.TF_NumDims(tensor))
        ]
        text = ctypes.string_at(
            self.c.TF_TensorData(tensor), self.c.TF_TensorByteSize(tensor)
        )
        dtype = DTYPES[self.c.TF_TensorType(tensor)]
        return np.frombuffer(text, dtype).reshape(shape)


def exchanges(path):
    """Yields the recorded `(signature, inputs, outputs)`; no strings."""
    found = {}
    with np.load(path / "assets.extra" / "reference_answers.npz") as record:
        for key in record.files:
            number, signature, kind, name = key.split("/")
            exchange = found.setdefault(
                number,
                (signature, {"inputs": {}, "outputs": {}, "doubt": {}}),
            )
            if record[key].dtype.kind != "S":
                exchange[1][kind][name] = record[key]
    for signature, arrays in found.values():
        yield signature, arrays["inputs"], arrays["outputs"]


def problems(session, signature, inputs, outputs):
    """Yields what is wrong with the answers to good and bad requests."""
    answers = session.ask(signature, inputs, outputs)
    for name, expected in outputs.items():
        if answers[name].shape != expected.shape or not np.allclose(
            answers[name],
            expected,
            rtol=1e-5,
            atol=1e-5 if expected.dtype.kind == "f" else 0.0,
        ):
            yield f"{signature}: `{name}` differs"
    if "events" in inputs:
        bad = {**inputs, "events": inputs["events"] * np.nan}
        try:
            session.ask(signature, bad, outputs)
            yield f"{signature}: NaN is accepted"
        except RuntimeError as error:
            if "`events` must hold" not in str(error):
                yield f"{signature}: {error}"


def main(library, path, names):
    """Returns all problems, one a line."""
    path = pathlib.Path(path)
    names = json.loads(pathlib.Path(names).read_text())
    session = Session(library, path, names)
    found = [p for e in exchanges(path) for p in problems(session, *e)]
    if "tensorflow" in sys.modules:
        found.append("Python's TensorFlow was imported")
    return "\n".join(found)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) or 0)
