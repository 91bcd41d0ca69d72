"""Large numbers of made-up users, sessions and generations to measure lists, sweeps and charts."""
