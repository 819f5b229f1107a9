"""Bindings for PyTorch from one declaration. The way of a declaration through this package, in seven steps:

1. `reader` turns YAML events into nodes that know where they stand (`source`).
2. `load` turns nodes into the frozen `model`; `schema_parser` reads the callables into values of `schema` and `types`.
3. `check` holds rules across declarations; every mistake of a run is in `diagnostics`, and any of them ends the run.
4. `cpp`, `python` and `cmake` turn the model into views: final text, named by `names`, spelled by `types`.
5. `render` prints the views through the templates; Python goes through black.
6. `output` compares with what stands on disk, by the manifest, and writes what changed.
7. `build` compiles it, and leads the compiler's errors back to the spec.
"""

__version__ = "0.1.0"
