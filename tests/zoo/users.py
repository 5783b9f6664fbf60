"""Cases of models that a user could have written."""

from tests.models.user_attention import AttentionModel
from tests.models.user_models import RunningSum
from tests.models.user_models import SteppedRunningSum
from tests.zoo.case import Case
from tests.zoo.case import three_levels

CASES = [
    Case(
        "user-attention",
        AttentionModel,
        (6,),
        kind="sequences",
        num_levels=3,
        num_classes=2,
        weight_scale=0.7,
        outputs="symbols",
    ),
    Case("user-model", RunningSum, (2, 3, 1)),
    Case(
        "user-model-stepped",
        SteppedRunningSum,
        (4,),
        context_shape=(2,),
        **three_levels(),
    ),
]
