"""A plug-in whose worker kills its rank at the seventh pair, once, if a file ``kill`` lies beside it."""

import os
import signal
from pathlib import Path
from typing import Any

from benchmark import Method, MethodInfo

HERE = Path(__file__).parent


class Mortal(Method):
    info = MethodInfo(name="mortal", title="Mortal", higher_is_better=False)

    def __init__(self) -> None:
        self.calls = 0

    def score(self, enhanced: Any, reference: Any) -> Any:
        self.calls += 1
        if self.calls == 7 and (HERE / "kill").exists():
            (HERE / "kill").unlink()
            os.kill(os.getppid(), signal.SIGKILL)  # the rank; this worker dies with it
        return (enhanced - reference).abs().mean(dim=(1, 2, 3))
