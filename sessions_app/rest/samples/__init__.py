"""docs/api.md: each call in curl, Python and JavaScript, written out of the OpenAPI document in the
order in which a reader would make them. A test runs the page from top to bottom. `story` has the
order, `page` the page, the others one language each.
"""
