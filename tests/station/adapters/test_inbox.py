"""The inbox: events in order on one thread, and a bug that does not end the bench."""

import threading

from station.adapters.inbox import Inbox
from station.domain.events import Event, Ticked
from tests.support.kept import START


def test_events_are_handled_in_order_on_one_thread_and_a_bug_is_reported(
    expected_warnings: list[str],
) -> None:
    expected_warnings.append("The station failed while handling an event")
    inbox, seen, broken, threads = Inbox(), [], [], set()

    def handle(event: Event) -> None:
        threads.add(threading.current_thread().name)
        seen.append(event)
        if len(seen) == 2:
            raise ZeroDivisionError("planted")

    inbox.start(lambda: None, handle, lambda: None, broken.append)
    events = [Ticked(START) for _ in range(4)]
    for event in events:
        inbox.emit(event)
    inbox.stop()

    assert seen == events
    assert [type(error) for error in broken] == [ZeroDivisionError]
    assert threads == {"bench"}
