"""The bench with its window: the real station, and the virtual one."""

import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from station.adapters.frames import FrameFiles
from station.adapters.shelf import ShelfFiles
from station.adapters.store.opening import open_store
from station.adapters.store.steps import nothing
from station.app.camera_sources import is_live
from station.app.cameras import RESTING_LIGHT, parts_of
from station.app.defaults import load_policies, load_recipes
from station.app.demo import Demo, DemoOptions
from station.app.learning import REFERENCES
from station.app.live import LiveBench
from station.app.ordering import orders_from, orders_in
from station.app.wiring import BenchParts, check_recipes, lights_of
from station.config import Printer, Settings, read_settings
from station.domain.label import LabelKind
from station.ports import Catalogue
from station.screen.view import OperatorView, Text
from station.workflow.stages import Setup

_DEMO_UNDO = timedelta(seconds=8)
_UNHURRIED = 2.5
"""The virtual operator takes this much longer when somebody watches."""


def run_demo_window(options: DemoOptions, locale: str) -> int:
    """The virtual bench in a window; the virtual operator works until the trolley is empty."""
    from station.ui.application import run_window

    with Demo(replace(options, undo=_DEMO_UNDO, watched=True, locale=locale)) as demo:
        leaving = threading.Event()

        def pause(seconds: float) -> None:
            leaving.wait(seconds * _UNHURRIED)

        def subscribe(publish: Callable[[OperatorView], None]) -> None:
            over = threading.Event()

            def shown(view: OperatorView) -> None:
                said = replace(view, instruction=Text("do.demo-over"), notice=None)
                publish(said if over.is_set() else view)

            def end() -> None:
                shift.finished.wait()
                over.set()
                shown(demo.live.view())

            demo.live.subscribe(shown)
            shift = demo.start(pause)
            threading.Thread(target=end, name="end of the shift", daemon=True).start()

        return run_window(
            view=demo.live.view(),
            subscribe=subscribe,
            press=demo.live.press,
            load_evidence=demo.frames.evidence,
            live=demo.live.live,
            locale=locale,
            on_close=leaving.set,
            closer=_close_on_signals,
        )


def run_station(config: Path, say: Callable[[str], None]) -> int:
    """The station of a configuration file, until its window is closed.

    `say` hears of what takes long before that: the import of a new file of return orders.
    """
    from station.ui.application import run_window

    settings = read_settings(config)
    parts = _parts(settings, say)
    with ExitStack() as things:
        store = open_store(settings.state)
        things.callback(store.close)
        frames = FrameFiles(settings.state)
        shelf = ShelfFiles(settings.state)
        live = LiveBench(parts, store, frames, shelf, nothing, watched=True)
        things.callback(live.stop)

        def subscribe(publish: Callable[[OperatorView], None]) -> None:
            live.subscribe(publish)
            live.start()

        return run_window(
            view=live.view(),
            subscribe=subscribe,
            press=live.press,
            load_evidence=frames.evidence,
            live=live.live,
            locale=settings.locale,
            fullscreen=settings.fullscreen,
            left_handed=settings.left_handed,
            closer=_close_on_signals,
            title=settings.name,
        )


def _close_on_signals(close: Callable[[], None]) -> None:
    """Ctrl-C and a polite kill close the window, so that everything ends in order."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: close())


def _parts(settings: Settings, say: Callable[[str], None]) -> BenchParts:
    recipes = load_recipes(settings.recipes)
    policies = load_policies(recipes, settings.policies)
    undo = timedelta(seconds=settings.upstream.undo_seconds)
    check_recipes(settings, recipes)
    switched = lights_of(recipes) | {RESTING_LIGHT}
    return BenchParts(
        name=settings.name,
        setup=Setup(
            recipes,
            policies,
            undo,
            labels=_printed(settings),
            parcel_patterns=settings.parcel_patterns,
            proving=bool(settings.lights) and all(map(is_live, settings.camera)),
        ),
        orders=_orders(settings, say),
        cameras=tuple(
            parts_of(camera, settings.empty_bench, switched, settings.parcel_patterns)
            for camera in settings.camera
        ),
        lights=settings.lights,
        settle_s=settings.settle_seconds,
        calibration=settings.calibration,
        devices=settings.device,
        upstream_url=settings.upstream.url,
        outlines=ShelfFiles(settings.state).outlines,
        references=settings.state / REFERENCES,
        pack=settings.pack,
    )


def _printed(settings: Settings) -> tuple[LabelKind, ...]:
    """The labels that are printed when an item is closed."""
    printers = [device for device in settings.device if isinstance(device, Printer)]
    return tuple(LabelKind(name) for printer in printers for name in printer.prints)


def _orders(settings: Settings, say: Callable[[str], None]) -> Catalogue:
    source = settings.order_source
    if source is not None:
        return orders_from(source.url, source.patience_seconds, settings.state)
    return orders_in(settings.state, settings.orders, say)
