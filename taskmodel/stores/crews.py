"""Who computes chunks: this process, others of this machine, or workers of a Dask scheduler."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from taskmodel._arguments import shown
from taskmodel.errors import ArgumentError, InputError

if TYPE_CHECKING:
    from distributed import Client

T = TypeVar("T")
HOST = "127.0.0.1"
CONNECTION = 10.0  # seconds within which a scheduler has to answer
# Workers keep a profile of their calls of the last hour, and the scheduler the last 1,000 messages
# to each worker, with a catalog in every one: memory would grow for as long.
LEAN = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.low-level-log-length": 1,
}
AHEAD = 2  # tasks for each thread, so that none waits for the next


@dataclass(frozen=True, eq=False)
class Crew:
    """What runs functions.

    Attributes
    ----------
    executor : Executor
    client : Client or None
        None: functions run in this process, at once.
    lost : tuple of type
        Errors that mean that a function ended worker after worker.
    """

    executor: Executor
    client: Client | None = None
    lost: tuple[type[Exception], ...] = ()

    def submit(self, action: Callable[..., T], *arguments: Any) -> Future[T]:
        """Run a function."""
        return self.executor.submit(action, *arguments)

    def window(self) -> int:
        """Return how many tasks there should be at a time."""
        if self.client is None:
            return 1
        threads: Any = self.client.nthreads  # without annotations
        return AHEAD * max(1, sum(threads().values()))

    def check(self) -> None:
        """Raise an OSError if the scheduler is lost."""
        if self.client is not None and self.client.status != "running":
            raise ConnectionError(0, "the scheduler went away")


@contextmanager
def crew_of(count: int | None, scheduler: str | Client | None) -> Iterator[Crew]:
    """Context with workers, which end with it unless a scheduler was named.

    Parameters
    ----------
    count : int or None
        Processes of this machine; they listen on 127.0.0.1 alone, without a dashboard.
    scheduler : str, Client or None
        Address of a running scheduler, or a client of one, in place of a count.

    Raises
    ------
    InputError
        If no scheduler answers.
    """
    if scheduler is None and count is None:
        yield Crew(_AtOnce())
        return
    with _quiet(), ExitStack() as stack:
        if scheduler is None:
            client = stack.enter_context(_client(stack.enter_context(_local_cluster(count))))
        elif isinstance(scheduler, str):
            client = stack.enter_context(_connected(scheduler))
        elif isinstance(scheduler, _class_of_clients()):
            client = scheduler
        else:
            raise ArgumentError(
                "scheduler must be the address of a running one, such as 'tcp://host:8786', or a "
                f"distributed.Client; found {shown(scheduler)}"
            )
        yield _of_client(client)


def _connected(address: str) -> Any:
    """Return a client of a running scheduler.

    Raises
    ------
    InputError
        If none answers.
    """
    try:  # a client that finds none waits as it is deleted, and ends in a traceback
        with ThreadPoolExecutor(1) as pool:  # notebooks have a loop of their own in this thread
            pool.submit(asyncio.run, _identity(address)).result()
    except (OSError, ValueError, TypeError) as error:  # TypeError: without what TLS needs
        reason = str(error) or f"nothing within {CONNECTION:g} s"
        raise InputError(
            f"no Dask scheduler answers at {address!r} ({reason}); start one with `dask "
            "scheduler`, whose first lines name its address"
        ) from error
    return _client(address)


async def _identity(address: str) -> None:
    """Ask a scheduler who it is; an error of Python says that none answers."""
    import distributed

    untyped: Any = distributed  # without annotations
    arguments = untyped.Security().get_connection_args("client")
    async with untyped.rpc(address, timeout=CONNECTION, connection_args=arguments) as scheduler:
        found = await asyncio.wait_for(scheduler.identity(), CONNECTION)
    if found.get("type") != "Scheduler":
        raise InputError(f"found a {found.get('type')}")


def _class_of_clients() -> type:
    import distributed

    return distributed.Client


def _client(where: Any) -> Any:
    import dask
    import distributed

    make: Any = distributed.Client  # without annotations
    with dask.config.set(LEAN):
        return make(where, timeout=CONNECTION, set_as_default=False)


class _AtOnce(Executor):
    """Runs functions when they are submitted, so that an interrupt reaches them."""

    def submit(self, action: Callable[..., T], /, *arguments: Any, **named: Any) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(action(*arguments, **named))
        except Exception as error:
            future.set_exception(error)
        return future


def _of_client(client: Any) -> Crew:
    from distributed import KilledWorker

    return Crew(client.get_executor(pure=False), client, (KilledWorker,))


def _local_cluster(count: int | None) -> Any:
    import dask
    import distributed

    make: Any = distributed.LocalCluster  # without annotations
    with dask.config.set(LEAN):
        return make(
            n_workers=count,
            threads_per_worker=1,
            host=HOST,
            dashboard_address=None,
            # without the dashboard a server of metrics remains; any free port will do
            scheduler_kwargs={"dashboard_address": f"{HOST}:0"},
            memory_limit=0,  # memory is bounded by the chunk
            silence_logs=logging.CRITICAL,
        )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep from the screen what Dask logs; what matters is raised."""
    logger = logging.getLogger("distributed")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)
