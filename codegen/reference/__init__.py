"""An API reference of declarations. Its modules, each importing only from those before it:

- `markup`: text of specs as HTML and as Markdown: docs, and code with linked names.
- `signatures`: a callable in Python, C++ and TorchScript, for readers.
- `diagram`: boxes and lines of a graph, placed.
- `relations`: who is derived from, takes and returns whom, as a graph.
- `page_views`: what templates print.
- `contents`: model to those views.
- `pages`: the files, compared with those on disk.
"""
