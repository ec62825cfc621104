"""The lamps of the virtual bench, without a controller between."""

from station.domain.light_proof import Mix
from station.virtual.world import World


class Lamps:
    """The world's own lamps: set in no time, steady at once."""

    def __init__(self, world: World) -> None:
        self._world = world

    def apply(self, light: str | Mix) -> float:
        """Shine; the seconds that this takes to settle."""
        self._world.shine(dict(light.levels) if isinstance(light, Mix) else {light: 1.0})
        return 0.0

    def steady_since(self, monotonic_s: float) -> bool:
        """Whether nothing changed since."""
        return True
