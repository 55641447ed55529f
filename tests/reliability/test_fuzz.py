"""Ten seconds of coverage-guided fuzzing of each input that strangers hand over, where atheris is installed.

``EFID_BENCH_FUZZ_SECONDS`` sets how long; docs/reliability.md records a longer run.
"""

import io
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.heavy

SECONDS = int(os.environ.get("EFID_BENCH_FUZZ_SECONDS", "10"))


def seeds(root: Path, target: str) -> list[bytes]:
    """Sound inputs to start from."""
    if target == "labels":
        return [b"00001_a.png,3.5\r\n00002_b.png,-1e3\n\n", "\ufeffä_1.png, 2\n".encode(), b"a,1\nb,nan\n"]
    if target == "config":
        return [path.read_bytes() for path in sorted((root / "configs").glob("*.yaml"))]
    from PIL import Image

    picture = Image.fromarray(np.arange(16 * 12 * 3, dtype=np.uint8).reshape(12, 16, 3))
    found = []
    for kind, image in (
        ("PNG", picture),
        ("JPEG", picture),
        ("BMP", picture),
        ("TIFF", picture),
        ("PNG", picture.convert("P")),
    ):
        file = io.BytesIO()
        image.save(file, kind)
        found.append(file.getvalue())
    return found


@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed")
@pytest.mark.parametrize("target", ["labels", "config", "images"])
def test_no_input_raises_what_no_user_should_see(root: Path, tmp_path: Path, target: str) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, content in enumerate(seeds(root, target)):
        (corpus / f"seed_{number}").write_bytes(content)
    limits = [f"-max_total_time={SECONDS}", "-timeout=20", "-rss_limit_mb=4096", "-max_len=4096"]
    command = [sys.executable, str(Path(__file__).with_name("fuzz.py")), target, *limits, str(corpus)]
    environment = {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=SECONDS + 200, errors="replace"
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "DONE" in done.stderr or "Done" in done.stderr
