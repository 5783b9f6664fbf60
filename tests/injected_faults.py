"""Faults put in on purpose, and the tests that must notice them.

    python -m tests.injected_faults             # all of them, some minutes
    python -m tests.injected_faults NAME ...    # some of them
    python -m tests.injected_faults --list

Each fault replaces a piece of the source that occurs once, in a copy of the
project. Its tests, without any that take turns, must pass before and fail
after. A fault that no test notices means that a property is no longer tested.
"""

import argparse
import contextlib
import importlib
import os
import pathlib
import shutil
import sys
import tempfile
import time
import typing

import pytest

ROOT = pathlib.Path(__file__).parent.parent
SOURCES = ("tf_autoregressive", "trainers", "export")


class Fault(typing.NamedTuple):
    """A fault, and what must notice it.

    Attributes:
        name: Its name.
        why: The harm that it does.
        old: A piece of the source that occurs once.
        new: The text that takes its place.
        test: The name of the test.
        of: The parameters of the tests, as pytest's `-k` takes them.
    """

    name: str
    why: str
    old: str
    new: str
    test: str
    of: str = ""


FAULTS = [
    # Layers: who sees whom, and the arithmetic.
    Fault(
        "mask-sees-itself",
        "The output of a dimension sees the dimension itself.",
        "        return out_degrees[None, :] > in_degrees[:, None]\n",
        "        return out_degrees[None, :] >= in_degrees[:, None]\n",
        "test_a_changed_value_changes_what_it_may",
        "made-two-layers",
    ),
    Fault(
        "prediction-without-ridge",
        "Silence makes the inverse of a fitted prediction grow without bound.",
        "turns * ridge\n",
        "0.0 * turns * ridge + 1e-300\n",
        "test_the_fit_stays_sound_whatever_comes",
    ),
    Fault(
        "inputs-rounded-twice",
        "XLA rounds the inputs of a sound model in another way than a graph.",
        "(2.0 * tf.cast(values, tf.float32) - largest) * (1.0 / largest)\n",
        "tf.cast(values, tf.float32) * (2.0 / largest) - 1.0\n",
        "test_xla_rounds_the_inputs_as_a_graph_does",
    ),
    Fault(
        "mask-hides-too-much",
        "A hidden unit does not see the last dimension that it may.",
        "    return out_degrees[None, :] >= in_degrees[:, None]\n",
        "    return out_degrees[None, :] > in_degrees[:, None]\n",
        "test_a_changed_value_changes_what_it_may",
        "made-no-direct",
    ),
    Fault(
        "mask-of-another-member",
        "All members of an ensemble have the mask of the first.",
        "            ops.convert_to_tensor(self.in_degrees)[member],\n"
        "            ops.convert_to_tensor(self.out_degrees)[member],\n",
        "            ops.convert_to_tensor(self.in_degrees)[0],\n"
        "            ops.convert_to_tensor(self.out_degrees)[0],\n",
        "test_a_changed_value_changes_what_it_may",
        "made-orders-labels",
    ),
    Fault(
        "convolution-unmasked",
        "The mask of a convolution is left out of the forward pass.",
        'kernel = ops.cast(kernel, "float32") * self._mask',
        'kernel = ops.cast(kernel, "float32")',
        "test_a_changed_value_changes_what_it_may",
        "pixel-cnn-colours",
    ),
    Fault(
        "convolution-sees-the-right",
        "A pixel sees the one to its right.",
        "        mask[self.above, self.left :] = False\n",
        "        mask[self.above, self.left : self.left + 1] = False\n",
        "test_a_mask_is_the_one_that_is_drawn_by_hand",
    ),
    Fault(
        "colours-leak",
        "A first layer sees the colour that is to be drawn.",
        "exclusive=self.exclusive\n        )\n        return mask\n",
        "exclusive=False\n        )\n        return mask\n",
        "test_a_changed_value_changes_what_it_may",
        "pixel-cnn-colours",
    ),
    Fault(
        "gates-swapped",
        "The input and the forget gate of the LSTM change places.",
        "    return tf.concat([out, forget, new, candidate], axis=-1)\n",
        "    return tf.concat([out, new, forget, candidate], axis=-1)\n",
        "test_it_is_keras_lstm",
    ),
    Fault(
        "gate-forgotten-in-a-step",
        "A single step of an LSTM does not apply the input gate.",
        "    cell = forget * cell + new * candidate\n    return out * tf",
        "    cell = forget * cell + candidate\n    return out * tf",
        "test_both_methods_draw_the_same_events",
        "row-lstm-labels",
    ),
    Fault(
        "gradient-of-a-gate",
        "The written gradient of the LSTM's input gate lacks a factor.",
        "            candidate * new * (1.0 - new),\n",
        "            candidate * (1.0 - new),\n",
        "test_gradients_are_those_of_automatic_differentiation",
    ),
    Fault(
        "ring-of-a-convolution",
        "A causal convolution writes its step to the wrong place of its ring.",
        "        state = state.write(time % self.reach, x)\n",
        "        state = state.write((time + 1) % self.reach, x)\n",
        "test_steps_are_those_of_the_sequence",
    ),
    Fault(
        "norm-without-one-axis",
        "Weight normalisation leaves the channels out of the norm.",
        'ops.cast(self.kernel, "float32"), axis=[0, 1, 2]',
        'ops.cast(self.kernel, "float32"), axis=[0, 1]',
        "test_the_norm_of_a_filter_is_its_scale",
    ),
    Fault(
        "past-out-of-order",
        "A convolution takes what it kept of a stream in the wrong order.",
        "        past = tf.roll(state, -(time % self.reach), axis=0)\n",
        "        past = tf.roll(state, time % self.reach, axis=0)\n",
        "test_sequences_go_on_from_a_state",
    ),
    # Models.
    Fault(
        "nade-does-not-look",
        "NADE's running sum leaves out the value that was seen.",
        '        return activation + value * row["encoder"]\n',
        '        return activation + 0.0 * value * row["encoder"]\n',
        "test_a_changed_value_changes_what_it_may",
        "nade-categorical",
    ),
    Fault(
        "columns-not-kept-apart",
        "NADE draws values that a column of a table cannot have.",
        "            parameters += tf.constant(by_rank)[position.rank]\n",
        "            parameters += 0.0 * tf.constant(by_rank)[position.rank]\n",
        "test_draws_are_rows_that_can_be",
        "nade",
    ),
    Fault(
        "cache-not-advanced",
        "DeepNADE's cache stays as it was after a value.",
        '        return {**state, "total": state["total"] + added}\n',
        "        return state\n",
        "test_both_methods_draw_the_same_events",
        "deep-nade-two-layers",
    ),
    Fault(
        "block-not-read",
        "A MADE of many masks forgets a block once it has drawn it.",
        "read, units[layer][:, None], new[layer]",
        "read, units[layer][:, None], 0.0 * new[layer]",
        "test_both_methods_draw_the_same_events",
        "made-orders-labels",
    ),
    Fault(
        "link-after-the-gate",
        "Gated PixelCNN links its stacks after the gate, not before it.",
        "return gated(before_gate), scope.run(link, before_gate)\n",
        "return gated(before_gate), scope.run(link, tf.tanh(before_gate))\n",
        "test_links_are_taken_before_the_gate",
    ),
    Fault(
        "first-layer-residual",
        "Gated PixelCNN's first layer hands on the pixel to be drawn.",
        "            x = x + residual if index else residual\n",
        "            x = x + residual if index else x[..., :1] + residual\n",
        "test_a_changed_value_changes_what_it_may",
        "gated-pixel-cnn",
    ),
    Fault(
        "dropout-in-scores",
        "Dropout is active wherever the model is run.",
        "self.segments.dropout(layer, x) if self.training else x\n",
        "self.segments.dropout(layer, x)\n",
        "test_dropout_is_active_in_training_alone",
    ),
    Fault(
        "context-dropped",
        "MADE leaves out what the context adds.",
        "        if context is None:\n"
        "            return [None] * (len(self.units) + 1)\n",
        "        if True:\n            return [None] * (len(self.units) + 1)\n",
        "test_every_output_depends_on_the_context",
        "made-orders-labels",
    ),
    Fault(
        "length-off-by-one",
        "A sequence goes on one step beyond its length.",
        "return tf.sequence_mask(context, self.num_steps, tf.float32)\n",
        "return tf.sequence_mask(\n"
        "            context + 1, self.num_steps, tf.float32\n        )\n",
        "test_a_sequence_scores_what_a_model_of_its_length_scores",
    ),
    Fault(
        "end-ignored",
        "Draws do not end where their length says.",
        "        return tf.where(is_part[..., None] > 0.0, 0.0, shift",
        "        return tf.where(is_part[..., None] >= 0.0, 0.0, shift",
        "test_draws_end_where_they_are_told",
    ),
    Fault(
        "members-do-not-take-turns",
        "Training updates the first member of an ensemble alone.",
        "            member = self.num_updates % self.ensemble_size\n",
        "            member = 0\n",
        "test_members_train_in_turn",
    ),
    Fault(
        "estimate-biased",
        "DeepNADE's estimate lacks the weight that makes it unbiased.",
        "        weight = self.num_dims / (self.num_dims - num_known)\n",
        "        weight = 1.0 + 0.0 * num_known\n",
        "test_the_estimate_to_train_on_is_unbiased",
    ),
    Fault(
        "any-order-sees-all",
        "A model of any order is scored with all values in view.",
        "self.conditionals(x * known, known, context)\n",
        "self.conditionals(x, known, context)\n",
        "test_a_changed_value_changes_what_it_may",
        "order-agnostic-cnn-colours",
    ),
    Fault(
        "steps-see-themselves",
        "Dimensions that are drawn at once are given what they are to be.",
        "            known = tf.cast(step_of_dims < step, tf.float32)\n",
        "            known = tf.cast(step_of_dims <= step, tf.float32)\n",
        "test_dimensions_of_a_step_are_independent",
    ),
    Fault(
        "graph-lets-one-through",
        "A unit of a MADE of a graph reads those that see one dimension more.",
        "        return seen @ hidden.T == 0\n",
        "        return seen @ hidden.T <= 1\n",
        "test_a_variable_depends_on_exactly_its_parents",
    ),
    Fault(
        "first-examples-chosen",
        "The examples of a fixed choice are the first ones.",
        "    chosen = np.random.default_rng(0).permutation(count)[:number]\n",
        "    chosen = np.arange(number)\n",
        "test_a_choice_of_examples_is_fixed",
    ),
    Fault(
        "ensemble-of-parameters",
        "An ensemble averages its members' logits, not their probabilities.",
        "        return tfd.MixtureSameFamily(\n"
        "            tfd.Categorical(logits=tf.zeros([self.ensemble_size])),"
        " conditionals\n        )\n",
        "        return output.distribution(\n"
        "            tf.reduce_mean(parameters, axis=1),\n"
        "            event_ndims=len(self.event_shape),\n        )\n",
        "test_log_prob_is_that_of_the_product_averaged_over_members",
        "made-orders-labels",
    ),
    Fault(
        "conditionals-of-an-ensemble",
        "Conditionals of an ensemble are summed in the order of the event.",
        "    by_rank = tf.gather(flat, ordering, axis=-1)\n",
        "    by_rank = flat\n",
        "test_log_prob_per_dim_are_the_conditionals_of_the_joint",
        "made-masks",
    ),
    Fault(
        "states-not-carried",
        "Truncated training begins every batch with the start symbol.",
        "        self.last_codes.assign(codes[:, -1])\n",
        "        self.last_codes.assign(tf.zeros_like(codes[:, -1]))\n",
        "test_parts_of_a_text_score_like_the_whole",
    ),
    Fault(
        "weights-of-another-order",
        "Weights load into a model of another ordering without a word.",
        "if not np.array_equal(stored.pop(name, expected), expected):",
        "if stored.pop(name, expected) is None:",
        "test_weights_of_another_structure_are_refused",
    ),
    Fault(
        "graphs-kept",
        "Graphs from before LoRA was switched on are used after it.",
        "        key = (key, jit_compile, self.adaptations())\n",
        "        key = (key, jit_compile)\n",
        "test_graphs_that_were_kept_follow_lora",
    ),
    Fault(
        "weights-of-examples",
        "The loss that is shown leaves out the weights of examples.",
        "        self._loss_tracker.update_state("
        "-log_prob, sample_weight=weight)\n",
        "        self._loss_tracker.update_state(-log_prob)\n",
        "test_weights_of_arrays_count_in_the_mean",
    ),
    Fault(
        "nothing-counts",
        "A batch whose weights are all zero makes the loss NaN.",
        "    return tf.math.divide_no_nan("
        "tf.reduce_sum(values * weight), total)\n",
        "    return tf.reduce_sum(values * weight) / total\n",
        "test_a_batch_in_which_nothing_counts_changes_nothing",
    ),
    Fault(
        "walk-of-others",
        "A walk that some events were taken from goes on with the first ones.",
        "            indices = _at(history.indices, indices)\n",
        "            pass\n",
        "test_graphs_walk_as_eager_mode_does",
        "made-two-layers",
    ),
    Fault(
        "weights-without-limit",
        "A small file asks for more weights than it holds.",
        "            asked += _num_bytes(",
        "            asked += 0 * _num_bytes(",
        "test_the_weights_of_all_layers_count_together",
    ),
    Fault(
        "weights-without-width",
        "A small file asks for four times its bytes in float32.",
        "    return math.prod(shape) * tf.as_dtype(dtype).size",
        "    return math.prod(shape)",
        "test_the_weights_of_all_layers_count_together",
    ),
    Fault(
        "axis-without-limit",
        "A small file makes lists of the units of a gigantic layer.",
        "    if widest > size:",
        "    if widest > 10**18:",
        "test_a_configuration_asks_for_no_more_than_is_stored",
    ),
    Fault(
        "band-without-its-first-row",
        "A band of an image lacks a row that its pixels see.",
        "    above = rows_seen_above(model)\n",
        "    above = rows_seen_above(model) - 1\n",
        "test_bands_add_up_to_the_whole_image",
    ),
    # Distributions.
    Fault(
        "edge-bin",
        "The lowest level has a bin of the usual width, not all mass below.",
        "            lower=tf.where(is_lowest, -far, position - 1.0),\n",
        "            lower=position - 1.0,\n",
        "test_probabilities_sum_to_one",
    ),
    Fault(
        "mixture-not-normalised",
        "The weights of logistic components do not add up to one.",
        "        masses[0] += tf.nn.log_softmax(self.logits)\n",
        "        masses[0] += self.logits\n",
        "test_probabilities_sum_to_one",
        "gated-pixel-cnn-logistics",
    ),
    Fault(
        "channels-not-coupled",
        "The mean of a channel does not depend on the channels before.",
        "            mean += coeff * position\n",
        "            mean += 0.0 * coeff * position\n",
        "test_probabilities_are_those_of_the_definition",
    ),
    Fault(
        "component-not-chosen-again",
        "A later channel is drawn from the components of the first.",
        "                log_joint += channel.log_mass(positions, end)\n",
        "                pass\n",
        "test_samples_follow_the_probabilities",
    ),
    Fault(
        "threshold-of-a-bit",
        "A bit is drawn as its complement.",
        "        return tf.math.log1p(-uniforms) - tf.math.log(uniforms)\n",
        "        return tf.math.log(uniforms) - tf.math.log1p(-uniforms)\n",
        "test_a_draw_inverts_the_cumulative_probabilities",
    ),
    Fault(
        "scale-of-the-inputs",
        "The network sees the levels of a mixture from 0 on, not from -1.",
        "        return centred(values, self.num_levels)\n\n"
        "    def distribution(\n"
        "        self, parameters: tf.Tensor, event_ndims: int\n"
        "    ) -> tfd.Distribution:\n"
        "        sites = self._sites(parameters)\n",
        "        return centred(values, self.num_levels) + 1.0\n\n"
        "    def distribution(\n"
        "        self, parameters: tf.Tensor, event_ndims: int\n"
        "    ) -> tfd.Distribution:\n"
        "        sites = self._sites(parameters)\n",
        "test_the_network_sees_what_it_does_of_a_categorical",
    ),
    Fault(
        "components-alike",
        "All components of a logistic mixture start at the same place.",
        "centres = [(2 * k + 1) / count - 1 for k in range(count)]",
        "centres = [0.0 for _ in range(count)]",
        "test_the_first_bias_spreads_the_components",
    ),
    # Drawing.
    Fault(
        "noise-shared",
        "All examples are drawn from the same noise.",
        "    bits = seed.bits(shape) if has_bits else _bits(seed, shape)\n",
        "    bits = seed.bits(shape) if has_bits else tf.repeat(\n"
        "        _bits(seed, [1, *shape[1:]]), shape[0], axis=0\n    )\n",
        "test_samples_follow_log_prob",
        "fvsbn",
    ),
    Fault(
        "noise-of-members",
        "The noise that chooses a member is that of the first value.",
        "    return tf.bitwise.bitwise_xor(seed, [0, _MEMBER_SALT])\n",
        "    return seed\n",
        "test_members_are_uniform_and_not_tied_to_the_values",
    ),
    Fault(
        "noise-differs-under-xla",
        "Uniforms come from floats that XLA makes in another way.",
        "    return (cells + 0.5) * 2.0**-23\n\n\ndef members",
        "    return cells * 0.0 + tf.random.stateless_uniform(\n"
        "        shape, tf.reduce_sum(tf.cast(bits, tf.int32)) * 0 + [1, 2]\n"
        "    )\n\n\ndef members",
        "test_uniforms_are_the_same_in_every_mode",
    ),
    Fault(
        "draws-in-the-wrong-order",
        "Values are put where their rank says, not their dimension.",
        "    events = _gather_sites(values, tf.argsort(ordering, axis=-1))\n",
        "    events = _gather_sites(values, ordering)\n",
        "test_log_prob_of_the_sampler_is_that_of_scoring",
        "nade-categorical",
    ),
    Fault(
        "first-examples-not-skipped",
        "Later examples of a seed are the first ones again.",
        "        skipped = self.first * size\n",
        "        skipped = 0 * self.first * size\n",
        "test_later_examples_have_the_noise_of_the_whole",
    ),
    Fault(
        "options-ignored",
        "Temperature and cuts change nothing.",
        '        if self.numbers.keys() <= {"guidance"}:\n',
        "        if True:\n",
        "test_samples_with_options_follow_their_log_prob",
        "made-orders",
    ),
    Fault(
        "guidance-of-one-context",
        "Guidance combines the conditionals of the context with themselves.",
        "        empty = model.context.empty(tf.shape(encoded)[0])\n",
        "        empty = encoded\n",
        "test_guided_samples_follow_their_log_prob",
        "made-orders-labels",
    ),
    Fault(
        "guidance-of-bits-halved",
        "Guidance of bits leaves out the empty context.",
        "        return self, weight * parameters + (1.0 - weight) * empty\n",
        "        return self, weight * parameters\n",
        "test_guided_samples_follow_their_log_prob",
        "made-orders-labels",
    ),
    Fault(
        "context-never-dropped",
        "Training never shows the empty context.",
        "            is_empty = noise < self.dropout\n",
        "            is_empty = noise < 0.0\n",
        "test_training_drops_whole_contexts_at_the_rate",
    ),
    Fault(
        "attention-of-later-steps",
        "The weights that are shown are not those of the causal pattern.",
        "self._sees(steps[:, None] - steps))\n",
        "self._sees(steps - steps[:, None]))\n",
        "test_its_weights_are_those_of_its_values",
    ),
    Fault(
        "temperature-inverted",
        "A higher temperature sharpens bits.",
        "        logits = parameters / options.temperature\n",
        "        logits = parameters * options.temperature\n",
        "test_temperature_takes_powers_of_probabilities",
    ),
    Fault(
        "top-p-one-too-few",
        "`top_p` leaves out the value that crosses the limit.",
        "mass = tf.cumsum(tf.nn.softmax(rows), axis=-1, exclusive=True)\n",
        "mass = tf.cumsum(tf.nn.softmax(rows), axis=-1)\n",
        "test_top_p_keeps_the_fewest_that_hold_so_much",
    ),
    Fault(
        "top-k-one-too-many",
        "`top_k` keeps one value more.",
        "    last = tf.minimum(k, logits.shape[-1]) - 1\n",
        "    last = tf.minimum(k, logits.shape[-1] - 1)\n",
        "test_top_k_keeps_the_most_probable",
    ),
    Fault(
        "known-values-drawn",
        "A completion changes what is known.",
        "return tf.where(known, values, self.draw(parameters, noise))\n",
        "return tf.where(~known, values, self.draw(parameters, noise))\n",
        "test_known_values_are_kept_and_methods_agree",
        "fvsbn",
    ),
    Fault(
        "known-values-last",
        "A model of any order visits known values after the others.",
        "    ranks = tf.argsort(tf.cast(~known, tf.int32), axis=-1, "
        "stable=True)\n",
        "    ranks = tf.argsort(tf.cast(known, tf.int32), axis=-1, "
        "stable=True)\n",
        "test_any_order_conditions_on_known_values_of_late_ranks",
        "deep-nade",
    ),
    # Data.
    Fault(
        "held-out-bits-by-seed",
        "Validation bits depend on the seed of the training.",
        "    keys = {split: _once(key) for split, key in "
        "_HELD_OUT_SEEDS.items()}\n",
        "    keys = {s: _once(key + seed) for s, key in "
        "_HELD_OUT_SEEDS.items()}\n",
        "test_dynamic_held_out_bits_are_drawn_once_whatever_the_seed",
    ),
    Fault(
        "threshold-excluded",
        "The level in the middle becomes 0 instead of 1.",
        "        return tf.cast(2 * tf.cast(x, tf.int32) >= top, tf.uint8)\n",
        "        return tf.cast(2 * tf.cast(x, tf.int32) > top, tf.uint8)\n",
        "test_the_threshold_of_five_levels_is_the_middle_one",
    ),
    Fault(
        "bits-drawn-once",
        "Training bits are the same in every pass.",
        "        seed=seed, rerandomize_each_iteration=True\n",
        "        seed=seed, rerandomize_each_iteration=False\n",
        "test_dynamic_training_bits_differ_by_example_and_by_pass",
    ),
    Fault(
        "splits-overlap",
        "The test split of a text begins within its training split.",
        '        "test": numbers[test:],\n',
        '        "test": numbers[test - 1 :],\n',
        "test_splits_are_parts_of_the_text_in_their_order",
    ),
    Fault(
        "speakers-in-two-splits",
        "Recordings of the validation split are trained on.",
        'chosen = {"train": index >= 10, "validation": index // 5 == 1}',
        'chosen = {"train": index >= 5, "validation": index // 5 == 1}',
        "test_spoken_digits_have_the_official_test_split",
    ),
    # Training.
    Fault(
        "batch-repeated",
        "A run that continues trains on the first batches again.",
        "first_step=self.progress.epoch * self.steps_per_epoch,",
        "first_step=0,",
        "test_an_interrupted_run_ends_as_if_it_had_not_been",
    ),
    Fault(
        "checkpoint-without-the-optimizer",
        "A checkpoint leaves out the optimizer.",
        "    return model.variables + model.optimizer.variables\n",
        "    return list(model.variables)\n",
        "test_an_interrupted_run_ends_as_if_it_had_not_been",
    ),
    Fault(
        "checkpoint-without-its-time",
        "A checkpoint forgets how long training took.",
        "        state = json.dumps(dataclasses.asdict(progress))\n",
        '        state = json.dumps({"rows": progress.rows})\n',
        "test_variables_and_progress_come_back",
    ),
    Fault(
        "average-stays",
        "Training goes on from the averaged weights after a validation.",
        "            variable.assign(value)\n\n\nclass ValidateAveraged",
        "            pass\n\n\nclass ValidateAveraged",
        "test_weights_are_the_average_in_the_block_and_the_same_after",
    ),
    Fault(
        "average-not-saved",
        "The saved model has the last weights, not the averaged ones.",
        "        with averaged_weights(self.model):\n"
        "            if self.is_chief:\n",
        "        with contextlib.nullcontext():\n"
        "            if self.is_chief:\n",
        "test_validation_and_the_saved_model_use_averaged_weights",
    ),
    Fault(
        "worst-epoch-saved",
        "The model of the worst epoch is the one that is kept.",
        'key=lambda epoch: rows[epoch - 1]["validation_nats"],',
        'key=lambda epoch: -rows[epoch - 1]["validation_nats"],',
        "test_the_best_epoch_is_the_one_that_is_saved",
    ),
    Fault(
        "noise-of-every-step",
        "Every step binarizes with the same noise.",
        "draw(batch, _seed_pair(seed, step, _DRAW))",
        "draw(batch, _seed_pair(seed, 0 * step, _DRAW))",
        "test_noise_depends_on_seed_and_step_alone",
    ),
    Fault(
        "schedule-of-one-epoch",
        "The learning rate reaches its end after one epoch.",
        "    total_steps = recipe.epochs * steps\n",
        "    total_steps = steps\n",
        "test_a_cosine_ends_at_its_fraction",
    ),
    # Exports.
    Fault(
        "served-with-another-seed",
        "An export draws with another seed than the one asked for.",
        "    return sampling.LaterExamples(stateless(seed), first)\n",
        "    return sampling.LaterExamples(stateless(seed + 1), first)\n",
        "test_sample",
        "fvsbn",
    ),
    Fault(
        "served-values-unchecked",
        "A served model scores values that are not events.",
        '    tensor = _valid("events", event, tensor)\n',
        "",
        "test_the_error_names_the_input",
    ),
    Fault(
        "wrong-shape-taken",
        "The client does not compare answers with what a signature gives.",
        "for size, actual in zip((num_rows, *rest), shape, strict=True)",
        "for size, actual in zip(shape, shape, strict=True)",
        "test_a_wrong_answer_is_not_taken",
    ),
    Fault(
        "versions-mixed",
        "Two versions of a model answer the parts of one call.",
        "            self._asked(signature, starts, request_of, version, "
        "deadline)\n",
        "            self._asked(signature, starts, request_of, None, "
        "deadline)\n",
        "test_one_version_answers_all_parts_of_a_call",
    ),
    Fault(
        "rows-left-out",
        "Scoring leaves out the last row of every part.",
        "rows = range(start, min(start + part_size, len(events)))\n",
        "rows = range(start, min(start + part_size, len(events)) - 1)\n",
        "test_every_row_is_scored_once",
    ),
    Fault(
        "damaged-part-taken",
        "A part of other scores is taken for one of these.",
        "        is_whole = checksum == self._checksum(found, scores)\n",
        "        is_whole = True\n",
        "test_a_damaged_part_is_scored_again",
    ),
    Fault(
        "quantized-by-the-wrong-axis",
        "All columns of an int8 weight share one scale.",
        "        largest = np.abs(value).max("
        "axis=tuple(range(value.ndim - 1)))\n",
        "        largest = np.abs(value).max()\n",
        "test_an_int8_is_within_half_a_step_of_its_column",
    ),
    # Evaluation.
    Fault(
        "bits-in-nats",
        "Bits per dimension are nats per dimension.",
        "        bits = nats / (self.num_dims * math.log(2.0))\n",
        "        bits = nats / self.num_dims\n",
        "test_a_uniform_model_of_binary_data_scores_one_bit",
    ),
    Fault(
        "sequences-counted",
        "Nats per step weigh sequences, not steps.",
        "        weight = lengths / self.num_steps\n",
        "        weight = lengths / keras.ops.maximum(lengths, 1.0)\n",
        "test_steps_are_counted_not_sequences",
    ),
    Fault(
        "features-permuted",
        "Features of NADE are shown in the order of generation.",
        "        ranks = orderings.ranks(model.ordering[0])\n"
        "        kernel = tf.gather(model.conditionals.encoder, ranks)\n",
        "        ranks = model.ordering[0]\n"
        "        kernel = tf.gather(model.conditionals.encoder, ranks)\n",
        "test_features_of_nade_are_in_the_order_of_the_event",
    ),
    # Compression: what comes back, or an error.
    Fault(
        "encoder-takes-other-rounding",
        "The encoder takes parameters that differ from the decoder's.",
        '        of_members = parameters.astype("float64")\n',
        '        of_members = parameters.astype("float64")\n'
        "        of_members *= 1.0 + 1e-5 * (values is None)\n",
        "test_what_comes_back_is_what_went_in",
        "nade-categorical",
    ),
    Fault(
        "blocks-are-not-checked",
        "A block counts as whole, whatever its checksum.",
        "checksum != _checksum(self._seed, index, kind, contents)",
        "checksum is None",
        "test_damage_is_an_error_and_never_other_events",
    ),
    Fault(
        "events-are-not-checked",
        "Events of other arithmetic are handed out.",
        "        if events is None or checksum(events) != counts.crc:\n",
        "        if events is None:\n",
        "test_other_arithmetic_is_an_error",
    ),
    Fault(
        "codec-forgets",
        "A long sequence begins anew with every block.",
        "        self.state = self._steps.code_section(code, self.state, ",
        "        self._steps.code_section(code, self.state, ",
        "test_a_sequence_comes_back_in_its_code_length",
        "recurrent",
    ),
    Fault(
        "walks-keep-a-block-size",
        "A walk keeps the steps of a block size that was changed.",
        "        key = member, self.block_size\n",
        "        key = member\n",
        "test_a_block_size_that_is_set_after_loading_is_walked_in",
    ),
    Fault(
        "distances-overflow",
        "Distances between images are computed in their 8 bits.",
        '        events.reshape(len(events), -1).astype("float64")\n',
        "        events.reshape(len(events), -1)\n",
        "test_neighbours_are_the_nearest_examples",
    ),
    # Anomalies: p-values that hold, streams that go on.
    Fault(
        "p-value-of-its-own-kind",
        "A p-value leaves out the example itself, and is too small.",
        "        return (1 + n - below) / (n + 1)\n",
        "        return (n - below) / n\n",
        "test_false_alarms_over_many_splits_follow_their_exact_law",
    ),
    Fault(
        "typicality-calibrates-on-what-it-learned",
        "The events that tell the entropy calibrate as well.",
        "        return number\n\n    def scores(",
        "        return 0\n\n    def scores(",
        "test_typicality_learns_the_entropy_from_the_first_fifth",
    ),
    Fault(
        "background-alone",
        "A likelihood ratio has its sign turned.",
        "        return background - model.log_prob(x, context)\n",
        "        return model.log_prob(x, context) - background\n",
        "test_likelihood_ratio_is_high_where_the_background_is_better",
    ),
    Fault(
        "detect-without-contexts",
        "tfar detect scores events of a conditional model without contexts.",
        "        scores = self.detector.score(events, contexts)",
        "        scores = self.detector.score(events)",
        "test_a_conditional_model_gets_its_contexts",
    ),
    Fault(
        "stream-forgets",
        "A piece of a stream begins with an empty history.",
        "        self.state = state\n        self.num_steps += x.shape[1]\n",
        "        self.num_steps += x.shape[1]\n",
        "test_a_stream_gives_the_surprise_of_the_whole_sequence",
    ),
    Fault(
        "served-stream-forgets",
        "A client sends every piece of a stream with the first state.",
        "        self._state = state\n        self.num_steps += x.shape[1]\n",
        "        self.num_steps += x.shape[1]\n",
        "test_the_client_streams",
    ),
    Fault(
        "served-stream-begins-anywhere",
        "A served stream begins with whatever a request has for its state.",
        "tf.where(num_steps == 0, self._packed.pack(first), state)",
        "tf.where(num_steps < 0, self._packed.pack(first), state)",
        "test_pieces_have_the_surprise_of_a_stream",
    ),
    # Data: what is trained on.
    Fault(
        "test-fold-trained-on",
        "The test fold of a real-valued set is in its training split too.",
        "    train = data[~(is_test | is_validation)]\n",
        "    train = data[~is_validation]\n",
        "test_a_real_set_is_split_by_its_folds",
    ),
    # The optimizer.
    Fault(
        "adam-uncorrected",
        "The moments of Adam's first steps are too small by what they lack.",
        "            beta1_power=tf.cast(self.beta_1, step.dtype) ** step,\n",
        "            beta1_power=tf.zeros([], step.dtype),\n",
        "test_adam_is_its_formula",
    ),
    Fault(
        "adam-epsilon-in-the-root",
        "Adam's epsilon counts as if it stood inside the root.",
        "            epsilon=tf.cast(self.epsilon, step.dtype),\n",
        "            epsilon=tf.cast(self.epsilon, step.dtype) ** 0.5,\n",
        "test_adam_is_its_formula",
    ),
    Fault(
        "adam-decay-in-the-gradient",
        "Adam's weight decay goes through the moments, and for biases too.",
        "            grad=tf.cast(gradient, step.dtype),\n",
        "            grad=tf.cast(gradient, step.dtype)\n"
        "            + (self.weight_decay or 0.0) * variable.value,\n",
        "test_adam_is_its_formula",
    ),
    Fault(
        "adam-forgets-squares",
        "Adam's mean of squares forgets as fast as its mean.",
        "            beta2=tf.cast(self.beta_2, step.dtype),\n",
        "            beta2=tf.cast(self.beta_1, step.dtype),\n",
        "test_adam_is_its_formula",
    ),
    Fault(
        "adam-without-amsgrad",
        "Adam takes no notice of `amsgrad`.",
        "isinstance(gradient, tf.Tensor) and not self.amsgrad\n",
        "isinstance(gradient, tf.Tensor)\n",
        "test_adam_is_that_of_keras",
        "amsgrad and graph",
    ),
    Fault(
        "adam-a-step-ahead",
        "Adam corrects its moments as those of the next step.",
        "        step = tf.cast(self.iterations + 1, variable.dtype)\n",
        "        step = tf.cast(self.iterations + 2, variable.dtype)\n",
        "test_adam_is_its_formula",
    ),
    # Trained models, and what is said of them.
    Fault(
        "hashes-not-compared",
        "A trained model is loaded from files that were changed.",
        '    if content["sha256"] != sha256(path):\n',
        '    if not content["sha256"]:\n',
        "test_a_changed_model_is_not_loaded",
        "weights",
    ),
    Fault(
        "miss-is-within",
        "A published figure counts as reached from twice its interval.",
        "        missing = round(difference - (self.interval or 0.0), 2)\n",
        "        missing = round(difference - 2 * (self.interval or 0.0), 2)\n",
        "test_verdicts_count_from_the_end_of_the_interval",
    ),
]


class Project:
    """A copy of the project, of which one file at a time is changed.

    Args:
        folder: The folder of the copy.

    Attributes:
        log: The lines that the last run of tests printed.
    """

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.log = folder / "log"
        ignored = shutil.ignore_patterns("__pycache__")
        for name in (*SOURCES, "tests"):
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        for name in ("setup.cfg", "pyproject.toml"):
            shutil.copy(ROOT / name, folder)

    @contextlib.contextmanager
    def with_fault(self, fault: Fault):
        """Puts a fault in for the length of a block."""
        path = place_of(fault, sources(self.folder))
        sound = path.read_text()
        path.write_text(sound.replace(fault.old, fault.new))
        try:
            yield
        finally:
            path.write_text(sound)

    def run_tests(self, faults) -> int:
        """Returns pytest's exit status of the tests of these faults.

        From a process of its own, forked from this one, which has imported
        TensorFlow and not used it: starting anew would take longer than most
        of the tests.
        """
        sys.stdout.flush()
        process = os.fork()
        if not process:
            # Whatever happens, a child must not go on with the parent's work.
            try:
                os._exit(self._tested(faults))
            finally:
                os._exit(3)
        _, status = os.waitpid(process, 0)
        return os.waitstatus_to_exitcode(status)

    def _tested(self, faults):
        os.chdir(self.folder)
        log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        sys.path[0] = str(self.folder)
        for name in list(sys.modules):
            if name.partition(".")[0] in (*SOURCES, "tests"):
                del sys.modules[name]
        files = {file for fault in faults for file in self._files(fault.test)}
        chosen = {
            f"({fault.test} and ({fault.of}))" if fault.of else fault.test
            for fault in faults
        }
        options = ["--run-slow", "-m", "not takes_turns", "-x", "-q"]
        options += ["-p", "no:cacheprovider", "-k", " or ".join(chosen)]
        return pytest.main([*sorted(files), *options])

    def _files(self, test):
        """Returns the files that define a test of this name."""
        return [
            str(path)
            for path in pathlib.Path("tests").rglob("test_*.py")
            if f"def {test}(" in path.read_text()
        ]


def sources(root: pathlib.Path = ROOT) -> dict[pathlib.Path, str]:
    """Returns the text of every source file."""
    return {
        path: path.read_text()
        for folder in SOURCES
        for path in sorted((root / folder).rglob("*.py"))
    }


def place_of(fault: Fault, texts: dict[pathlib.Path, str]) -> pathlib.Path:
    """Returns the source file that a fault changes, out of `sources`.

    Raises:
        ValueError: If its piece of the source does not occur exactly once.
    """
    found = [
        path
        for path, text in texts.items()
        for _ in range(text.count(fault.old))
    ]
    if len(found) != 1:
        raise ValueError(
            f"The fault {fault.name} must replace a piece of the source that "
            f"occurs once. Received one that occurs {len(found)} times: "
            f"{fault.old!r}"
        )
    return found[0]


def check(faults) -> int:
    """Prints for each fault whether its tests notice it.

    Returns:
        The number of faults that they do not.
    """
    # Here and not in each child. Nothing of the project may be imported: the
    # children have a copy of their own.
    for module in (
        "keras",
        "tensorflow",
        "tensorflow_probability.python.distributions",
    ):
        importlib.import_module(module)
    caught = 0
    with tempfile.TemporaryDirectory() as name:
        project = Project(pathlib.Path(name))
        if project.run_tests(faults):
            raise RuntimeError(
                f"Tests fail without a fault:\n{project.log.read_text()}"
            )
        for fault in faults:
            start = time.monotonic()
            with project.with_fault(fault):
                verdict = _verdict(project.run_tests([fault]))
            caught += verdict == "caught"
            seconds = time.monotonic() - start
            print(f"{fault.name:34s}{verdict:10s}{seconds:5.1f} s  {fault.why}")
    print(f"{caught} of {len(faults)} faults were caught.")
    return len(faults) - caught


def _verdict(status):
    """Returns what pytest's exit status says of a fault."""
    # Others than these: it chose no test, or could not run those chosen.
    return {0: "MISSED", 1: "caught"}.get(status, f"ERROR {status}")


def main(argv=None):
    """Ends with the exit status 1 unless every fault is caught."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--list", action="store_true", help="only list them")
    arguments = parser.parse_args(argv)
    known = {fault.name: fault for fault in FAULTS}
    if unknown := set(arguments.names) - set(known):
        parser.error(f"There is no fault {', '.join(sorted(unknown))}.")
    faults = [known[name] for name in arguments.names] or FAULTS
    if arguments.list:
        for fault in faults:
            print(f"{fault.name:34s}{fault.why}")
        return 0
    return int(check(faults) > 0)


if __name__ == "__main__":
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
    # Files change within a second, which Python's cache does not notice.
    sys.dont_write_bytecode = True
    sys.exit(main())
