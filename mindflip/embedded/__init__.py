"""The one-command run: PostgreSQL and Valkey from PyPI wheels, and a supervisor for all processes.

The embedded servers are not used if DATABASE_URL and REDIS_URL name other servers.
"""
