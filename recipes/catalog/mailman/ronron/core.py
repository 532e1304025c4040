"""Mailman's core, in a quarter of the memory.

Mailman runs a dozen programs, and starts each anew: each reads the same code and
sets itself up in the same way, for 70 MB. Here the first of them does that once
and the others are forked from it, so that what none of them changes is there once.
All else, above all who is started again and when, stays Mailman's own.
"""

import gc
import os
import signal
import sys
import traceback
from contextlib import suppress
from importlib import import_module

from lazr.config import as_boolean
from mailman.bin import master
from mailman.bin.runner import make_runner
from mailman.config import config
from mailman.interfaces.runner import RunnerInterrupt
from mailman.utilities.modules import find_name
from sqlalchemy.orm import configure_mappers

# What the runners read later, at the first message or request.
LATER = ("gunicorn.arbiter", "gunicorn.workers.sync", "mailman_hyperkitty")
OURS = (signal.SIGALRM, signal.SIGCHLD, signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)


class Loop(master.Loop):
    def start_runners(self, names=None):
        for section in config.runner_configs:
            if as_boolean(section.start):
                find_name(section["class"])
        for name in LATER:
            import_module(name)
        configure_mappers()
        # A connection that two programs hold would mix their questions up.
        config.db.sessionmaker.remove()
        config.db.engine.dispose()
        # Looking for what can be thrown away writes on every page of memory.
        gc.collect()
        gc.freeze()
        super().start_runners(names)

    def _start_runner(self, spec):
        # A signal that comes before the runner is there waits for it.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, OURS)
        pid = os.fork()
        if pid == 0:
            os._exit(run(spec, before))
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return pid


def run(spec, mask):
    """One runner, until it is told to stop; what the master would do at its own
    end is not to be done here, so nothing gets out of this function."""
    try:
        for number in OURS:
            signal.signal(number, signal.SIG_DFL)
        os.environ["MAILMAN_UNDER_MASTER_CONTROL"] = "1"
        name, part, parts = spec.split(":")
        runner = make_runner(name, int(part), int(parts))
        runner.set_signals()
        with suppress(RunnerInterrupt):
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            runner.run()
        return runner.status
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


if __name__ == "__main__":
    master.Loop = Loop
    master.main()
