"""The admin site, and shared code for the lists of all apps."""
