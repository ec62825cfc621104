"""The receiver of results, over HTTP."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from station.adapters.upstream.exchange import Exchange, HttpAnswer, NoAnswerError, is_address
from station.domain.faults import refuse
from station.domain.outbox import Answer, Delivered, OutboxEntry, Rejected, Unreachable

STEPS = ("post-begun", "post-answered")

_CONNECT_S = 3.0
_WHOLE_S = 10.0
_LONGEST_ANSWER = 64 * 1024
_PASSING = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
        # The address or the credentials are wrong, for every entry alike.
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.PROXY_AUTHENTICATION_REQUIRED,
    }
)


def _nothing(step: str) -> None:
    del step


class HttpUpstream:
    """Port Upstream: `POST {url}/inspections` under the inspection's id as Idempotency-Key.

    StationError if `url` is no address. An answer that is not whole after `whole_s` seconds is no
    answer. `reached` is told each step.
    """

    def __init__(
        self,
        url: str,
        reached: Callable[[str], None] = _nothing,
        *,
        whole_s: float = _WHOLE_S,
    ) -> None:
        if not is_address(url):
            raise refuse(f"{url} is no address to post to: write https://server/path.")
        self._url = f"{url.rstrip('/')}/inspections"
        self._reached = reached
        self._exchange = Exchange(whole_s=whole_s, longest=_LONGEST_ANSWER, connect_s=_CONNECT_S)

    def post(self, entry: OutboxEntry) -> Answer:
        """Post one entry; never raises for the receiver's sake."""
        self._reached("post-begun")
        try:
            answer = self._post(entry)
        except NoAnswerError as error:
            answer = Unreachable(f"no answer: {error}")
        self._reached("post-answered")
        return answer

    def close(self) -> None:
        """Let the connections go."""
        self._exchange.close()

    def _post(self, entry: OutboxEntry) -> Answer:
        headers = {"Idempotency-Key": entry.inspection_id, "Content-Type": "application/json"}
        answer = self._exchange.ask("POST", self._url, headers, entry.body)
        return _meaning(answer, entry.inspection_id)


def _meaning(answer: HttpAnswer, inspection_id: str) -> Answer:
    status = answer.status
    if 200 <= status < 300:
        return _receipt(answer.body, inspection_id)
    reason = f"HTTP {status}"
    if 400 <= status < 500 and status not in _PASSING:
        return Rejected(reason)
    return Unreachable(reason, _retry_after(answer.headers))


def _receipt(body: bytes, inspection_id: str) -> Answer:
    """A success counts only where the receiver names what it has."""
    try:
        receipt = json.loads(body)
    except (ValueError, RecursionError):
        return Unreachable("the receiver's answer is not JSON")
    if not isinstance(receipt, dict) or receipt.get("id") != inspection_id:
        return Unreachable("the receiver's answer does not name the inspection")
    if receipt.get("stored") not in ("new", "repeated"):
        return Unreachable("the receiver's answer does not say that it stored the inspection")
    return Delivered(repeated=receipt["stored"] == "repeated")


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """The receiver's wish in seconds or as a date (RFC 9110, 10.2.3), by the receiver's clock."""
    text = headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text[:9]))
    try:
        then, now = (parsedate_to_datetime(value) for value in (text, headers.get("Date", "")))
        return max(then - now, timedelta())
    except (ValueError, TypeError):
        return None
