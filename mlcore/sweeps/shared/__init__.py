"""One sweep on many machines: its study in a PostgreSQL database, a worker on each machine.

`worker.py` is a worker: read it first. `storage.py` is what makes it safe: which trials there are,
and who may write to one, is decided by the database, in one transaction each.
"""
