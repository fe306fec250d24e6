"""Event loops that open no files until they run.

Streamlit makes an event loop for each session and keeps it as long as the session: until ten minutes after its page is
gone. The lab's pages never run it, but it holds three open files. On macOS, where a process may open 256 at first, the
eightieth reload failed.
"""

import asyncio
import contextlib
import selectors
import sys
from collections.abc import Iterator, Mapping
from typing import Any


class _OnDemandSelector(selectors.BaseSelector):
    """The system's best selector, made when it is first used."""

    def __init__(self) -> None:
        self._made: selectors.BaseSelector | None = None

    @property
    def _selector(self) -> selectors.BaseSelector:
        if self._made is None:
            self._made = selectors.DefaultSelector()
        return self._made

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._selector.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._selector.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._selector.modify(fileobj, events, data)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return self._selector.select(timeout)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._selector.get_map()

    def close(self) -> None:
        if self._made is not None:
            self._made.close()


class OnDemandEventLoop(asyncio.SelectorEventLoop):
    """An event loop that opens its selector and its pair of sockets when it first runs."""

    _ssock: Any = None
    _csock: Any = None

    def __init__(self) -> None:
        """Open nothing yet."""
        super().__init__(_OnDemandSelector())

    def run_forever(self) -> None:
        """Run until `stop` is called."""
        if self._ssock is None and not self.is_closed():
            super()._make_self_pipe()  # type: ignore[misc]
        super().run_forever()

    # asyncio calls these two at the start and at the end of a loop's life.

    def _make_self_pipe(self) -> None:
        pass

    def _close_self_pipe(self) -> None:
        if self._ssock is not None:
            super()._close_self_pipe()  # type: ignore[misc]


class _Policy(asyncio.DefaultEventLoopPolicy):
    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        return OnDemandEventLoop()


@contextlib.contextmanager
def on_demand_loops() -> Iterator[None]:
    """Make every new event loop of this process an `OnDemandEventLoop`, except on Windows."""
    if sys.platform == "win32":
        yield
        return
    before = asyncio.get_event_loop_policy()
    asyncio.set_event_loop_policy(_Policy())
    try:
        yield
    finally:
        asyncio.set_event_loop_policy(before)
