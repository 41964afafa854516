"""Rows to Parquet, batch by batch, in columns that have one type from the first row to the last."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tracker.errors import QueryError
from tracker.publish.files import whole
from tracker.store.dictionary import column_types

TYPES = {"integer": pa.int64(), "flag": pa.int64(), "real": pa.float64()}
"""Of the types in dictionary.toml; dates are ISO text as in SQL, so that a query is the same everywhere."""


def write(
    path: Path,
    columns: Sequence[str],
    batches: Iterable[Sequence[Sequence[Any]]],
    types: Mapping[str, str] | None = None,
) -> int:
    """Write rows to a file; gives their number. `types` (of dictionary.toml) are those of the columns, if known.

    Without them a column has the type of its first values. Raises QueryError for later values of another type and
    DrywellError where the file cannot be written.
    """
    if len(set(columns)) < len(columns):
        raise QueryError("two columns have one name: name each of them with AS")
    batches = iter(batches)
    first = list(next(batches, []))
    schema = _declared(columns, types) if types is not None else _seen(columns, first)
    rows = 0
    with whole(path) as draft, pq.ParquetWriter(draft, schema, compression="zstd") as writer:
        for batch in chain([first], batches):
            writer.write_batch(_batch(schema, batch, rows))
            rows += len(batch)
    return rows


def _declared(columns: Sequence[str], types: Mapping[str, str]) -> pa.Schema:
    return pa.schema([(name, TYPES.get(types[name], pa.string())) for name in columns])


def _seen(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> pa.Schema:
    known = column_types()
    guesses = (TYPES.get(known.get(name, "text"), pa.string()) for name in columns)
    return pa.schema(
        [
            (name, _type((row[n] for row in rows), guess))
            for n, (name, guess) in enumerate(zip(columns, guesses, strict=True))
        ]
    )


def _type(values: Iterator[Any], otherwise: pa.DataType) -> pa.DataType:
    found = {type(value) for value in values} - {type(None)}
    if not found:
        return otherwise
    if found == {int}:
        return pa.int64()
    if found <= {int, float}:
        return pa.float64()
    return pa.binary() if found == {bytes} else pa.string()


def _batch(schema: pa.Schema, rows: Sequence[Sequence[Any]], before: int) -> pa.RecordBatch:
    arrays = []
    for n, field in enumerate(schema):
        values = [row[n] for row in rows]
        if field.type == pa.string():
            values = [value if value is None or isinstance(value, str) else _text(value) for value in values]
        try:
            arrays.append(pa.array(values, field.type))
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError) as error:
            raise QueryError(
                f"column {field.name} is {field.type} at first and something else after row {before}: CAST it"
            ) from error
    return pa.record_batch(arrays, schema=schema)


def _text(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
