"""Bodies and what they mean: bytes stored once by SHA-256, parsed once, their policy stored once by fingerprint."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import zstandard
from sqlalchemy import Connection, select

from tracker.core.policy import ABSENT, Policy
from tracker.core.reading import Reading, read
from tracker.store import models
from tracker.store.bulk import add, added, rows_where, table
from tracker.store.rulings import Rulings

_LEVEL = 10  # measured: 6.9 x, and 19 gains 3 % more for ten times the time
ABSENT_BODY = 0  # in memory only; in the tables an absence is a NULL body_id


class Bodies:
    """The one place where bytes become rows; remembers the ids of what it has met in this run."""

    def __init__(self, connection: Connection, rulings: Rulings) -> None:
        self._connection = connection
        self._rulings = rulings
        self._tokens_known = rulings.tokens
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL)
        self._policy_of_body: dict[int, int] = {}
        self._policy_of_fingerprint: dict[bytes, int] = {}

    def ids(self, answers: Iterable[bytes]) -> dict[bytes, int]:
        """The body id of each distinct answer, stored and parsed if it is new."""
        wanted = {hashlib.sha256(data).digest(): data for data in answers}
        known = {row.sha256: row.body_id for row in rows_where(self._connection, models.Body, "sha256", wanted)}
        for digest, data in wanted.items():
            if digest not in known:
                known[digest] = self._store(digest, data)
        return {data: known[digest] for digest, data in wanted.items()}

    def policies(self, body_ids: Iterable[int]) -> Mapping[int, int]:
        """The policy of each body, `ABSENT_BODY` included."""
        missing = [body for body in set(body_ids) if body not in self._policy_of_body]
        if ABSENT_BODY in missing:
            self._policy_of_body[ABSENT_BODY] = self.policy_id(ABSENT)
        for row in rows_where(self._connection, models.Body, "body_id", [b for b in missing if b != ABSENT_BODY]):
            self._policy_of_body[row.body_id] = row.policy_id
        return self._policy_of_body

    def sha256(self, body_ids: Iterable[int]) -> dict[int, bytes]:
        """The digests of bodies; an absence has the empty one."""
        found = {row.body_id: row.sha256 for row in rows_where(self._connection, models.Body, "body_id", body_ids)}
        return found | {ABSENT_BODY: b""}

    def read(self, data: bytes) -> Reading:
        """What a body says, under today's ruleset and registry."""
        return read(data, self._tokens_known)

    def move(self, body_id: int, policy_id: int, flags: str) -> None:
        """Give a stored body the policy and the flags of a new reading."""
        bodies = table(models.Body)
        values = {"policy_id": policy_id, "flags": flags}
        self._connection.execute(bodies.update().where(bodies.c.body_id == body_id).values(values))
        self._policy_of_body[body_id] = policy_id

    def _store(self, digest: bytes, data: bytes) -> int:
        reading = self.read(data)
        policy_id = self.policy_id(reading.policy)
        row = {
            "sha256": digest,
            "size": len(data),
            "policy_id": policy_id,
            "flags": reading.flag_text,
        }
        body_id = added(self._connection, models.Body, row)
        packed = {"body_id": body_id, "codec": "zstd", "data": self._compressor.compress(data)}
        add(self._connection, models.BodyData, [packed])
        self._policy_of_body[body_id] = policy_id
        return body_id

    def policy_id(self, policy: Policy) -> int:
        """The id of a policy, stored if it is new."""
        fingerprint = policy.fingerprint
        if fingerprint not in self._policy_of_fingerprint:
            self._policy_of_fingerprint[fingerprint] = self._found_oradded(fingerprint, policy)
        return self._policy_of_fingerprint[fingerprint]

    def _found_oradded(self, fingerprint: bytes, policy: Policy) -> int:
        stored = table(models.Policy)
        found = self._connection.execute(
            select(stored.c.policy_id).where(stored.c.fingerprint == fingerprint)
        ).scalar_one_or_none()
        if found is not None:
            return int(found)
        row = {"fingerprint": fingerprint, "star": policy.star, "absent": int(policy.absent)}
        policy_id = added(self._connection, models.Policy, row | {"loose": "\n".join(policy.loose)})
        tokens = self._tokens([token for token, _ in policy.rules])
        rules = [{"policy_id": policy_id, "token_id": tokens[t], "bits": bits} for t, bits in policy.rules]
        add(self._connection, models.Rule, rules)
        signals = [{"policy_id": policy_id, **preference._asdict()} for preference in policy.preferences]
        add(self._connection, models.Signal, signals)
        self._rulings.add(policy_id, policy)
        return policy_id

    def _tokens(self, tokens: Sequence[str]) -> dict[str, int]:
        known = {row.token: row.token_id for row in rows_where(self._connection, models.Token, "token", tokens)}
        for token in tokens:
            if token not in known:
                known[token] = added(self._connection, models.Token, {"token": token})
        return known
