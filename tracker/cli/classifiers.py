"""A classifier of the user's own in place of our rules, named as `module:attribute`."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tracker.core.terms import Classifier, Finding

OwnClassifier = Annotated[
    str | None,
    typer.Option(
        "--classifier",
        metavar="MODULE:ATTRIBUTE",
        help="Read with a classifier of your own, an object or what makes one (docs/terms.md).",
        show_default="our rules",
    ),
]


def classifier_of(name: str | None) -> "Classifier":
    """The classifier of that name, ours if None; raises UsageError for what is none.

    The working folder counts as a place of modules, as for `python -m`.
    """
    from importlib import import_module

    from tracker.errors import UsageError

    if name is None:
        from tracker.core.terms import RuleClassifier

        return RuleClassifier()
    module, _, attribute = name.partition(":")
    if not module or not attribute:
        raise UsageError(f"--classifier {name!r}: write MODULE:ATTRIBUTE, as in my_model:Classifier")
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        found = getattr(import_module(module), attribute)
        made = found() if isinstance(found, type) or not hasattr(found, "classify") else found
    except Exception as error:  # a stranger's module may raise anything
        raise UsageError(f"--classifier {name}: {_one_line(error)}") from error
    if not (callable(getattr(made, "classify", None)) and isinstance(getattr(made, "version", None), str)):
        raise UsageError(f"--classifier {name}: needs a method classify(text, language) and a text version")
    return _Guarded(name, made)


class _Guarded:
    """A stranger's classifier: what goes wrong in it is one line."""

    def __init__(self, name: str, made: "Classifier") -> None:
        self.version = made.version
        self._name = name
        self._made = made

    def classify(self, text: str, language: str | None = None) -> list["Finding"]:
        """What it finds; raises UsageError for what it raises, and for findings whose quote is not in their place."""
        from tracker.core.terms import Finding
        from tracker.errors import UsageError

        try:
            found = list(self._made.classify(text, language))
        except Exception as error:
            raise UsageError(f"--classifier {self._name}: {_one_line(error)}") from error
        for one in found:
            if not isinstance(one, Finding) or text[one.start : one.end] != one.quote:
                raise UsageError(
                    f"--classifier {self._name}: no Finding with the words in its place: {repr(one)[:200]}"
                )
        return found


def _one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]
