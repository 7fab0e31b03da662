"""Accounts planned on a Dask cluster of separate processes: the same bytes, also where a worker is killed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from calplan.cli.exit_codes import ExitCode
from calplan.cli.fleet.elsewhere import Surroundings, packed, plan_elsewhere
from tests.cli.fleet.cluster import Cluster, running
from tests.cli.fleet.make import SECRET, STAMP, at_vendor, files, fleet, users
from tests.cli.fleet.test_batches import order
from tests.cli.make import calplan, start
from tests.loopback.server import Asked, Reply, serving
from tests.providers.zoom.vendor import Vendor

pytestmark = pytest.mark.loopback

EVERY = ("plan", "all", "--account", "all")


@pytest.fixture(scope="module", name="cluster")
def _cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running(tmp_path_factory.mktemp("cluster")) as cluster:
        for name in ("ann", "bob"):
            cluster.work(name, CALPLAN_SECRET_ZOOM=SECRET)
        yield cluster


def test_a_cluster_of_which_one_worker_is_killed_gives_the_same_bytes_as_this_process(cluster: Cluster) -> None:
    asked: list[str] = []

    def answer(request: Asked) -> Reply:
        asked.append(request.path)
        if len(asked) == 12:
            cluster.kill("ann")
        return Vendor(users).answer(request)

    fleet("one", "two")
    with serving(answer) as server:
        at_vendor(Path("all"), [f"z{number}" for number in range(8)], server.url)
        words = (*EVERY, "-o", "json", "-o", "markdown=plans/", "--out", "plans")
        there = start(*words, "--executor", cluster.url, SOURCE_DATE_EPOCH=STAMP, **cluster.certificates)
        assert cluster.processes["ann"].poll() is not None
        far = files("plans")
        here = start(*words, "--jobs", "1", SOURCE_DATE_EPOCH=STAMP, CALPLAN_SECRET_ZOOM=SECRET)
    assert (there.returncode, here.returncode) == (0, 0), there.stderr
    assert there.stdout == here.stdout
    assert far == files("plans")
    assert len(far) == 20
    # The secret was on the workers alone, and nothing told it.
    told = there.stdout + there.stderr + "".join(log.read_text("utf-8") for log in cluster.folder.glob("*/log"))
    assert SECRET not in told


def test_workers_that_would_plan_otherwise_are_refused(cluster: Cluster, tmp_path: Path) -> None:
    fleet("one")
    (tmp_path / "old" / "calplan").mkdir(parents=True)
    (tmp_path / "old" / "calplan" / "__init__.py").write_text('__version__ = "0.0.9"\n', encoding="utf-8")
    cluster.work("old", path=tmp_path / "old")
    said = start(*EVERY, "--executor", cluster.url, **cluster.certificates)
    assert said.returncode == 10
    assert "has 0.0.9; install one version" in said.stderr
    assert not Path("all/one/one.db").exists()


def test_without_certificates_nothing_is_sent() -> None:
    fleet("one")
    said = start(*EVERY, "--executor", "tls://127.0.0.1:9")
    assert said.returncode == 64
    assert "DASK_DISTRIBUTED__COMM__TLS__CA_FILE" in said.stderr


def test_a_cluster_that_is_not_there_is_said_to_be_unreachable() -> None:
    fleet("one")
    said = start(*EVERY, "--executor", "tcp://127.0.0.1:9", DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="1s")
    assert said.returncode == 10
    assert said.stderr.startswith("error: the cluster at tcp://127.0.0.1:9 cannot be reached: ")


@pytest.mark.parametrize(
    "url, why",
    [
        ("tcp://scheduler.corp.example:8786", "is not encrypted"),
        ("tcp://10.0.0.1:8786", "is not encrypted"),
        ("tcp://127.0.0.1.corp.example:8786", "is not encrypted"),
        ("scheduler:8786", "tls://HOST:PORT"),
        ("https://scheduler:8786", "tls://HOST:PORT"),
        ("tls://scheduler", "tls://HOST:PORT"),
        ("tls://user@scheduler:8786", "tls://HOST:PORT"),
        ("tls://scheduler:999999", "tls://HOST:PORT"),
        ("tls://scheduler:8786/path", "tls://HOST:PORT"),
        ("tls://scheduler:8786\n", "tls://HOST:PORT"),
        ("tls://[::1", "tls://HOST:PORT"),
    ],
)
def test_only_an_encrypted_address_or_one_of_this_machine_is_taken(url: str, why: str) -> None:
    fleet("one")
    said = calplan(*EVERY, "--executor", url)
    assert said.code is ExitCode.USAGE
    assert why in said.err


def test_a_worker_of_another_version_or_without_the_folder_plans_nothing() -> None:
    here = Surroundings.of_this(automated=False)
    for place, why in (
        (Surroundings(version="0.0.9", folder=here.folder, variables={}), "install one version"),
        (Surroundings(version=here.version, folder="/nowhere", variables={}), "the folder /nowhere cannot be used"),
    ):
        (reply,) = plan_elsewhere(place, ["one"], packed([order("one")]))
        assert reply.code is ExitCode.UNREACHABLE
        assert why in (reply.error or "")
        assert Path.cwd() == Path(here.folder)
