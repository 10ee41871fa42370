"""Units that run a ``pcse`` command by the clock: a line for cron, a service and timer of systemd, a GitHub workflow.

How each of them reads a command: crontab(5), where ``%`` ends the command unless a backslash stands before it;
systemd.syntax(7) and systemd.service(5), where ``%`` begins a specifier and a backslash an escape; and the workflow
syntax of GitHub Actions, where ``${{`` begins an expression wherever it stands.
"""

from __future__ import annotations

import hashlib
import re
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pcse_analysis.errors import CommandError, Problems, not_an_option, shown

MAY_BE_SCHEDULED = ("batch", "build", "check", "prune", "run")
IF_CHANGED, LONGEST_NAME = "--if-changed", 60
"""What makes a build skip what is unchanged, as a batch does by itself; and how long a unit's name may be."""
AGAIN = "--again"
"""What makes a batch make what is unchanged."""
MAKES_PAGES = ("batch", "build", "run")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
"""In the order of cron, which counts Sunday as 0."""
AT = re.compile(r"(?P<days>daily|[a-z]{3}(?:,[a-z]{3})*) (?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d)")
EXPECTED_AT = "expected 'daily HH:MM' or days of the week and a time, such as 'Mon 06:15' or 'Mon,Thu 06:15'"
NO_LINE_HOLDS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
"""What would end a line or move a cursor, and what is no character in UTF-8."""
LONGEST_CRON_LINE = 998
"""Debian's cron and others take commands of fewer than 1,000 characters (MAX_COMMAND)."""
STILL_RUNNING = 75
"""The exit code of ``flock`` where the run before is not finished: 'try again later' in sysexits(3)."""
HOURS = 12
GITHUB_MINUTES = 350
"""GitHub ends a job after 360 minutes."""


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A command of this package and when it is to run: ``days`` as cron counts them, none for every day."""

    root: Path
    words: tuple[str, ...]
    at: str
    days: tuple[int, ...]
    hour: int
    minute: int

    @property
    def name(self) -> str:
        """What the unit, its log and its lock are called: the command, where it is long or odd with a hash of it."""
        words = "-".join(("pcse", *(word.lstrip("-") for word in self.words if word != IF_CHANGED)))
        name = re.sub(r"[^A-Za-z0-9_-]+", "-", words)[:LONGEST_NAME].strip("-")
        return name if name == words else f"{name}-{hashlib.sha256(words.encode()).hexdigest()[:6]}"

    @property
    def fields(self) -> str:
        """The five fields of cron."""
        return f"{self.minute} {self.hour} * * {','.join(map(str, self.days)) or '*'}"


def scheduled(root: Path, words: Sequence[str], at: str, *, always: bool) -> Schedule:
    """The schedule of a command; a build or batch runs where something changed, unless ``always``.

    Raises:
        CommandError: no such command can be scheduled, the time is malformed, or a word holds what no line can.
    """
    problems = Problems()
    if not words:
        problems.add(f"no command is given; expected one of {', '.join(MAY_BE_SCHEDULED)}")
    elif words[0] not in MAY_BE_SCHEDULED:
        problems.add(not_an_option(words[0], "a command that can be scheduled", MAY_BE_SCHEDULED))
    days, hour, minute = _moment(at, problems)
    for word in (*words, str(root)):
        if NO_LINE_HOLDS.search(word):
            problems.add(f"found {word!a}, which holds a character that no line of a unit can")
    problems.raise_as(CommandError)
    wanted = {"build": "" if always else IF_CHANGED, "batch": AGAIN if always else ""}.get(words[0], "")
    added = [wanted] if wanted and wanted not in words else []
    return Schedule(root=root, words=(*words, *added), at=at, days=days, hour=hour, minute=minute)


def _moment(at: str, problems: Problems) -> tuple[tuple[int, ...], int, int]:
    """Days as cron counts them, hour and minute."""
    match = AT.fullmatch(at.casefold())
    days = match["days"].replace("daily", "").split(",") if match else []
    if match is None or not set(days) <= {"", *DAYS}:
        problems.add(f"--at: found {shown(at)}, {EXPECTED_AT}")
        return (), 0, 0
    return tuple(sorted({DAYS.index(day) for day in days if day})), int(match["hour"]), int(match["minute"])


def cron_line(schedule: Schedule) -> str:
    """A line for ``crontab -e`` under comments that say what it does.

    The log and the lock lie in ``build/logs``. The environment is set, as cron gives almost none.

    Raises:
        CommandError: the line would hold a backslash, which cron programs read in several ways, or be too long.
    """
    name, program = schedule.name, _program(schedule.root)
    environment = "env -u MPLBACKEND PATH=/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8"
    run = f"{environment} flock -n -E {STILL_RUNNING} build/logs/{name}.lock {shlex.join([program, *schedule.words])}"
    told = 'code=$?; echo "$(date -u) exit $code"; exit $code'
    command = (
        f"cd {shlex.quote(str(schedule.root))} && mkdir -p build/logs && {{ {run}; {told}; }} "
        f">>build/logs/{name}.log 2>&1"
    )
    problems = Problems()
    if "\\" in command:
        problems.add("the command or the path of the project holds a backslash", to_do="use systemd, or another name.")
    line = f"{schedule.fields} {command.replace('%', chr(92) + '%')}"
    if len(line.encode()) > LONGEST_CRON_LINE:
        to_do = "put the command into a script, or use systemd."
        problems.add(f"the line has {len(line.encode())} characters, more than the 998 that cron reads", to_do=to_do)
    problems.raise_as(CommandError)
    return "\n".join(
        (
            f"# {name}: {schedule.at}, by the clock of this machine ({_zone()}).",
            f"# Its log is build/logs/{name}.log. There each run ends with its exit code, which is the line's too.",
            f"# {STILL_RUNNING}: the run before is still going on, so that this one did not start.",
            "# Add it with 'crontab -e'.",
            line,
        )
    )


def systemd_units(schedule: Schedule) -> str:
    """A service and a timer, each under its name, and what to do with them. Needs systemd 244 or newer.

    A service is never started twice at once. With ``:`` before the program systemd expands no ``$``. A shell stands
    between, as systemd takes no program whose path holds a quotation mark.

    Raises:
        CommandError: there is no ``pcse`` to run.
    """
    name = schedule.name
    words = ('exec "$0" "$@"', _program(schedule.root), *schedule.words)
    days = ",".join(DAYS[day].capitalize() for day in schedule.days)
    calendar = f"{days} *-*-* {schedule.hour:02}:{schedule.minute:02}:00".strip()
    return f"""\
# Save the two parts in ~/.config/systemd/user under the names above them, then:
#   systemctl --user daemon-reload
#   systemctl --user enable --now {name}.timer
#   loginctl enable-linger               # where it is to run without anybody logged in
# The log: journalctl --user -u {name}. How the last run ended: systemctl --user status {name}
# The time is by the clock of this machine ({_zone()}). A run that was missed is made up for.

# {name}.service
[Unit]
Description={name}

[Service]
Type=oneshot
WorkingDirectory={str(schedule.root).replace("%", "%%")}/
UnsetEnvironment=MPLBACKEND
Environment=LANG=C.UTF-8
ExecStart=:/bin/sh -c {" ".join(map(_for_systemd, words))}
Nice=10
TimeoutStartSec={HOURS}h

# {name}.timer
[Unit]
Description={name}: {schedule.at}

[Timer]
OnCalendar={calendar}
Persistent=true

[Install]
WantedBy=timers.target"""


def github_workflow(schedule: Schedule) -> str:
    """A workflow file. It builds from a clean checkout, so that only inputs that are in git enter."""
    command = shlex.join([".venv/bin/pcse", *schedule.words]).replace("${{", "$''{{")
    upload = f"""
      - uses: actions/upload-artifact@v4
        with:
          name: {schedule.name}
          path: outputs/
          if-no-files-found: error"""
    return f"""\
# Save it as .github/workflows/{schedule.name}.yml on the default branch.
# The time is UTC, and GitHub may start late. In a public repository it stops after 60 days without any commit.
# Whoever may read the repository may read what is uploaded.
name: {schedule.name}
on:
  schedule:
    - cron: "{schedule.fields}"
  workflow_dispatch:
permissions:
  contents: read
concurrency:
  group: {schedule.name}
  cancel-in-progress: false
jobs:
  run:
    runs-on: ubuntu-latest
    timeout-minutes: {GITHUB_MINUTES}
    steps:
      - uses: actions/checkout@v4
        with:
          persist-credentials: false
      - uses: actions/setup-python@v5
        with:
          python-version: "3.11"
      - run: make setup
      - run: |
          env -u MPLBACKEND {command}{upload if schedule.words[0] in MAKES_PAGES else ""}"""


def _program(root: Path) -> str:
    """The ``pcse`` of the project's own environment, else of the one that is running.

    Raises:
        CommandError: there is none.
    """
    for path in (root / ".venv" / "bin" / "pcse", Path(sys.executable).with_name("pcse")):
        if path.is_file():
            return str(path)
    problems = Problems()
    problems.add("there is no '.venv/bin/pcse' in the project", to_do="run 'make setup'.")
    raise CommandError(problems.found)


def _for_systemd(word: str) -> str:
    """A word in double quotes, as systemd.syntax(7) reads it back."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def _zone() -> str:
    """The time zone of this machine in words, as it is now."""
    now = datetime.now().astimezone()
    return f"{now.tzname()}, UTC{now.strftime('%z')[:3]}:{now.strftime('%z')[3:5]} now"
