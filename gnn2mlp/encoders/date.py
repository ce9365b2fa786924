"""Dates as the time that went by, and as places in the year, the week and the day."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.encoders._filled import FilledEncoder, flag, imputer
from gnn2mlp.encoders.number import scaler
from gnn2mlp.encoders.values import Kind, Numbers, Texts, Values

_UNIX = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Cycle(NamedTuple):
    """What comes again: its name, and its length in days, of which one began at day `start` of 1970."""

    name: str
    days: float
    start: float


# Weeks begin on Monday, and 1970 began on a Thursday.
CYCLES = (Cycle("year", 365.2425, 0.0), Cycle("week", 7.0, -3.0), Cycle("day", 1.0, 0.0))


class Date(FilledEncoder):
    """Days since 1970 on one scale, and sine and cosine of the place in the year, the week and the day.

    A cycle counts if the observed dates show it: the year where they are more than half a year apart, the week where
    they fall on several weekdays, the day where some have a time. Dates with a zone are taken in UTC, those without are
    taken for UTC. A gap takes the median; a further feature tells of gaps. Texts are read if they are ISO dates.

    Example:
        >>> encoder = Date().fit(["2024-01-01", "2024-01-02", None])
        >>> encoder.feature_names("since")
        ('since', 'since: sine of week', 'since: cosine of week', 'since is missing')
        >>> encoder.transform(["2024-01-08"]).round(3)[0, 1:].tolist()
        [0.0, 1.0, 0.0]
    """

    name = "date"
    citation = "London, Encoding Cyclical Continuous Features, 2016; scikit-learn's example on cyclical features"
    reads = frozenset({"date", "text", "category"})
    onnx = "skl2onnx has no converter of sines; a column of days since 1970, read by the encoder 'number', is converted"

    mean_: float
    scale_: float
    cycles_: tuple[Cycle, ...]

    def as_trained(self, values: Values, kind: Kind | None) -> Values:
        """Dates and the texts that say them are one another."""
        return values if values.kind in self.reads else super().as_trained(values, kind)

    def _numbers(self, values: Values) -> np.ndarray:
        if isinstance(values, Numbers):
            return values.numbers
        assert isinstance(values, Texts), "other kinds were refused before"
        found = np.array([*(_days(text) for text in values.texts), np.nan])
        bad = np.append(np.isnan(found[:-1]), False)[values.codes]
        if bad.any():
            raise values.errors(
                bad,
                lambda row: (
                    "expected a date such as 2024-02-29 or 2024-02-29T13:30:00Z, got "
                    f"{values.texts[values.codes[row]]!r}"
                ),
            )
        days: np.ndarray = found[values.codes]
        return days

    def _fit(self, values: Values) -> None:
        super()._fit(values)
        numbers = self._numbers(values)
        observed = numbers[~np.isnan(numbers)]
        self.cycles_ = tuple(cycle for cycle in CYCLES if observed.size and _shown(cycle, observed))

    def _fit_full(self, numbers: np.ndarray) -> None:
        from sklearn.preprocessing import StandardScaler

        self.mean_, self.scale_ = 0.0, 1.0
        if numbers.size:
            scaler = StandardScaler().fit(numbers[:, None])
            self.mean_, self.scale_ = float(scaler.mean_[0]), float(scaler.scale_[0])

    def _map(self, numbers: np.ndarray) -> np.ndarray:
        features = np.empty((len(numbers), 1 + 2 * len(self.cycles_)), dtype=np.float32)
        features[:, 0] = (numbers - self.mean_) / self.scale_
        for place, cycle in enumerate(self.cycles_):
            angle = _angle(numbers, cycle)
            features[:, 1 + 2 * place], features[:, 2 + 2 * place] = np.sin(angle), np.cos(angle)
        return features

    def _names(self, column: str) -> tuple[str, ...]:
        waves = [f"{column}: {wave} of {cycle.name}" for cycle in self.cycles_ for wave in ("sine", "cosine")]
        return (column, *waves)

    def transformer(self) -> Any:
        """`SimpleImputer` and `StandardScaler`, beside sines and cosines by `FunctionTransformer`."""
        from sklearn.pipeline import FeatureUnion, make_pipeline
        from sklearn.preprocessing import FunctionTransformer

        parts = [("value", make_pipeline(imputer(self.fill_), scaler(self.mean_, self.scale_)))]
        for cycle in self.cycles_:
            wave = FunctionTransformer(_waves, kw_args={"cycle": cycle}).fit(np.zeros((1, 1)))
            parts.append((cycle.name, make_pipeline(imputer(self.fill_), wave)))
        return FeatureUnion([*parts, *([("missing", flag())] if self.flagged_ else [])])

    def _facts(self) -> dict[str, Any]:
        return {**super()._facts(), "cycles": [list(cycle) for cycle in self.cycles_]}

    def state(self) -> dict[str, np.ndarray]:
        """`fill`, `mean` and `scale` in days, (1,) each."""
        return {**super().state(), "mean": np.array([self.mean_]), "scale": np.array([self.scale_])}

    def _load(self, facts: Mapping[str, Any], state: Mapping[str, np.ndarray]) -> None:
        super()._load(facts, state)
        self.mean_, self.scale_ = float(state["mean"][0]), float(state["scale"][0])
        self.cycles_ = tuple(Cycle(name, days, start) for name, days, start in facts["cycles"])


def _days(text: str) -> float:
    """Days since 1970 of an ISO date; NaN for any other text."""
    try:
        moment = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return float("nan")
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return (moment - _UNIX) / dt.timedelta(days=1)


def _shown(cycle: Cycle, days: np.ndarray) -> bool:
    """Whether dates show where in the cycle they are."""
    if cycle.name == "year":
        return bool(np.ptp(days) > cycle.days / 2)
    places = np.floor(days) % 7 if cycle.name == "week" else days % 1
    return bool((places != places[0]).any() or (cycle.name == "day" and places[0] != 0))


def _angle(days: np.ndarray, cycle: Cycle) -> np.ndarray:
    angle: np.ndarray = (days - cycle.start) % cycle.days * (2 * np.pi / cycle.days)
    return angle


def _waves(days: np.ndarray, cycle: Cycle) -> np.ndarray:
    """Sine and cosine (rows, 2) of days (rows, 1)."""
    angle = _angle(days, cycle)
    return np.concatenate([np.sin(angle), np.cos(angle)], axis=1)
