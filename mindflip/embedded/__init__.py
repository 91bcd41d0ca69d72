"""The one-command run: PostgreSQL and Valkey out of PyPI wheels, and a supervisor for every
process. Unused where DATABASE_URL and REDIS_URL name outside servers.
"""
