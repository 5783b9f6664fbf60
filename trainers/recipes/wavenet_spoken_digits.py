"""WaveNet on spoken digits at 8 kHz, conditioned on the digit.

Paper: van den Oord et al., "WaveNet: A Generative Model for Raw Audio", 2016.
Published: none on this data.
Command: tfar train wavenet_spoken_digits --data-dir FOLDER
"""

from ..recipe import Recipe

RECIPE = Recipe(
    name="wavenet_spoken_digits",
    paper="van den Oord et al. 2016",
    published="none on this data",
    dataset="spoken_digits",
    dataset_options={"steps": 1024, "with_labels": True},
    model="WaveNet",
    model_options={
        "num_classes": 10,
        "filters": 32,
        "skip_filters": 64,
        "num_stacks": 2,
        "num_layers": 8,
    },
    learning_rate=2e-3,
    warmup_steps=100,
    ema_momentum=0.999,
    batch_size=16,
    epochs=10,
    max_seconds=5400.0,
    evaluation_batch_size=50,
)
