"""The receiver of results, over HTTP."""

import json
from collections.abc import Callable
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx2

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

    StationError if `url` is no address. `monotonic` gives seconds; an answer that is not whole
    after `whole_s` of them is no answer. `reached` is told each step.
    """

    def __init__(
        self,
        url: str,
        monotonic: Callable[[], float],
        reached: Callable[[str], None] = _nothing,
        *,
        whole_s: float = _WHOLE_S,
    ) -> None:
        if not url.startswith(("http://", "https://")):
            raise refuse(f"{url} is no address to post to: name one that begins with https://.")
        self._url = f"{url.rstrip('/')}/inspections"
        self._monotonic = monotonic
        self._reached = reached
        self._whole_s = whole_s
        self._client = httpx2.Client(
            timeout=httpx2.Timeout(whole_s, connect=min(_CONNECT_S, whole_s)),
            follow_redirects=False,
            trust_env=False,
        )

    def post(self, entry: OutboxEntry) -> Answer:
        """Post one entry; never raises for the receiver's sake."""
        self._reached("post-begun")
        try:
            answer = self._exchange(entry)
        except httpx2.RequestError as error:
            answer = Unreachable(f"no answer: {error or type(error).__name__}")
        self._reached("post-answered")
        return answer

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def _exchange(self, entry: OutboxEntry) -> Answer:
        headers = {
            "Idempotency-Key": entry.inspection_id,
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",
        }
        deadline = self._monotonic() + self._whole_s
        with self._client.stream(
            "POST", self._url, content=entry.body, headers=headers
        ) as response:
            body = b""
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > _LONGEST_ANSWER:
                    return Unreachable("the answer is longer than any answer should be")
                if self._monotonic() > deadline:
                    return Unreachable("the answer did not end in time")
            return _meaning(response, body, entry.inspection_id)


def _meaning(response: httpx2.Response, body: bytes, inspection_id: str) -> Answer:
    status = response.status_code
    if 200 <= status < 300:
        return _receipt(body, inspection_id)
    reason = f"HTTP {status}"
    if 400 <= status < 500 and status not in _PASSING:
        return Rejected(reason)
    return Unreachable(reason, _retry_after(response.headers))


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


def _retry_after(headers: httpx2.Headers) -> timedelta | None:
    """The receiver's wish in seconds or as a date (RFC 9110, 10.2.3), by the receiver's clock."""
    text = headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text[:9]))
    try:
        then, now = (parsedate_to_datetime(value) for value in (text, headers.get("Date", "")))
        return max(then - now, timedelta())
    except (ValueError, TypeError):
        return None
