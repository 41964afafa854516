"""What somebody probably meant whose SQL names a view or a column that is not there."""

import re

from tracker.core.nearest import nearest
from tracker.errors import QueryError
from tracker.store.dictionary import views

# As SQLite and PostgreSQL say it.
_NO_VIEW = re.compile(r'no such table: (?:\w+\.)?(\w+)|relation "(?:\w+\.)?(\w+)" does not exist')
_NO_COLUMN = re.compile(r'no such column: (?:\w+\.)?(\w+)|column "?(?:\w+\.)?(\w+)"? does not exist')


def with_hint(error: QueryError) -> QueryError:
    """The error with the nearest name that there is, where one is near."""
    said = str(error)
    columns = {column.name for view in views().values() for column in view.columns}
    for pattern, known in ((_NO_VIEW, set(views())), (_NO_COLUMN, columns)):
        if found := pattern.search(said):
            named = found[1] or found[2]
            meant = nearest(named, known - {named})  # a column of another view is no help
            return QueryError(f"{said}; did you mean {meant}?") if meant else error
    return error
