import io

import numpy as np
import pytest
from PIL import Image

from tf_autoregressive import plots
from tf_autoregressive.dependencies import Dependencies

RED, WHITE, CYAN = (255, 0, 0), (255, 255, 255), (0, 255, 255)


def pixels_of(file):
    file.seek(0)
    return np.asarray(Image.open(file))


def test_binary_images_are_black_and_white_in_rows():
    images = np.zeros((3, 1, 2, 1), int)
    images[1] = 1
    grid = plots.image_grid(images, num_levels=2, num_columns=2, padding=1)
    b = 64
    np.testing.assert_array_equal(
        grid[..., 0],
        [
            [b, b, b, b, b, b, b],
            [b, 0, 0, b, 255, 255, b],
            [b, b, b, b, b, b, b],
            [b, 0, 0, b, b, b, b],
            [b, b, b, b, b, b, b],
        ],
    )
    np.testing.assert_array_equal(grid[..., 0], grid[..., 2])


@pytest.mark.parametrize(
    ("num_levels", "value", "shown"),
    [(256, 200, 200), (2, 1, 255), (4, 2, 170), (65536, 32768, 128)],
)
def test_levels_are_spread_over_the_grey_scale(num_levels, value, shown):
    image = np.full((1, 1, 1, 1), value)
    grid = plots.image_grid(image, num_levels=num_levels, padding=0)
    assert grid[0, 0, 0] == shown


def test_colours_stay_colours():
    image = np.array([1, 2, 3]).reshape(1, 1, 1, 3)
    grid = plots.image_grid(image, num_levels=256, padding=0)
    np.testing.assert_array_equal(grid[0, 0], [1, 2, 3])


def test_a_grid_is_about_square_unless_told_otherwise():
    images = np.zeros((10, 4, 4, 1), int)
    assert plots.image_grid(images, num_levels=2).shape == (16, 21, 3)
    wide = plots.image_grid(images, num_levels=2, num_columns=10)
    assert wide.shape == (6, 51, 3)


@pytest.mark.parametrize(
    ("images", "num_levels", "message"),
    [
        (np.zeros((4, 4, 1)), 2, r"shape=\(4, 4, 1\)"),
        (np.zeros((1, 4, 4, 2)), 2, r"shape=\(1, 4, 4, 2\)"),
        (np.zeros((0, 4, 4, 1)), 2, r"shape=\(0, 4, 4, 1\)"),
        (np.full((1, 4, 4, 1), 2), 2, r"\[0, 1\].*Received values in \[2, 2\]"),
        (np.full((1, 4, 4, 1), -1), 2, r"Received values in \[-1, -1\]"),
        (np.full((1, 4, 4, 1), np.nan), 2, r"Received values in \[nan, nan\]"),
        (np.zeros((1, 4, 4, 1)), 1, "num_levels=1"),
    ],
)
def test_what_is_no_image_is_refused(images, num_levels, message):
    with pytest.raises(ValueError, match=message):
        plots.image_grid(images, num_levels=num_levels)


def test_a_grid_is_written_as_png_to_a_path(tmp_path):
    path = tmp_path / "grid.png"
    images = np.ones((1, 2, 3, 1), int)
    plots.save_image_grid(path, images, num_levels=2, scale=3)
    with Image.open(path) as picture:
        assert picture.size == (15, 12)
        assert picture.getpixel((7, 6)) == (255, 255, 255)


def test_completions_show_the_original_what_was_known_and_the_rest():
    original = np.array([[[1], [0]]])
    known = np.array([[[True], [False]]])
    completed = np.array([[[1], [1]]])[None, None]
    file = io.BytesIO()
    plots.save_completions(
        file, original[None], known, completed, num_levels=2, scale=1
    )
    row = pixels_of(file)[1, :, 0]
    np.testing.assert_array_equal(
        row, [64, 255, 0, 64, 255, 128, 64, 255, 255, 64]
    )


def test_each_example_may_have_its_own_known_positions():
    originals = np.ones((2, 1, 1, 3), int)
    known = np.array([True, False]).reshape(2, 1, 1, 1)
    completed = originals[:, None]
    file = io.BytesIO()
    plots.save_completions(
        file, originals, known, completed, num_levels=2, scale=1
    )
    assert pixels_of(file)[1::2, 3, 1].tolist() == [255, 128]


def test_completions_that_do_not_fit_are_refused():
    originals = np.zeros((2, 4, 4, 1), int)
    with pytest.raises(ValueError, match=r"completed.shape=\(3, 2, 4, 4, 1\)"):
        plots.save_completions(
            io.BytesIO(),
            originals,
            np.ones((4, 4, 1), bool),
            np.zeros((3, 2, 4, 4, 1), int),
            num_levels=2,
        )


def test_neighbours_stand_beside_their_sample():
    sample = np.array([[[[1]]]])
    neighbours = np.array([[[[[1]]], [[[0]]]]])
    picture = plots.picture(
        plots.save_neighbours, sample, neighbours, num_levels=2, scale=1
    )
    row = pixels_of(io.BytesIO(picture))[1, :, 0]
    np.testing.assert_array_equal(row, [64, 255, 64, 64, 64, 255, 64, 0, 64])
    with pytest.raises(ValueError, match=r"neighbours.shape=\(2, 2, 1, 1\)"):
        plots.save_neighbours(
            io.BytesIO(), sample, np.zeros((2, 2, 1, 1)), num_levels=2
        )


def test_a_notebook_is_shown_what_a_file_would_hold(tmp_path):
    image = np.ones((1, 2, 2, 1), int)
    plots.save_image_grid(tmp_path / "grid.png", image, num_levels=2)
    picture = plots.picture(plots.save_image_grid, image, num_levels=2)
    assert picture._repr_png_() == (tmp_path / "grid.png").read_bytes()
    assert repr(picture) == f"<PNG file of {len(picture)} bytes>"


def test_features_are_grey_where_they_are_zero():
    features = np.array([0.0, -2.0, 1.0, 2.0]).reshape(4, 1, 1, 1)
    grid = plots.feature_grid(features, num_columns=4)
    np.testing.assert_array_equal(
        grid[1, 1::2, 0], [128, 0, np.round(127.5 * 1.5), 255]
    )
    assert (plots.feature_grid(features * 0)[1, 1] == 128).all()
    picture = plots.picture(plots.save_features, features, scale=1)
    np.testing.assert_array_equal(
        pixels_of(io.BytesIO(picture)), plots.feature_grid(features)
    )
    with pytest.raises(ValueError, match="finite"):
        plots.feature_grid(features * np.nan)


@pytest.fixture
def figures(monkeypatch):
    """The figures that are drawn."""
    drawn, make = [], plots.figures.empty_figure

    def keep(*size):
        drawn.append(make(*size))
        return drawn[-1]

    monkeypatch.setattr(plots.figures, "empty_figure", keep)
    return drawn


def test_log_prob_maps_show_the_nats_of_pixels_on_one_scale(figures):
    images = np.zeros((2, 1, 2, 3), int)
    log_prob = -np.arange(12.0).reshape(images.shape)
    plots.picture(plots.save_log_prob_maps, images, log_prob, num_levels=2)
    _, first, _, second, bar = figures[0].axes
    np.testing.assert_array_equal(first.images[0].get_array(), [[-3, -12]])
    np.testing.assert_array_equal(second.images[0].get_array(), [[-21, -30]])
    assert [axes.get_title() for axes in (first, second)] == ["-15.0", "-51.0"]
    assert second.images[0].norm is first.images[0].norm
    assert bar.get_ylabel() == "nats per pixel"
    assert bar.get_ylim() == (-30, -3)


def test_histograms_have_the_probabilities_and_mark_the_value(figures):
    probabilities = np.array([[0.25, 0.75], [1.0, 0.0]])
    plots.picture(
        plots.save_predictive_histograms,
        probabilities,
        values=[1, 0],
        titles=["a", "b"],
    )
    for index, axes in enumerate(figures[0].axes):
        heights = [bar.get_height() for bar in axes.patches]
        assert heights == probabilities[index].tolist()
        assert axes.lines[0].get_xdata() == [1 - index] * 2
        assert axes.get_title() == "ab"[index]


def test_masks_are_drawn_with_a_row_for_every_output(figures):
    mask = np.array([[True, True], [False, True], [False, False]])
    plots.picture(plots.save_masks, {"hidden": mask, "outputs": mask.T})
    hidden, outputs = figures[0].axes
    np.testing.assert_array_equal(hidden.images[0].get_array(), mask.T)
    np.testing.assert_array_equal(outputs.images[0].get_array(), mask)
    assert hidden.get_title() == "hidden: 50% used"
    assert (hidden.get_xlabel(), hidden.get_ylabel()) == (
        "3 inputs",
        "2 outputs",
    )


@pytest.mark.parametrize(
    ("save", "arguments", "message"),
    [
        (plots.save_masks, [{}], "Received: {}"),
        (plots.save_masks, [{"a": np.ones(3)}], r"Received: {'a': \(3,\)}"),
        (plots.save_predictive_histograms, [np.ones((17, 2))], r"\(17, 2\)"),
        (plots.save_predictive_histograms, [np.ones(2)], r"shape=\(2,\)"),
    ],
)
def test_what_no_figure_shows_is_refused(save, arguments, message):
    with pytest.raises(ValueError, match=message):
        plots.picture(save, *arguments)


def test_figures_need_as_much_of_everything():
    ones = np.ones((2, 3))
    for name in ("values", "titles"):
        with pytest.raises(ValueError, match=f"`{name}` must be 2"):
            plots.picture(plots.save_predictive_histograms, ones, **{name: [1]})
    images = np.zeros((17, 1, 1, 1), int)
    for log_prob in (images, images[:1]):
        with pytest.raises(ValueError, match="at most 16"):
            plots.picture(
                plots.save_log_prob_maps, images, log_prob, num_levels=2
            )


def test_learning_curves_are_drawn_without_global_state():
    from matplotlib import _pylab_helpers

    file = io.BytesIO()
    plots.save_learning_curves(
        file, {"train": ([1, 2], [3.0, 2.0]), "validation": ([2], [2.5])}
    )
    # The figure has more than the white of an empty one and the black of its
    # axes.
    assert len(np.unique(pixels_of(file).reshape(-1, 4), axis=0)) > 10
    assert _pylab_helpers.Gcf.figs == {}


def test_curves_that_cannot_be_drawn_are_refused():
    with pytest.raises(ValueError, match="at least one curve"):
        plots.save_learning_curves(io.BytesIO(), {})
    with pytest.raises(ValueError, match=r"curves\['a'\].*2 x, 1 y"):
        plots.save_learning_curves(io.BytesIO(), {"a": ([1, 2], [1.0])})


@pytest.mark.parametrize(
    ("event_shape", "expected"),
    [
        ((28, 28, 1), True),
        ((8, 8, 3), True),
        ((8, 8, 2), False),
        ((784,), False),
    ],
)
def test_images_are_told_from_other_events(event_shape, expected):
    assert plots.is_image_shape(event_shape) == expected


def dependencies(event_shape, *, positions, leaks=(), unreachable=()):
    """Returns `Dependencies` in raster order, but for some `(index, dim)`."""
    positions = np.array(positions)
    sites = np.ravel_multi_index(positions.T, event_shape[: positions.shape[1]])
    channels = np.prod(event_shape[positions.shape[1] :], dtype=int)
    dims = np.arange(np.prod(event_shape))
    earlier = dims < sites[:, None] * channels
    depends = earlier.copy()
    for index, dim in leaks:
        depends[index, dim] = True
    for index, dim in unreachable:
        depends[index, dim] = False
    influence = depends * np.logspace(-6, 0, len(dims), dtype="float32")
    shape = (len(positions), *event_shape)
    return Dependencies(
        positions,
        depends.reshape(1, *shape),
        earlier.reshape(1, *shape),
        influence.reshape(shape),
    )


def drawn(found):
    """Returns the picture `[height, width, 3]`."""
    file = io.BytesIO()
    plots.save_dependencies(file, found)
    return pixels_of(file)[..., :3]


def area(picture, colour):
    return (picture == colour).all(axis=-1).sum()


def more_of(colour, found, other):
    """Returns by how much larger its area is; the legend has all colours."""
    return area(drawn(found), colour) - area(drawn(other), colour)


@pytest.mark.parametrize(
    ("event_shape", "positions"),
    [
        ((4, 4, 1), [(0, 0, 0), (2, 1, 0)]),
        ((2, 2, 3), [(0, 0, 1), (1, 0, 2)]),
        ((2, 2, 3), [(0, 0), (1, 0)]),
        ((2, 3, 2), [(1, 2, 1)] * 2),
        ((12,), [(3,), (8,)]),
        ((3, 4), [(0, 1), (2, 0)]),
    ],
)
def test_dependencies_show_leaks_and_blind_spots(event_shape, positions):
    honest = dependencies(event_shape, positions=positions)
    last = np.prod(event_shape) - 1
    leaking = dependencies(event_shape, positions=positions, leaks=[(1, last)])
    blind = dependencies(
        event_shape, positions=positions, unreachable=[(1, 0), (1, 1), (1, 2)]
    )
    assert more_of(RED, leaking, honest) > 100
    assert more_of(WHITE, blind, honest) > 100


def test_a_position_that_sees_itself_is_red():
    options = {"positions": [(1, 1, 0)]}
    honest = dependencies((3, 3, 1), **options)
    leaking = dependencies((3, 3, 1), **options, leaks=[(0, 4)])
    change = more_of(RED, leaking, honest)
    assert change > 100
    assert more_of(CYAN, honest, leaking) == change


def test_of_the_channels_of_a_pixel_the_worst_one_counts():
    options = {"positions": [(1, 1)]}
    honest = dependencies((2, 2, 3), **options)
    blind = dependencies((2, 2, 3), **options, unreachable=[(0, 4)])
    leaking = dependencies((2, 2, 3), **options, leaks=[(0, 10)])
    assert more_of(WHITE, blind, honest) > 100
    assert more_of(RED, leaking, honest) > 100


@pytest.mark.slow
@pytest.mark.parametrize("event_shape", [(40, 40, 1), (1600,)])
def test_no_leak_is_lost_among_many_positions(event_shape):
    positions = list(np.ndindex(*event_shape))
    if len(event_shape) == 3:
        positions = positions[::2]
    honest = dependencies(event_shape, positions=positions)
    leaks = [(index, 1599) for index in range(0, 700, 7)]
    leaking = dependencies(event_shape, positions=positions, leaks=leaks)
    assert more_of(RED, leaking, honest) >= len(leaks)


def test_what_no_gradient_shows_is_drawn_as_the_weakest_influence():
    found = dependencies((2, 2, 1), positions=[(1, 1, 0)])
    without = found._replace(influence=np.zeros_like(found.influence))
    assert not without.unreachable.any()
    violet = (68, 1, 84)
    assert area(drawn(without), violet) > 1000


def test_the_whole_legend_of_one_panel_is_drawn():
    found = dependencies((2, 2, 1), positions=[(1, 1, 0)])
    shown = drawn(found).reshape(-1, 3)
    for colour in ([128] * 3, [255] * 3, [0, 255, 255], [255, 0, 0]):
        assert (shown == colour).all(axis=1).any()


def test_dependencies_are_drawn_without_global_state():
    from matplotlib import _pylab_helpers

    drawn(dependencies((2,), positions=[(0,)]))
    assert _pylab_helpers.Gcf.figs == {}


def test_surprise_curves_show_where_a_sequence_is_unusual(rng):
    surprise = rng.random((2, 9, 3))
    surprise[1, 4] = 40.0
    picture = plots.picture(
        plots.save_surprise_curves, surprise, titles=["usual", "not"]
    )
    flat = plots.picture(plots.save_surprise_curves, 0.0 * surprise)
    assert picture != flat
    for wrong, options in (
        (surprise[0, 0], {}),
        (surprise[:0], {}),
        (np.zeros((17, 2)), {}),
        (surprise, {"titles": ["one"]}),
    ):
        with pytest.raises(ValueError, match="must be"):
            plots.save_surprise_curves(io.BytesIO(), wrong, **options)
