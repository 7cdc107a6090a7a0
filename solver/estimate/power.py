"""What machines draw: measured shares of their nameplate.

Belongs here: peak, mean and idle draw of a unit, and what network, storage and management around it
add. Does not belong here: nameplates themselves (catalogs), energy and its price.
"""

from dataclasses import dataclass

from solver.estimate.figures import PowerParameters


@dataclass(frozen=True, slots=True)
class Draw:
    """Power of one unit in kW."""

    peak_kw: float
    """Highest under load: what a power cap must carry."""
    mean_kw: float
    """Mean under load: what a busy unit is billed for."""
    idle_kw: float
    """Idle."""


@dataclass(frozen=True, slots=True)
class DrawEstimate:
    """Draws by measured shares."""

    given: PowerParameters

    def of(self, nameplate_kw: float, measured_idle_kw: float | None) -> Draw:
        """Draw of a unit; a measured idle power wins over the estimate.

        >>> given = PowerParameters(0.82, 0.78, 0.26, 0.08)
        >>> draw = DrawEstimate(given).of(10, None)
        >>> round(draw.peak_kw, 6), round(draw.mean_kw, 6), round(draw.idle_kw, 6)
        (8.2, 7.8, 2.6)
        """
        mean = nameplate_kw * self.given.load_mean_fraction
        idle = nameplate_kw * self.given.idle_fraction
        if measured_idle_kw is not None:
            idle = min(measured_idle_kw, mean)
        return Draw(nameplate_kw * self.given.load_peak_fraction, mean, idle)

    def overhead_kw(self, nameplate_kw: float) -> float:
        """Network, storage and management for a unit, always on.

        >>> round(DrawEstimate(PowerParameters(0.82, 0.78, 0.26, 0.08)).overhead_kw(10), 6)
        0.8
        """
        return nameplate_kw * self.given.cluster_overhead_fraction

    def sentence(self) -> str:
        """What a plan assumes by these estimates."""
        given = self.given
        return (
            "Power is estimated (docs/estimates.md): of nameplate, "
            f"{100 * given.load_peak_fraction:.3g} % at the peak, "
            f"{100 * given.load_mean_fraction:.3g} % on average under load, "
            f"{100 * given.idle_fraction:.3g} % idle where not measured, and "
            f"{100 * given.cluster_overhead_fraction:.3g} % for network, storage and management "
            "where no switches are counted."
        )
