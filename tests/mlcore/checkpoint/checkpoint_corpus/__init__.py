"""Files to read: good ones, and every kind of broken or hostile one that we know of.

All are made here, by code: nothing binary is kept in the repository. `hostile.corpus` gives the
hostile ones by name, `good` the good ones, `child` reads files in a process that is watched.
"""
