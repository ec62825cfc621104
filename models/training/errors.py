"""What can be wrong with a training run, as one sentence for a person."""


class TrainingError(Exception):
    """Training cannot start or go on; the message is one sentence that says what to do."""
