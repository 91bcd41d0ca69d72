"""Probes, metrics, logs, error reports and the graceful shutdown of processes."""
