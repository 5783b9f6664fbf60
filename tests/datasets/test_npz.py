import numpy as np
import pytest

from tf_autoregressive.datasets import from_npz


def bits(rng, *shape):
    return rng.integers(0, 2, size=shape, dtype="uint8")


def examples(dataset):
    return np.stack(list(dataset.as_numpy_iterator()))


@pytest.mark.parametrize("validation", ["validation", "valid", "x_valid"])
def test_splits_are_read_under_their_usual_names(tmp_path, rng, validation):
    train, valid, test = bits(rng, 5, 3), bits(rng, 2, 3), bits(rng, 4, 3)
    path = tmp_path / "mine.npz"
    np.savez(path, **{"x_train": train, validation: valid, "test": test})

    data = from_npz(path, num_levels=2)

    np.testing.assert_array_equal(examples(data.train), train)
    np.testing.assert_array_equal(examples(data.validation), valid)
    np.testing.assert_array_equal(examples(data.test), test)
    assert data.info.name == "mine"
    assert data.info.source == "the file mine.npz"


def test_packed_bits_are_unpacked_to_their_number(tmp_path, rng):
    train = bits(rng, 6, 11)
    path = tmp_path / "packed.npz"
    np.savez_compressed(path, train=np.packbits(train, axis=1), dim=11)

    data = from_npz(path, num_levels=2)

    assert data.info.event_shape == (11,)
    np.testing.assert_array_equal(examples(data.train), train)


def test_labels_are_read_if_asked_for(tmp_path, rng):
    path = tmp_path / "a.npz"
    np.savez(path, train=bits(rng, 3, 2), y_train=[4, 5, 6])

    data = from_npz(path, num_levels=2, with_labels=True)
    assert [int(y) for _, y in data.train] == [4, 5, 6]

    data = from_npz(path, num_levels=2)
    assert data.train.element_spec.shape == (2,)


def test_the_description_is_the_callers(tmp_path, rng):
    path = tmp_path / "a.npz"
    np.savez(path, train=bits(rng, 3, 4))
    data = from_npz(
        path, num_levels=2, name="b", event_shape=(2, 2), source="me"
    )
    assert (data.info.name, data.info.source) == ("b", "me")
    assert data.info.event_shape == (2, 2)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no file .*none\.npz"):
        from_npz(tmp_path / "none.npz", num_levels=2)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 cut short"])
def test_a_damaged_file_is_refused(tmp_path, content):
    path = tmp_path / "damaged.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"damaged\.npz is damaged"):
        from_npz(path, num_levels=2)


def test_an_npy_file_is_refused(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros((2, 3)))
    with pytest.raises(ValueError, match=r"not an \.npz file"):
        from_npz(tmp_path / "a.npy", num_levels=2)


def test_pickled_objects_are_refused(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, train=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match="plain arrays"):
        from_npz(path, num_levels=2)


def test_a_file_without_a_training_split_is_refused(tmp_path, rng):
    path = tmp_path / "mine.npz"
    np.savez(path, pool=bits(rng, 5, 3), other=bits(rng, 5, 3))
    with pytest.raises(ValueError, match=r"only one. Received: \['other', "):
        from_npz(path, num_levels=2)


def test_a_single_array_is_the_training_split(tmp_path, rng):
    path = tmp_path / "mine.npz"
    pool = bits(rng, 5, 3)
    np.savez(path, pool=pool)
    data = from_npz(path, num_levels=2)
    np.testing.assert_array_equal(examples(data.train), pool)
    assert data.info.split_sizes == {"train": 5}


def test_a_width_that_does_not_fit_the_packed_bits_is_refused(tmp_path, rng):
    path = tmp_path / "a.npz"
    np.savez(path, train=np.packbits(bits(rng, 2, 16), axis=1), dim=17)
    with pytest.raises(ValueError, match=r"`dim` = 17 .*shape=\(2, 2\)"):
        from_npz(path, num_levels=2)


def test_missing_labels_are_refused(tmp_path, rng):
    path = tmp_path / "a.npz"
    np.savez(path, train=bits(rng, 2, 2))
    with pytest.raises(ValueError, match="`labels` must hold the labels"):
        from_npz(path, num_levels=2, with_labels=True)
