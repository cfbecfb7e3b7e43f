"""Mirrors of a run in the field's trackers: TensorBoard's event files, and MLflow.

A tracker is a process of its own that reads the run's folder, as everybody does: the run never
waits for it, and its queue is the history on the disk. `tracking.py` starts and ends the processes
beside a run; `mirror.py` is what each of them does; `tensorboard.py` and `mlflow.py` are the only
modules that import packages which a plain installation lacks.
"""
