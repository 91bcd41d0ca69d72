"""What every REST call has in common, whichever app it belongs to: how it is described, paged,
limited, remembered and said again.
"""
