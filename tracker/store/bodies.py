"""Bodies and what they mean: bytes stored once by SHA-256, parsed once, their policy stored once by fingerprint."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import zstandard
from sqlalchemy import Connection

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
        self._token_ids: dict[str, int] = {}

    def ids(self, answers: Iterable[bytes]) -> dict[bytes, int]:
        """The body id of each distinct answer, stored and parsed if it is new."""
        wanted = {hashlib.sha256(data).digest(): data for data in answers}
        known = self.known(wanted)
        known |= self._store({digest: data for digest, data in wanted.items() if digest not in known})
        return {data: known[digest] for digest, data in wanted.items()}

    def known(self, digests: Iterable[bytes]) -> dict[bytes, int]:
        """The ids of those bodies, by SHA-256, that are stored."""
        return {row.sha256: row.body_id for row in rows_where(self._connection, models.Body, "sha256", set(digests))}

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

    def _store(self, fresh: Mapping[bytes, bytes]) -> dict[bytes, int]:
        """Read and store new bodies, by digest; gives their ids."""
        readings = [self.read(data) for data in fresh.values()]
        policies = self.policy_ids([reading.policy for reading in readings])
        rows = [
            {"sha256": digest, "size": len(data), "policy_id": policy_id, "flags": reading.flag_text}
            for (digest, data), reading, policy_id in zip(fresh.items(), readings, policies, strict=True)
        ]
        body_ids = added(self._connection, models.Body, rows)
        packed = [
            {"body_id": body_id, "codec": "zstd", "data": self._compressor.compress(data)}
            for body_id, data in zip(body_ids, fresh.values(), strict=True)
        ]
        add(self._connection, models.BodyData, packed)
        self._policy_of_body.update(zip(body_ids, policies, strict=True))
        return dict(zip(fresh, body_ids, strict=True))

    def policy_id(self, policy: Policy) -> int:
        """The id of a policy, stored if it is new."""
        return self.policy_ids([policy])[0]

    def policy_ids(self, policies: Sequence[Policy]) -> list[int]:
        """The ids of policies, stored if they are new."""
        known = self._policy_of_fingerprint
        unmet = {policy.fingerprint: policy for policy in policies if policy.fingerprint not in known}
        for row in rows_where(self._connection, models.Policy, "fingerprint", unmet):
            known[row.fingerprint] = row.policy_id
        self._store_policies({fingerprint: policy for fingerprint, policy in unmet.items() if fingerprint not in known})
        return [known[policy.fingerprint] for policy in policies]

    def _store_policies(self, fresh: Mapping[bytes, Policy]) -> None:
        rows = [
            {
                "fingerprint": fingerprint,
                "star": policy.star,
                "absent": int(policy.absent),
                "loose": "\n".join(policy.loose),
            }
            for fingerprint, policy in fresh.items()
        ]
        policy_ids = added(self._connection, models.Policy, rows)
        self._policy_of_fingerprint.update(zip(fresh, policy_ids, strict=True))
        stored = dict(zip(policy_ids, fresh.values(), strict=True))
        tokens = self._tokens({token for policy in stored.values() for token, _ in policy.rules})
        rules = [
            {"policy_id": policy_id, "token_id": tokens[token], "bits": bits}
            for policy_id, policy in stored.items()
            for token, bits in policy.rules
        ]
        add(self._connection, models.Rule, rules)
        signals = [
            {"policy_id": policy_id, **preference._asdict()}
            for policy_id, policy in stored.items()
            for preference in policy.preferences
        ]
        add(self._connection, models.Signal, signals)
        self._rulings.add(stored)

    def _tokens(self, tokens: Iterable[str]) -> Mapping[str, int]:
        known = self._token_ids
        unmet = sorted(token for token in tokens if token not in known)
        for row in rows_where(self._connection, models.Token, "token", unmet):
            known[row.token] = row.token_id
        fresh = [token for token in unmet if token not in known]
        known.update(zip(fresh, added(self._connection, models.Token, [{"token": t} for t in fresh]), strict=True))
        return known
