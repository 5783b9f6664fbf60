"""WaveNet of 16-bit samples, as far as 1,200 seconds on a CPU go.

It is for lossless compression: its levels are the samples as they are, where
`wavenet_spoken_digits` has 256 of them after mu-law companding. A linear
prediction that is fitted to each recording says where the next sample lies, and
a small network how far off it may be.

Paper: van den Oord et al., "WaveNet: A Generative Model for Raw Audio", 2016;
    with a mixture of logistics, as in "Parallel WaveNet", 2018, and recursive
    least squares, as in MPEG-4 Audio Lossless Coding (Huang et al. 2008).
Published: none on this data.
Command: tfar train wavenet_16bit_1200s_spoken_digits --data-dir FOLDER
"""

from ..recipe import Recipe

RECIPE = Recipe(
    name="wavenet_16bit_1200s_spoken_digits",
    paper="van den Oord et al. 2016",
    published="none on this data",
    dataset="spoken_digits",
    dataset_options={"steps": 1024, "num_levels": 65536},
    model="WaveNet",
    model_options={
        "distribution": "discretized_logistic_mixture",
        "num_components": 4,
        "filters": 16,
        "skip_filters": 32,
        "num_stacks": 1,
        "num_layers": 7,
        "adaptive_order": 20,
    },
    learning_rate=5e-3,
    paced=True,
    warmup_steps=50,
    clipnorm=1.0,
    ema_momentum=0.98,
    batch_size=16,
    epochs=20,
    steps_per_epoch=100,
    max_seconds=1200.0,
    validation_examples=48,
    evaluation_batch_size=48,
)
