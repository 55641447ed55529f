"""The training loop for every method that declares itself ``Trainable``. Torch; no method by name.

``splits`` (who trains, who validates, how labels are scaled), ``batches`` (pairs to tensors), ``losses``, ``parallel``
(several processes), ``loop`` (epochs), ``progress`` (checkpoint content, resuming, history), ``display`` (what users see).
"""
