"""Completion of the words of `tfar`, in the shells themselves."""

import shutil
import subprocess

import pytest

from trainers.cli import main

# Words of a line, the last of which is completed, and what comes of it.
CASES = [
    ("tr", "train"),
    ("train made_8", "made_8000units_binarized_mnist"),
    ("train fvsbn_dna GatedPixelC", "GatedPixelCNN"),
    ("sample fvsbn_b", "fvsbn_binarized_mnist"),
    ("sample own_", "own_runs"),
    ("export x --to own_", "own_runs"),
    ("compress x --input pho", "photo.png"),
    ("complete x --known lef", "left"),
    ("sample x --tempera", "--temperature"),
    ("client det", "detect"),
]
SHELLS = {
    "bash": """
source ./script
read -ra COMP_WORDS <<< "tfar {line}"
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_shtab_tfar
printf '%s\\n' "${{COMPREPLY[@]}}"
""",
    "fish": "source ./script; complete -C 'tfar {line}'",
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working directory that has a run and a picture."""
    (tmp_path / "own_runs").mkdir()
    (tmp_path / "photo.png").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("shell", SHELLS)
def test_shells_complete_what_comes_next(shell, folder, capsys):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    assert main(["completion", shell]) == 0
    (folder / "script").write_text(capsys.readouterr().out)
    for line, word in CASES:
        process = subprocess.run(
            [shell, "-c", SHELLS[shell].format(line=line)],
            capture_output=True,
            text=True,
            check=True,
        )
        (found,) = process.stdout.splitlines()
        assert found.split("\t")[0].rstrip("/") == word


def test_the_script_of_zsh_has_no_errors_of_syntax(folder, capsys):
    assert main(["completion", "zsh"]) == 0
    script = capsys.readouterr().out
    assert "made_8000units_binarized_mnist" in script
    if not shutil.which("zsh"):
        pytest.skip("zsh is not installed")
    (folder / "script").write_text(script)
    subprocess.run(["zsh", "-n", "script"], check=True)


def test_another_shell_is_refused(capsys):
    assert main(["completion", "csh"]) == 2
    assert "invalid choice: 'csh'" in capsys.readouterr().err
