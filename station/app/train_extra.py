"""What is said where the optional `train` extra is missing."""

from station.domain.faults import StationError, refuse


def lacking(task: str, error: ModuleNotFoundError) -> StationError:
    """The refusal of a task whose module is not installed."""
    return refuse(
        f"{task} needs {error.name}, which is not installed: install the extra 'train' "
        "(locks/train.lock), as ./run does"
    )
