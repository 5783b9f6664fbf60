"""The training program: recipes, exact resume, and the `tfar` command.

`strategy` names the devices to train on, for recipes and for programs of your
own. `recipe` says what a recipe holds and `recipes/` has one file for a
published result; `training/run.py` trains one into a run directory; `cli` is
the console command. Modules are imported from here one by one, so that listing
the recipes does not wait for TensorFlow.
"""

from .strategies import strategy
