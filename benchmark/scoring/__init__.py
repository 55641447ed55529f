"""The inference loop: work by reference groups, in supervised worker processes.

``plan`` says what is missing, ``supervisor`` hands it to ``worker`` processes, ``inference`` scores one group inside a
worker, ``messages`` is what they say to each other, ``progress`` shows it. Only ``worker`` and ``inference`` import torch.
"""
