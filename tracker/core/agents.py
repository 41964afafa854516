"""Agents: the crawler identities that a robots.txt can name, since when each exists, and which names sound like AI."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MAX_TOKEN_BYTES = 64

# Long enough to mean the same wherever they stand in a name.
_ANYWHERE = re.compile(
    "gpt|openai|anthropic|perplexity|deepseek|copilot|gemini|mistral|llama|langchain|qwen|huggingface|midjourney|"
    "notebooklm|bytedance|bytespider|diffbot|firecrawl|phind|tavily|dataset|genai|finetun|scraper|scraping"
)
# Short or ambiguous: only as a whole part of a name, or beside the words that crawlers' names are made of.
_MARKS = (
    "ai|oai|xai|agi|llms?|glm|rag|mcp|chat|claude|bard|grok|vertex|bedrock|cohere|kimi|moonshot|ernie|yiyan|tongyi|"
    "doubao|hunyuan|pangu|laion|diffusion|neural|agentic|train|trainer|training|scrape|scrapy|corpus|embeddings?"
)
_FILLERS = (
    "bots?|robots?|crawl|crawler|crawling|spider|agents?|search|fetch|fetcher|users?|web|site|index|indexer|data|"
    "download|downloader|collector|browser|reader|assist|assistant|research|deep|smart|open|cloud|central|auto|my|the|"
    "use|get|for|by|news|content|text|images?|img|page|link|app|api|hub|labs?|models?"
)
_MADE_OF = re.compile(f"(?:{_FILLERS})*(?:{_MARKS})(?:{_MARKS}|{_FILLERS})*")
# How operators of AI crawlers split their names: ChatGPT-User, Claude-SearchBot, Google-Extended, meta-externalagent.
_SUFFIX = re.compile("[-_](?:user|searchbot|extended|external(?:agent|fetcher|test))$")
# `klaviyoaibot`, `newsai`: a name, then ai; not the words and places that end so by themselves.
_ENDS_IN_AI = re.compile("([a-z]{3,}?)ai(?:bot|crawler|spider|scraper|agent|search)?")
_NO_AI = ("dub", "mumb", "shangh", "hyund", "chenn", "bons", "samur", "hawai", "nikol", "banz")
_PART = re.compile("[a-z]+")
_CAMEL = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


class Purpose(StrEnum):
    """What an agent fetches for, in the order in which purposes are listed."""

    TRAINING = "training"
    SEARCH = "search"
    USER = "user"
    DATASET = "dataset"
    CONTROL = "control"
    UNDECLARED = "undeclared"


class Kind(StrEnum):
    """How an agent acts: on its own, as a mere token that sends no request, or because a person asked."""

    CRAWLER = "crawler"
    CONTROL = "control"
    USER_TRIGGERED = "user-triggered"


class Precision(StrEnum):
    """How exactly a date is known; a month or year is written as its first day."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Promise(StrEnum):
    """What the operator says of robots.txt, which is not what it does; `disputed`: others found otherwise."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    DISPUTED = "disputed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Agent:
    """One crawler identity.

    `tokens` are its product tokens (RFC 9309 section 2.2.1) in order of preference: the first one that a
    file names decides. `falls_back_to` are other agents' tokens that it obeys when it is not named.
    `obeys_star` is False for an agent that ignores the rules for `*`. `valid_from` is the ISO date on
    which the operator documented it, None if unknown. `headline` marks the agents shown by default.
    `user_agent` is the User-Agent header that its operator publishes, "" where none is.
    """

    name: str
    tokens: tuple[str, ...]
    operator: str
    purpose: Purpose
    kind: Kind
    source: str
    checked: str
    valid_from: str | None = None
    valid_from_precision: Precision | None = None
    documentation: str = ""
    falls_back_to: tuple[str, ...] = ()
    obeys_star: bool = True
    headline: bool = False
    promise: Promise = Promise.UNKNOWN
    note: str = ""
    user_agent: str = ""

    @property
    def since(self) -> str:
        """`valid_from` as exactly as it is known: 2009, 2025-07 or 2023-08-07; "" if it is not."""
        digits = {Precision.YEAR: 4, Precision.MONTH: 7}
        return (self.valid_from or "")[: digits.get(self.valid_from_precision or Precision.DAY, 10)]


def existed(agent: Agent, day: str | date) -> bool:
    """Whether the agent was known on `day` (a date, or an ISO text that starts with one); True if unknown."""
    return agent.valid_from is None or agent.valid_from <= str(day)[:10]


def checked_token(text: str) -> str:
    """`text` if a user-agent line can name it; raises ValueError with the reason if none ever could."""
    if not 0 < len(text.encode()) <= MAX_TOKEN_BYTES:
        raise ValueError(f"a token has 1 to {MAX_TOKEN_BYTES} bytes, {text!r} has {len(text.encode())}")
    if not text.isascii():
        # Of a name in a file only ASCII is kept (tracker.core.naming.tokens_of): no policy would ever know it.
        raise ValueError(f"{text!r} holds a character beyond ASCII: write the product token of the user-agent header")
    if "/" in text:
        raise ValueError(f"{text!r} holds a slash: leave the version off")
    if not text.isprintable():
        raise ValueError(f"{text!r} holds a control character")
    if not (text[0].isalnum() and text[-1].isalnum()):
        raise ValueError(f"{text!r} must start and end with a letter or a digit")
    return text


def looks_like_ai(token: str) -> bool:
    """Whether a user-agent token sounds like an AI crawler, for tokens that no registry row knows: a guess by name.

    A token is cut at what is no letter and, where its case is known, at capitals; a part counts if it is an AI word
    or made of AI words and crawlers' words (`gptbot`, `ai2bot`, `aisearchbot`, not `email`, `maira`, `trainline`).
    In lower case, as histories keep tokens, it finds 40 % of the registry (most others are bare brand names, as
    CCBot) and none of 97 classic crawlers; tests/core/test_agents.py measures both.
    """
    lower = token.lower()
    parts = {*_PART.findall(lower), *(part.lower() for part in _CAMEL.findall(token))}
    return bool(_SUFFIX.search(lower)) or any(_sounds_like_ai(part) for part in parts)


def _sounds_like_ai(part: str) -> bool:
    if _ANYWHERE.search(part) or _MADE_OF.fullmatch(part):
        return True
    ending = _ENDS_IN_AI.fullmatch(part)
    return ending is not None and not ending[1].endswith(_NO_AI)
