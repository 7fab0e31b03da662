"""A Dask cluster of processes on this machine, over TLS, whose workers can be killed one by one."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme

from tests.cli.make import LONGEST, ROOT, surroundings

Process = subprocess.Popen[bytes]


@dataclass(slots=True, kw_only=True)
class Cluster:
    """The scheduler's address, what reaches it, and the workers by name."""

    folder: Path
    certificates: Mapping[str, str]
    url: str = ""
    processes: dict[str, Process] = field(default_factory=dict)

    def start(self, name: str, *words: str, path: Path = ROOT, **more: str) -> None:
        """Start a process of Dask's, which works in a folder of its own."""
        place = self.folder / name
        place.mkdir()
        env = {**surroundings(**self.certificates, **more), "PYTHONPATH": str(path)}
        with (place / "log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "dask", *words], cwd=place, env=env, stdout=log, stderr=log
            )

    def work(self, name: str, *words: str, path: Path = ROOT, **more: str) -> None:
        """Start a worker, and wait until the scheduler knows it."""
        options = ("--no-nanny", "--no-dashboard", "--host", "127.0.0.1", *(words or ("--nthreads", "1")))
        self.start(name, "worker", self.url, *options, path=path, **more)
        self.until(name, "Registered to:")

    def until(self, name: str, said: str) -> None:
        """Wait until a process has said something."""
        end = time.monotonic() + LONGEST
        while said not in (text := (self.folder / name / "log").read_text(encoding="utf-8")):
            assert time.monotonic() < end, text
            assert self.processes[name].poll() is None, text
            time.sleep(0.05)

    def kill(self, name: str) -> None:
        """Kill a process as the system does when memory runs out."""
        os.kill(self.processes[name].pid, signal.SIGKILL)


@contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    """A scheduler without workers, for as long as the block lasts."""
    authority, pem = trustme.CA(), folder / "node.pem"
    authority.cert_pem.write_to_path(folder / "ca.pem")
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(pem)
    tls = "DASK_DISTRIBUTED__COMM__TLS__"
    roles = ("SCHEDULER", "WORKER", "CLIENT")
    certificates = {
        f"{tls}CA_FILE": str(folder / "ca.pem"),
        **{f"{tls}{role}__{part}": str(pem) for role in roles for part in ("CERT", "KEY")},
    }
    cluster = Cluster(folder=folder, certificates=certificates)
    found = folder / "scheduler.json"
    words = ("--host", "tls://127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(found))
    cluster.start("scheduler", "scheduler", *words)
    try:
        cluster.until("scheduler", "Scheduler at:")
        text = (folder / "scheduler" / "log").read_text(encoding="utf-8")
        cluster.url = "tls://127.0.0.1:" + text.partition("tls://127.0.0.1:")[2].split()[0]
        yield cluster
    finally:
        for one in cluster.processes.values():
            one.kill()
            one.wait(LONGEST)
