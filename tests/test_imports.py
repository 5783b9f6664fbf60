"""The imports that parts of the library may have, and their cost."""

import ast
import pathlib
import subprocess
import sys

import pytest

import tf_autoregressive

ROOT = pathlib.Path(__file__).parent.parent
LIBRARY = "tf_autoregressive"

# Imported only inside the functions that need them: they are slow to import.
LAZY = {"PIL", "matplotlib", "pydantic", "tensorflow_datasets"}

# The parts of the library that each part may import besides itself.
MAY_IMPORT_ONLY = {
    "arguments": {"types"},
    "backend": set(),
    "files": set(),
    "sampling_options": set(),
    "suggestions": set(),
    "orderings": {"types"},
    "trained": {"suggestions"},
    "types": set(),
    "masks": {"orderings"},
    "layers": {"arguments", "backend", "masks", "orderings", "types"},
    "datasets": {
        *("arguments", "backend", "distributions", "suggestions", "types"),
        "vocabulary",
    },
}
MAY_NOT_IMPORT = {
    "distributions": {"compression", "layers", "masks", "models"},
    "sampling": {"compression", "models"},
    "models": {"compression"},
}
OUTSIDE = {"trainers", "export"}
# The rooms of the training program that each of them may import.
ROOMS = {
    "media": set(),
    "recipes": set(),
    "own_data": {"media", "recipes"},
    "training": {"media", "own_data"},
    "reports": {"media", "recipes", "training"},
    "animations": {"media"},
    "demo": {"media"},
    "commands": {
        *("animations", "demo", "media", "own_data", "recipes", "reports"),
        "training",
    },
}

# The rooms of export/ that each room may import.
EXPORT_ROOMS = {
    "client": set(),
    "saved_models": {"signatures"},
    "scoring": set(),
    "signatures": set(),
}


def imports(source, package, nodes=ast.walk):
    """Returns the absolute names that a module of `package` imports."""
    found = set()
    for node in nodes(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            origin = absolute_origin(node, package)
            # A name may be a module or something in one, so both are recorded.
            found |= {origin} | {f"{origin}.{a.name}" for a in node.names}
    return found


def absolute_origin(node, package):
    """Returns X of `from X import ...`, dots at its front resolved."""
    if not node.level:
        return node.module
    parents = package.split(".")
    parents = parents[: len(parents) - node.level + 1]
    return ".".join(parents + ([node.module] if node.module else []))


def parts_imported(source, package):
    """Returns the parts of the library, or outside it, that are imported."""
    found = set()
    for name in imports(source, package):
        root, _, rest = name.partition(".")
        if root in OUTSIDE:
            found.add(root)
        elif root == LIBRARY and rest:
            found.add(rest.split(".")[0])
    return found


def violations(part, source, package):
    imported = parts_imported(source, package) - {part}
    wrong = imported & (OUTSIDE | MAY_NOT_IMPORT.get(part, set()))
    if part in MAY_IMPORT_ONLY:
        wrong |= imported - MAY_IMPORT_ONLY[part]
    return wrong


def module(path):
    """Returns a test parameter: the file and the package that it is in."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    package = ".".join(parts[:-1])
    return pytest.param(path, package, id=".".join(parts))


MODULES = [module(path) for path in sorted((ROOT / LIBRARY).rglob("*.py"))]


@pytest.mark.parametrize(("path", "package"), MODULES)
def test_data_flows_one_way(path, package):
    part = path.relative_to(ROOT / LIBRARY).parts[0].removesuffix(".py")
    assert not violations(part, path.read_text(), package)


@pytest.mark.parametrize("room", EXPORT_ROOMS)
def test_rooms_of_exports_import_no_others(room):
    imported = {
        name
        for path in (ROOT / "export" / room).glob("*.py")
        for name in imports(path.read_text(), f"export.{room}")
    }
    others = {
        name.split(".")[1] for name in imported if name.startswith("export.")
    } & (EXPORT_ROOMS.keys() - {room})
    assert others == EXPORT_ROOMS[room]


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_of_the_training_program_import_one_way(room):
    found = set()
    for path in (ROOT / "trainers" / room).glob("*.py"):
        for name in imports(path.read_text(), f"trainers.{room}"):
            package, _, rest = name.partition(".")
            if package == "trainers" and rest.split(".")[0] in ROOMS:
                found.add(rest.split(".")[0])
    assert found - {room} <= ROOMS[room]


@pytest.mark.parametrize(("path", "package"), MODULES)
def test_slow_packages_are_imported_where_they_are_needed(path, package):
    at_the_top = imports(path.read_text(), package, ast.iter_child_nodes)
    assert not {name.split(".")[0] for name in at_the_top} & LAZY


@pytest.mark.parametrize("path", [LIBRARY, "trainers", "export"])
def test_versions_are_those_of_modules(path):
    # `tensorflow-tpu`, `tensorflow-cpu` and `tf-nightly` hold the module
    # `tensorflow`, and no package of that name.
    asking = [
        file
        for file in (ROOT / path).rglob("*.py")
        if "importlib.metadata" in imports(file.read_text(), path)
    ]
    assert not asking


@pytest.mark.parametrize(
    ("part", "source", "wrong"),
    [
        ("masks", "from tf_autoregressive import models", "models"),
        ("orderings", "from tf_autoregressive import masks", "masks"),
        ("layers", "import tf_autoregressive.models.made", "models"),
        ("layers", "from ..distributions import bernoulli", "distributions"),
        ("layers", "from .. import sampling", "sampling"),
        ("distributions", "from tf_autoregressive.masks import x", "masks"),
        ("sampling", "def f():\n    from ..models import made", "models"),
        ("models", "import trainers.cli", "trainers"),
        ("models", "from tf_autoregressive.export import x", "export"),
    ],
)
def test_an_import_against_the_flow_is_seen(part, source, wrong):
    assert wrong in violations(part, source, f"{LIBRARY}.{part}")


def test_an_import_along_the_flow_is_allowed():
    source = "from tf_autoregressive import masks\nfrom . import dense"
    assert not violations("layers", source, f"{LIBRARY}.layers")


def run(code):
    """Returns what a Python of its own prints."""
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_package_imports_a_module_when_it_is_first_used():
    code = (
        "import sys, tf_autoregressive as tfar\n"
        "ours = [m for m in sys.modules if m.startswith(tfar.__name__)]\n"
        "tfar.masks, tfar.orderings, tfar.plots\n"
        f"heavy = {sorted(LAZY | {'keras', 'tensorflow'})!r}\n"
        "print(ours, [m for m in heavy if m in sys.modules])"
    )
    assert run(code) == f"['{LIBRARY}'] []\n"


def test_editors_see_the_modules_that_there_are():
    tree = ast.parse((ROOT / LIBRARY / "__init__.py").read_text())
    (for_editors,) = (node for node in tree.body if isinstance(node, ast.If))
    seen = [node.names[0].name for node in for_editors.body]
    assert seen == tf_autoregressive.__all__
    assert set(seen) <= set(dir(tf_autoregressive))


def test_a_name_that_there_is_not_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'mdels'"):
        _ = tf_autoregressive.mdels


@pytest.mark.slow
def test_importing_the_library_imports_no_slow_package():
    # TensorFlow and Keras import some of them; what counts is what we add.
    code = (
        "import sys, keras, tensorflow, tensorflow_probability\n"
        "before = set(sys.modules)\n"
        "from tf_autoregressive import *\n"
        "models\n"
        f"lazy = {sorted(LAZY)!r}\n"
        "added = set(sys.modules) - before\n"
        "print(*(m for m in added if m.split('.')[0] in lazy))"
    )
    assert not run(code).split()
