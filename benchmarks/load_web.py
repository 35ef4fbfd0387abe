"""Many people at once on the pages of a store of 10,000 records, over loopback.

    .venv/bin/python benchmarks/load_web.py /var/tmp/load --records 10000 --people 20

The store is made once, in the folder that is named, and used again. ``rmdocs web`` serves it as
it would anybody; each person has a browser session of their own, and does one thing after the
other with a pause between, as people do: looks at a page, goes on typing in a draft (a check,
as the script of the page asks for it), issues a record (without PDF). What is measured is the
time from asking to the whole answer.
"""

import argparse
import copy
import http.client
import json
import random
import statistics
import sys
import threading
import time
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from bank import NEW_YEAR, Bank
from browsing import Form, Server
from filled import ROOTS

from rmdocs.beginning import begin
from rmdocs.files import File
from rmdocs.intake.typed import write
from rmdocs.registers.indexfile import Query
from rmdocs.workspace import records

FORM = "RXD7200-02"
RMS = ("JN01-0101", "JN01-0102", "YT03-0301", "YT03-0302")
OTHERS = ("JN01-0001", "JN01-0002", "YT03-0001", "SD00-0009")
FIRST, LAST = date(2026, 1, 6), date(2026, 11, 28)
BATCH = 500
AIMS = {"check": 0.050, "issue": 0.150}


# The store ----------------------------------------------------------------------


def visit(sample, at):
    """Return the record of a visit, one of many."""
    record = copy.deepcopy(sample["record"])
    day = FIRST + timedelta(days=at % ((LAST - FIRST).days))
    content = record["content"]
    record["date"] = content["log_date"] = content["visit"]["date"] = str(day)
    content["visit"]["topic"] = f"{content['visit']['topic']}（第{at}次）"
    content["follow_ups"], content["commitments"], content["next_visit"] = [], [], None
    content["risk_signals"], record["related"] = [], []
    content["complaint"] = content["beyond_authority"] = None
    return record


def made(root, count):
    """Make the store, or go on with one of which a part is there."""
    if not root.is_dir():
        begin(root, sample=True, now=NEW_YEAR)
    bank = Bank(root)
    samples = [bank.sample(f"{FORM}-{unit}") for unit in ("JN01", "YT03")]
    there = records.count_of(bank.at(), Query())
    while there < count:
        lines = [
            json.dumps(visit(samples[at % 2], at), ensure_ascii=False)
            for at in range(there, min(there + BATCH, count))
        ]
        for sample in samples:
            unit = sample["record"]["unit"]
            own = "\n".join(line for line in lines if f'"unit": "{unit}"' in line)
            actor = sample["record"]["prepared_by"]["staff_no"]
            work = bank.opened(actor, datetime.now(UTC))
            done = records.issue(work, [File(name="visits.jsonl", data=own.encode())])
            assert all(one.number for one in done.outcomes), done.outcomes[0].findings
        there += len(lines)
        bank.close()
        print(f"  {there} records", flush=True)
    return bank


_BEGINNING = defaultdict(threading.Lock)


# A person -----------------------------------------------------------------------


class Person(threading.Thread):
    """Somebody at work, in a browser session of their own.

    :param address: the one-time address that lets them in.
    """

    def __init__(self, address, actor, typed, numbers, load):
        super().__init__(daemon=True)
        place = urlsplit(address)
        self._connection = http.client.HTTPConnection(place.hostname, place.port, timeout=120)
        self._origin = f"{place.scheme}://{place.netloc}"
        self._random = random.Random(address)
        self.actor, self._typed, self._numbers, self._load = actor, typed, numbers, load
        self._cookie = self._csrf = self._draft = ""
        self._version = 0
        self.took = defaultdict(list)
        self.wrong = []
        self._ask("GET", f"{place.path}?{place.query}")
        self._csrf = _csrf(self._ask("GET", "/who"))
        self._post("/who", {"staff_no": actor})
        self._csrf = _csrf(self._ask("GET", "/new"))

    def _ask(self, method, path, body=None, *, follow=True):
        """Ask, and follow where it leads; return the page."""
        while True:
            headers = {"Cookie": self._cookie, "Accept-Language": "zh", "Origin": self._origin}
            if body is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            try:
                self._connection.request(method, path, body, headers)
                answer = self._connection.getresponse()
            except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
                # The server closed what nobody used for some seconds: as a browser does, again.
                self._connection.close()
                self._connection.request(method, path, body, headers)
                answer = self._connection.getresponse()
            text = answer.read().decode()
            if "set-cookie" in answer.headers:
                self._cookie = answer.headers["set-cookie"].partition(";")[0]
            if answer.status >= 400:
                self.wrong.append((path, answer.status, text[:2000]))
                return text
            self.at = path
            if answer.status not in {302, 303, 307}:
                return text
            if not follow:
                return answer.headers["location"]
            method, path, body = "GET", answer.headers["location"], None

    def _post(self, path, data, **settings):
        return self._ask("POST", path, urlencode({"csrf": self._csrf, **data}), **settings)

    def _timed(self, kind, call, *arguments, **settings):
        begun = time.perf_counter()
        found = call(*arguments, **settings)
        self.took[kind].append(time.perf_counter() - begun)
        return found

    def begin_draft(self):
        """Begin a record, and type all of it.

        Who begins a record twice at once goes on with the one that nobody touched yet.
        """
        with _BEGINNING[self.actor]:
            self._begin_draft()

    def _begin_draft(self):
        self._post("/new", {"form": FORM})
        path = self.at.partition("?")[0]
        typed = {**self._typed, "content.visit.topic": f"{self.actor} {self._random.random()}"}
        self._post(path, {**typed, "version": 1, "do": "check"})
        self._draft, self._sent = path, typed
        self._version = int(dict(Form(self._ask("GET", path)).sent)["version"])

    def _check(self):
        self._sent["content.visit.topic"] = f"走访 {self._random.random()}"
        said = json.loads(
            self._timed(
                "check",
                self._post,
                f"{self._draft}/check",
                {**self._sent, "version": self._version},
            )
        )
        self._version = said["version"]

    def _issue(self):
        sent = {"version": self._version}
        leads = self._timed("issue", self._post, f"{self._draft}/issue", sent, follow=False)
        if leads.startswith("/records/"):
            self._timed("page", self._ask, "GET", leads)
        else:
            self.wrong.append((leads, "not issued", ""))
        self.begin_draft()

    def _page(self):
        number = self._random.choice(self._numbers[self.actor[:4]])
        path = self._random.choice(("/", f"/records/{number}", "/new", "/search"))
        if path == "/search":
            self._timed(
                "search", self._post, "/search", {"q": f"第{self._random.randint(1, 99)}次"}
            )
        else:
            self._timed("page", self._ask, "GET", path)

    def run(self):
        """Work until the time is up; nobody begins at the same moment as all others."""
        time.sleep(self._load.pause * self._random.uniform(0, 1.5))
        while time.monotonic() < self._load.until:
            chance = self._random.random()
            if self.actor in RMS and chance < 0.4:
                self._check()
            elif self.actor in RMS and chance < 0.5:
                self._issue()
            else:
                self._page()
            time.sleep(self._load.pause * self._random.uniform(0.5, 1.5))


def _csrf(page):
    return page.partition('name="csrf" value="')[2].partition('"')[0]


class Load:
    """Until when people work, and how long they think."""

    def __init__(self, pause):
        self.pause, self.until = pause, 0.0


# Figures ------------------------------------------------------------------------


def memory(process):
    """Return how much memory a process held at most, in megabytes."""
    lines = Path(f"/proc/{process}/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM:"))


def told(took, seconds):
    """Print what each kind of thing took."""
    print(f"{'':8}{'count':>7}{'a second':>10}{'median':>9}{'p95':>9}{'worst':>9}   (ms)")
    for kind, all_of_it in sorted(took.items()):
        times = sorted(all_of_it)
        p95 = times[min(int(len(times) * 0.95), len(times) - 1)]
        aim = f"   aim {AIMS[kind] * 1000:.0f}" if kind in AIMS else ""
        print(
            f"{kind:8}{len(times):7}{len(times) / seconds:10.1f}"
            f"{statistics.median(times) * 1000:9.0f}{p95 * 1000:9.0f}{times[-1] * 1000:9.0f}{aim}"
        )


def main():
    """Make the store if need be, have people work on it, tell what that took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pause", type=float, default=2, help="seconds that people think")
    asked = parser.parse_args()
    bank = made(asked.root, asked.records)
    numbers = {
        unit: [one.number for one in records.find(bank.at(), Query(unit=unit), most=2000)]
        for unit in ("JN01", "YT03")
    }
    numbers["SD00"] = numbers["JN01"] + numbers["YT03"]
    typed = {
        unit: write(ROOTS[FORM], visit(bank.sample(f"{FORM}-{unit}"), 1))
        for unit in ("JN01", "YT03")
    }
    bank.close()
    server = Server(asked.root)
    try:
        load, actors = Load(asked.pause), (RMS * 3 + OTHERS)
        people = []
        for at in range(asked.people):
            actor = actors[at % len(actors)]
            address = server.url if at == 0 else server.another()
            people.append(Person(address, actor, typed.get(actor[:4], {}), numbers, load))
            if actor in RMS:
                people[-1].begin_draft()
        load.until = time.monotonic() + asked.seconds
        for one in people:
            one.start()
        for one in people:
            one.join()
        took = defaultdict(list)
        for one in people:
            for kind, times in one.took.items():
                took[kind] += times
        wrong = [problem for one in people for problem in one.wrong]
        told(took, asked.seconds)
        print(f"memory of the server, at most: {memory(server.process.pid)} MB")
        print(f"refused or failed: {len(wrong)}")
        for path, status, text in wrong[:3]:
            print(path, status, text.partition("<main")[2][:400])
        return bool(wrong)
    finally:
        server.end()


if __name__ == "__main__":
    sys.exit(main())
