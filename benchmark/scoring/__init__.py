"""The inference loop: work by reference groups, in supervised worker processes.

``plan`` says what is missing, ``supervisor`` hands it to ``worker`` processes, ``score_group`` scores one group inside a
worker, ``messages`` defines what they send each other, ``progress`` shows how far it is. Torch is imported in workers only.
"""
