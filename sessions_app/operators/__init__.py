"""The admin as operators have it: its site, who may do what there, and what all its lists share."""
