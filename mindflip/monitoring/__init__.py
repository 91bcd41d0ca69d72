"""What operators look at and do: probes, metrics, logs, error reports, the orderly end of a
process.
"""
