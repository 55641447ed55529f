"""The training loop for every method that declares itself ``Trainable``. Torch; knows no method by name.

``splits`` divides pairs and scales labels, ``batches`` makes tensors of pairs, ``parallel`` joins several processes,
``loop`` runs epochs, ``course`` writes checkpoints and history, ``statement`` and ``agreement`` decide what may be resumed.
"""
