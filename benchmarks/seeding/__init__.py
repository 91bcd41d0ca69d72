"""Made-up users, sessions and generations in large numbers, to measure lists, sweeps and charts
with.
"""
