"""The options of `tracker project --measured`: what a history puts into a scenario."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.output import note
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.publish.measured import Measured, Tail
    from tracker.reference.scenarios import NamedScenario

AGENT = "GPTBot"

IsMeasured = Annotated[
    bool, typer.Option("--measured", help="Take the restricted share, and where it goes, from a history.")
]
OfAgent = Annotated[
    str | None, typer.Option("--agent", help="Measured: whose access, by name or token.", show_default=AGENT)
]
OfPanel = Annotated[
    str | None,
    typer.Option("--panel", "-p", help="Measured: panel of the history.", show_default="the one looked at last"),
]
ByDefinition = Annotated[
    str | None, typer.Option("--definition", help="Measured: what counts in robots.txt (effective_full).")
]
InLayer = Annotated[
    str | None, typer.Option("--layer", help="Measured: robots, terms or either.", show_default="robots")
]
ByWeights = Annotated[
    str | None, typer.Option("--weights", help="Measured: site, or tokens (of --tokens FILE).", show_default="site")
]
HeadShare = Annotated[
    float | None, typer.Option("--head-share", help="Measured: share of all tokens that stand on the panel (0 to 1).")
]
TailRate = Annotated[
    float | None, typer.Option("--tail-rate", help="Measured: restricted share of all other tokens (0 to 1).")
]


@dataclass(frozen=True, slots=True)
class Measuring:
    """What was asked with these options; None where nothing was said."""

    agent: str | None
    panel: str | None
    definition: str | None
    layer: str | None
    weights: str | None
    tokens: Path | None
    tokens_column: str | None
    terms: str | None
    head_share: float | None
    tail_rate: float | None
    database: str | None

    def refuse(self) -> None:
        """Raise UsageError for an option that means nothing without --measured."""
        for name in self.__slots__:
            if getattr(self, name) is not None:
                option = f"--{name.replace('_', '-')}"
                raise UsageError(f"{option} needs --measured: without it nothing is taken from a history")

    def of(self, base: "NamedScenario") -> "Measured":
        """The scenario with what the history says."""
        from tracker.cli.ask import open_reader, warn_of_demo
        from tracker.cli.forecast import stale
        from tracker.cli.tokens import asked
        from tracker.core.tokens import Layer
        from tracker.publish.measured import measured
        from tracker.publish.tokens import look
        from tracker.store.asking import one_of

        layer = Layer(one_of("layer", self.layer or Layer.ROBOTS, Layer))
        tail = self._tail()
        with open_reader(self.database) as reader:
            warn_of_demo(reader)
            with asked(self.tokens, self.tokens_column, self.terms) as wanted:
                looked = look(reader, self.agent or AGENT, panel=self.panel, definition=self.definition, asked=wanted)
                found = measured(reader, base, looked, layer, tail)
        for warning in stale(looked.day, "restricted_share is that of then, not of today"):
            note(f"warning: {warning}")
        return found

    def _tail(self) -> "Tail | None":
        from tracker.publish.measured import Tail
        from tracker.store.asking import one_of

        weights = one_of("weights", self.weights or ("tokens" if self.tokens else "site"), ("site", "tokens"))
        if weights == "tokens" and self.tokens is None:
            raise UsageError("--weights tokens needs --tokens FILE, a CSV of token counts (docs/tokens.md)")
        if weights == "site" and (self.tokens is not None or self.tokens_column is not None):
            raise UsageError("--weights site uses no token counts: leave out --tokens and --tokens-column")
        if self.head_share is None and self.tail_rate is None:
            return None
        if self.head_share is None or self.tail_rate is None:
            raise UsageError("--head-share and --tail-rate go together: the one is nothing without the other")
        if weights == "site":
            raise UsageError("--head-share is a share of tokens: add --tokens FILE")
        for option, share in (("--head-share", self.head_share), ("--tail-rate", self.tail_rate)):
            if not 0 <= share <= 1:
                raise UsageError(f"{option} {share:g} is no share: write a number from 0 to 1, such as 0.022")
        return Tail(self.head_share, self.tail_rate)
