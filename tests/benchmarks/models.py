"""The models that the benchmarks time, in the sizes of the speed tables."""

from tf_autoregressive import models

MNIST, CIFAR = (28, 28, 1), (32, 32, 3)

VECTOR_MODELS = {
    "FVSBN": lambda **options: models.FVSBN(MNIST, **options),
    "NADE-500": lambda **options: models.NADE(MNIST, units=500, **options),
    "MADE-500-500": lambda **options: models.MADE(
        MNIST, units=(500, 500), **options
    ),
    "MADE-500-500-no-direct": lambda **options: models.MADE(
        MNIST, units=(500, 500), direct=False, **options
    ),
}
IMAGE_MODELS = {
    # The residual stream has 64 channels, twice as many as filters.
    "PixelCNN-7x64": lambda **options: models.PixelCNN(
        MNIST, filters=32, num_blocks=7, **options
    ),
    "GatedPixelCNN-7x64": lambda **options: models.GatedPixelCNN(
        MNIST, filters=64, num_layers=7, **options
    ),
    "GatedPixelCNN-7x63-256-way": lambda **options: models.GatedPixelCNN(
        CIFAR,
        distribution="categorical",
        filters=63,
        num_layers=7,
        head_filters=63,
        **options,
    ),
    "RowLSTM-3x32": lambda **options: models.PixelRNN(
        MNIST, recurrence="row_lstm", units=32, num_layers=3, **options
    ),
    "DiagonalBiLSTM-1x32": lambda **options: models.PixelRNN(
        MNIST, recurrence="diagonal_bilstm", units=32, **options
    ),
    "DiagonalBiLSTM-7x16": lambda **options: models.PixelRNN(
        MNIST,
        recurrence="diagonal_bilstm",
        units=16,
        num_layers=7,
        **options,
    ),
    "PixelSNAIL-4x64": lambda **options: models.PixelSNAIL(MNIST, **options),
    "ImageTransformer-4x128": lambda **options: models.ImageTransformer(
        MNIST, **options
    ),
    "PixelCNN++-1x40": lambda **options: models.PixelCNNPlusPlus(
        CIFAR, filters=40, num_blocks=1, **options
    ),
}
SEQUENCE_MODELS = {
    "Transformer-4x128": lambda **options: models.Transformer(
        (784,), num_levels=2, units=128, **options
    ),
}
MODELS = {**VECTOR_MODELS, **IMAGE_MODELS, **SEQUENCE_MODELS}
