"""The base class of the ways to a model on a server.

Shapes: B examples, samples or rows of one request.
"""

import abc
from typing import Any

import numpy as np

from .deadline import Deadline
from .errors import AnswerError
from .served import Served
from .served import Signature
from .served import Spec
from .served import check_values


class Transport(abc.ABC):
    """Asks one model of one server.

    Args:
        address: Address of the server, without a password.
        max_answer_bytes: The largest answer that is read.

    Attributes:
        address: As given.
    """

    def __init__(self, address: str, max_answer_bytes: int) -> None:
        self.address = address
        self._max_answer_bytes = max_answer_bytes

    @abc.abstractmethod
    def close(self) -> None:
        """Closes the connection."""

    @abc.abstractmethod
    def served(self, deadline: Deadline) -> Served:
        """Returns the version that the server answers with now.

        Raises:
            ClientError: As `ask` does.
        """

    def ask(
        self,
        name: str,
        signature: Signature,
        inputs: dict[str, np.ndarray],
        num_rows: int,
        version: int | None,
        deadline: Deadline,
    ) -> dict[str, np.ndarray]:
        """Returns the answer to a request, arrays by name.

        Args:
            name: Name of the signature.
            signature: Its inputs and outputs.
            inputs: Arrays by name.
            num_rows: The first axis of every output, `B`.
            version: The version that must answer, `None` for the server's
                choice.
            deadline: The `Deadline` of the answer.

        Raises:
            RequestError: If the server refuses it.
            UnavailableError: If no server answers.
            DeadlineError: If the answer is late.
            AnswerError: If the answer does not fit the signature.
        """
        outputs = self._outputs(name, signature, inputs, version, deadline)
        signature.check_names(outputs)
        answer = {}
        for key, spec in signature.outputs.items():
            answer[key] = self._array(key, outputs[key], spec, num_rows)
            check_values(key, answer[key])
        return answer

    @abc.abstractmethod
    def _outputs(
        self,
        name: str,
        signature: Signature,
        inputs: dict[str, np.ndarray],
        version: int | None,
        deadline: Deadline,
    ) -> dict[str, Any]:
        """Returns the outputs as they came, by name."""

    @abc.abstractmethod
    def _array(
        self, name: str, output: Any, spec: Spec, num_rows: int
    ) -> np.ndarray:
        """Returns an output, once it was found to fit a spec."""

    def _too_large(self) -> AnswerError:
        return AnswerError(
            f"The answer is larger than max_answer_bytes="
            f"{self._max_answer_bytes}: ask for less at once."
        )
