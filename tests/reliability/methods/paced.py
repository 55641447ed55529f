"""Plug-ins for tests of runs that are killed or shared: two methods of different speed that need nothing but torch."""

import time
from typing import Any

from benchmark import Method, MethodInfo


class Swift(Method):
    info = MethodInfo(name="swift", title="Swift", higher_is_better=False)

    def score(self, enhanced: Any, reference: Any) -> Any:
        return (enhanced - reference).abs().mean(dim=(1, 2, 3))


class Slow(Method):
    info = MethodInfo(name="slow", title="Slow", higher_is_better=False)

    def score(self, enhanced: Any, reference: Any) -> Any:
        time.sleep(0.04)
        return (enhanced - reference).square().mean(dim=(1, 2, 3))
