"""`tracker terms read`: all stored texts of terms read anew, by our rules or a classifier of the user's own."""

from tracker.cli.classifiers import OwnClassifier
from tracker.cli.options import AgentsFile, AsJson, Database
from tracker.cli.output import print_json, progress
from tracker.cli.terms_decide import DecisionsFile


def read(
    classifier: OwnClassifier = None,
    decisions_file: DecisionsFile = None,
    agents_file: AgentsFile = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Read every stored text of terms that this classifier has not read yet; no site is asked.

    From then on its findings count, and the changes of the past are judged by them. Crawls and imports read what they
    bring with our rules. Ctrl-C keeps what was read.

    Example: tracker terms read

    Example: tracker terms read --classifier my_model:Model
    """
    from tracker.cli.classifiers import classifier_of
    from tracker.cli.writing import open_writer
    from tracker.settings import load
    from tracker.store.query import Reader

    settings = load(database=database, agents=agents_file, terms_decisions=decisions_file)
    reading = classifier_of(classifier)
    with Reader(settings.history) as reader:  # to read is not to begin a history
        kind = reader.about()["kind"]
    with open_writer(settings, kind) as writer, progress("reading terms") as advance:
        count = writer.read_terms(reading, advance)
    if as_json:
        print_json({"read": count, "read_by": reading.version})
    else:
        print(f"{count:,} text{'' if count == 1 else 's'} of terms read by {reading.version}")
