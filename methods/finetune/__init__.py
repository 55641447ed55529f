"""``finetune``: any learned full-reference network of pyiqa, trained here. Listing it imports no torch.

``networks`` says which there are, ``building`` makes them, ``method`` is what the engine sees.
"""

from benchmark import MethodInfo

from .method import FineTuneMethod


class FineTune(FineTuneMethod):
    """One of pyiqa's full-reference networks, trained from its published weights or from scratch."""

    info = MethodInfo(
        name="finetune",
        title="Network of pyiqa, trained here",
        higher_is_better=True,
        group="learned",
        trained_on="what its checkpoint was trained on",
        citation="Chaofeng Chen and Jiadi Mo, IQA-PyTorch, https://github.com/chaofengc/IQA-PyTorch",
        licence="pyiqa: PolyForm Noncommercial 1.0.0",
        source="pyiqa",
        libraries=("pyiqa", "timm", "torchvision"),
    )
