import subprocess
import sys


def test_without_tensorflow_the_command_says_what_to_install():
    code = (
        "import sys; sys.modules['tensorflow'] = None; "
        "from trainers.cli import main; "
        "sys.exit(main(['evaluate', 'fvsbn_binarized_mnist']))"
    )
    process = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 2
    assert process.stderr.startswith("tfar: tf_autoregressive needs TensorFlow")
    assert process.stderr.count("\n") == 1
