"""Generation of docs/api.md, with every call in curl, Python and JavaScript.

The calls come from the OpenAPI document, in the order in which a reader would make them. A test
runs the page from top to bottom. `steps` contains the order, `sample` the data of a call,
`languages` the code in each language, and `page` the page.
"""
