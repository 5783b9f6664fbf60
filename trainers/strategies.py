"""The devices that a model is trained on, by name.

TensorFlow is imported when a strategy is asked for.
"""

import functools
import os
from typing import Any

from .errors import UsageError


@functools.cache
def strategy(name: str) -> Any:
    """Returns the `tf.distribute.Strategy` of this name.

    - "default": the one device that TensorFlow chooses;
    - "mirrored": all GPUs of this machine or, where there is none, all of its
      logical CPU devices;
    - "multi_worker": all devices of the processes that the environment
      variable `TF_CONFIG` names, each of which must run the same program;
    - "tpu": all cores of the TPU that `TPU_NAME` names, by default the local
      one.

    Build and compile the model in its scope; `fit`, `evaluate` and `predict`
    then need no more. "multi_worker" must come before anything else that uses
    TensorFlow. The same name gives the same object: the collectives of two
    strategies in one process would be mixed up, and training fail.

    Args:
        name: One of the above.

    Raises:
        UsageError: If there is no such strategy, or something that it needs is
            missing.

    Example:
        >>> with strategy("default").scope():
        ...     layer = keras.layers.Dense(1)
    """
    if name not in _MAKERS:
        raise UsageError(
            f"`strategy` must be one of {', '.join(NAMES)}. Received: {name!r}"
        )
    return _MAKERS[name]()


def devices_text(strategy: Any) -> str:
    """Returns a line on the devices that were found, and those that train."""
    import tensorflow as tf

    found = [
        device.name
        for device in tf.config.list_logical_devices()
        if device.device_type != "TPU_SYSTEM"
    ]
    return (
        f"devices: found {_short(found)}; training on "
        f"{_short(_training_devices(strategy))}"
    )


def _training_devices(strategy) -> tuple[str, ...]:
    import tensorflow as tf

    with strategy.scope():
        if tf.distribute.has_strategy():
            return strategy.extended.worker_devices
    # The default strategy has no list: TensorFlow places every operation.
    return (tf.constant(0.0).device,)


def _short(names) -> str:
    """Returns `GPU:0, GPU:1` for devices of this process; others in full."""
    local = ("/job:localhost/replica:0/task:0", "/device:")
    for prefix in local:
        names = [name.removeprefix(prefix) for name in names]
    return ", ".join(names)


def is_chief(strategy: Any) -> bool:
    """Returns whether this process writes the files for all of them."""
    resolver = strategy.cluster_resolver
    if resolver is None or not resolver.task_type:
        return True
    has_chief = "chief" in resolver.cluster_spec().jobs
    is_first = not has_chief and resolver.task_type == "worker"
    return resolver.task_type == "chief" or (is_first and not resolver.task_id)


def num_workers(strategy: Any) -> int:
    """Returns the number of processes that train together."""
    replicas = strategy.num_replicas_in_sync
    if replicas == 1:
        return 1
    return replicas // len(strategy.extended.worker_devices)


def gathered(strategy: Any, number: int) -> list[int]:
    """Returns the number that each replica's process has, waiting for all."""
    import tensorflow as tf

    def gather(number):
        context = tf.distribute.get_replica_context()
        return context.all_gather(number[None], axis=0)

    shared = strategy.run(gather, args=(tf.constant(number),))
    return strategy.experimental_local_results(shared)[0].numpy().tolist()


def _default():
    import tensorflow as tf

    return tf.distribute.get_strategy()


def _mirrored():
    import tensorflow as tf

    kinds = map(tf.config.list_logical_devices, ("GPU", "CPU"))
    devices = next(devices for devices in kinds if devices)
    return tf.distribute.MirroredStrategy([device.name for device in devices])


def _multi_worker():
    import tensorflow as tf

    if "TF_CONFIG" not in os.environ:
        raise UsageError(
            "The strategy 'multi_worker' needs the environment variable "
            "TF_CONFIG, with the addresses of all processes and the number of "
            "this one."
        )
    return tf.distribute.MultiWorkerMirroredStrategy()


def _tpu():
    import tensorflow as tf

    name = os.environ.get("TPU_NAME", "local")
    try:
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver(name)
        tf.config.experimental_connect_to_cluster(resolver)
        tf.tpu.experimental.initialize_tpu_system(resolver)
    except (ValueError, tf.errors.OpError) as error:
        raise UsageError(f"There is no TPU {name!r} here: {error}") from error
    return tf.distribute.TPUStrategy(resolver)


_MAKERS = {
    "default": _default,
    "mirrored": _mirrored,
    "multi_worker": _multi_worker,
    "tpu": _tpu,
}
NAMES = tuple(_MAKERS)
