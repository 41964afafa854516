"""The settings: one frozen object. Flags beat `TRACKER_*` variables, these beat tracker.toml, that beats defaults."""

import ipaddress
import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from tracker.errors import UsageError

FILE = Path("tracker.toml")
OWN_AGENTS = Path("agents.toml")
OWN_OPT_OUT = Path("optout.txt")
OWN_DECISIONS = Path("terms_decisions.toml")
OWN_TERMS_OVERRIDES = Path("terms_overrides.toml")
PREFIX = "TRACKER_"
EVERY = ("robots=1d", "home=7d", "tdmrep=7d", "llms.txt=7d", "ai.txt=7d", "trust.txt=7d", "terms=7d")
NONE = "none"
_CHECKOUT = Path(__file__).resolve().parent.parent


def data_folder() -> Path:
    """Where histories live: `data/` in a checkout, else the user's data folder."""
    if (_CHECKOUT / "pyproject.toml").is_file() and (_CHECKOUT / "data").is_dir():
        return _CHECKOUT / "data"
    return Path(platformdirs.user_data_dir("drywell", appauthor=False))


class Settings(BaseSettings):
    """Everything that can be set, each by flag, `TRACKER_` variable or tracker.toml key of the same name."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, toml_file=FILE, frozen=True, extra="forbid")

    database: str = Field(default="", description="history: a file path or an SQLAlchemy URL")
    panel: str = Field(default="", description="panel to crawl or show: a name, or a file (one host a line, or CSV)")
    agents: Path | None = Field(
        default=None, description="TOML file of agents of your own; agents.toml here if it is there"
    )
    terms_decisions: Path | None = Field(
        default=None,
        description="TOML file of your decisions about terms; terms_decisions.toml beside agents.toml if it is there",
    )
    contact: str = Field(
        default="", description="e-mail or URL in our User-Agent; give one to crawl more than starter-100"
    )
    ca_file: Path | None = Field(default=None, description="PEM file of extra certificate authorities to trust")
    opt_out: Path | None = Field(
        default=None, description="hosts that must not be asked, one a line; optout.txt here if it is there"
    )
    terms_overrides: Path | None = Field(
        default=None,
        description="TOML file of where sites' terms stand; terms_overrides.toml here if it is there",
    )
    allow_private: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="private networks that a crawl may reach, by commas (for tests)"
    )
    resolver: str = Field(default="system", description="'system', or a DNS server as IP or IP:PORT")
    workers: int = Field(default=100, ge=1, le=1000, description="sites asked at the same time")
    transport: Literal["default", "fast"] = Field(
        default="default", description="how sites are asked: default, or fast (extra 'fast')"
    )
    gate: str = Field(default="8/20", description="connections and requests a second to one address, or off")
    vantage: str = Field(default="", max_length=100, description="from where this machine looks, e.g. Hetzner DE")
    coverage_threshold: float = Field(default=0.5, ge=0, le=1, description="exit 3 below this answered / asked")
    schedule: str = Field(
        default="30 4 * * *", description="when rounds may begin: a cron expression in UTC, or an interval (6h)"
    )
    every: Annotated[tuple[str, ...], NoDecode] = Field(
        default=EVERY, description="how often each target falls due, by commas; never: not at all"
    )
    retry_waves: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("10m", "1h"), description="when sites that failed are asked again after a round, by commas, or none"
    )
    host: str = Field(default="127.0.0.1", description="address that the dashboard listens on")
    port: int = Field(default=8501, ge=1, le=65535, description="port that the dashboard listens on")
    open_browser: bool = Field(default=True, description="open the dashboard in a browser")
    log_level: str = Field(default="warning", pattern="^(debug|info|warning|error)$", description="log level")

    @field_validator("allow_private", mode="before")
    @classmethod
    def _networks(cls, value: Any) -> tuple[str, ...]:
        return tuple(str(ipaddress.ip_network(part, strict=False)) for part in _parts(value))

    # The schedule's own modules know their rules; they are imported only where something is set.

    @field_validator("schedule", mode="after")
    @classmethod
    def _timetable(cls, value: str) -> str:
        from tracker.schedule.timetable import Timetable

        return Timetable(value).expression

    @field_validator("every", mode="before")
    @classmethod
    def _every(cls, value: Any) -> tuple[str, ...]:
        from tracker.schedule.rules import told

        return told(_pairs(value), EVERY)

    @field_validator("retry_waves", mode="before")
    @classmethod
    def _waves(cls, value: Any) -> tuple[str, ...]:
        from tracker.schedule.rules import waves_of

        parts = _parts(value)
        return () if parts == [NONE] else waves_of(parts)

    @field_validator("agents", "terms_decisions", "terms_overrides", "opt_out", mode="before")
    @classmethod
    def _own_file(cls, value: Any) -> Any:
        return None if value == "" else value

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, **sources: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, then variables, then the file; no .env and no secrets folder."""
        return init_settings, sources["env_settings"], TomlConfigSettingsSource(settings_cls)

    def database_or(self, name: str) -> str:
        """The database asked for, else the file `name` in the data folder."""
        return self.database or str(data_folder() / name)

    @property
    def agents_file(self) -> Path | None:
        """The user's agents, which lie over the shipped ones: the file asked for, else agents.toml if it is here."""
        if self.agents is not None:
            return self.agents.expanduser()
        return OWN_AGENTS if OWN_AGENTS.is_file() else None

    @property
    def own_decisions(self) -> Path:
        """Where decisions about terms are written: the file asked for, else one beside the user's agents."""
        if self.terms_decisions is not None:
            return self.terms_decisions.expanduser()
        return OWN_DECISIONS if self.agents is None else self.agents.expanduser().parent / OWN_DECISIONS

    @property
    def decisions_file(self) -> Path | None:
        """The user's decisions about terms; None without a file. One that was asked for is given if missing, too."""
        return self.own_decisions if self.terms_decisions is not None or self.own_decisions.is_file() else None

    @property
    def opt_out_file(self) -> Path | None:
        """The user's list of hosts that are not asked: the file asked for, else optout.txt if it is here."""
        if self.opt_out is not None:
            return self.opt_out.expanduser()
        return OWN_OPT_OUT if OWN_OPT_OUT.is_file() else None

    @property
    def terms_overrides_file(self) -> Path | None:
        """The user's word on where terms stand: the file asked for, else terms_overrides.toml if it is here."""
        if self.terms_overrides is not None:
            return self.terms_overrides.expanduser()
        return OWN_TERMS_OVERRIDES if OWN_TERMS_OVERRIDES.is_file() else None

    @property
    def history(self) -> str:
        """The database of everything but the demo."""
        return self.database_or("history.sqlite")


def _parts(value: Any) -> list[str]:
    """The parts of a list, as TOML has it or by commas as flags and variables have it."""
    parts = re.split(r"[\s,]+", value.strip("[] ")) if isinstance(value, str) else value
    return [str(part).strip("\"'") for part in parts if part]


def _pairs(value: Any, name: str = "") -> list[str]:
    """The pairs of a TOML table as `key=value`; a bare `llms.txt = "7d"` in it is a table in a table to TOML."""
    if not isinstance(value, dict):
        return _parts(value)
    pairs = []
    for key, inner in value.items():
        full = f"{name}.{key}" if name else str(key)
        pairs += _pairs(inner, full) if isinstance(inner, dict) else [f"{full}={inner}"]
    return pairs


def load(**flags: Any) -> Settings:
    """The settings in force; flags that are None were not given. Raises UsageError naming setting and origin."""
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "tracker.toml"
        said = str(first["ctx"]["error"]) if first["type"] == "value_error" else first["msg"].lower()
        if first["type"] == "extra_forbidden":
            raise UsageError(f"{FILE} has no setting {name!r}: `tracker config` lists the settings") from error
        raise UsageError(f"setting {name} ({_where(name, given)}): {said}") from error
    except Exception as error:  # pydantic-settings raises its own and tomllib's errors for unreadable sources
        raise UsageError(f"settings cannot be read ({error}); correct {FILE} or the {PREFIX}* variables") from error


def origins(settings: Settings, **flags: Any) -> dict[str, str]:
    """Where each value in force came from: flag, variable, file or default."""
    given = {name: value for name, value in flags.items() if value is not None}
    return {name: _where(name, given) for name in type(settings).model_fields}


def _where(name: str, flags: dict[str, Any]) -> str:
    if name in flags:
        return "flag"
    if any(key.upper() == PREFIX + name.upper() for key in os.environ):
        return f"{PREFIX}{name.upper()}"
    if FILE.is_file() and name in tomllib.loads(FILE.read_text(encoding="utf-8")):
        return str(FILE)
    return "default"
