"""Notebooks run, pages exported and looked at, put in place at once; batches, records of runs, schedules.

The way of a run: ``plan`` (an edition) or ``report_plan`` and ``batch`` (reports) say what is to be made, from
``parameters`` and ``material``; ``build``, ``report`` and ``assembly`` make it. They ask a ``workshop``, or a
``cluster`` with a ``branch`` on each worker, for ``tasks``. The workshop is a process of its own: ``guard`` starts
``warm``, which forks for each page, and there ``pages`` runs the notebook by ``engine``, exports it by ``export`` and
looks at it by ``page_check``. ``gate`` lets the whole pass, ``staging`` puts it in place. ``records``, ``finished``,
``outdated``, ``prune`` and ``schedule`` are about runs that were or will be.
"""
