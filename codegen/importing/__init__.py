"""Specs of built libraries. Its modules, each importing only from those before it:

- `probe`: a script for another process: what libraries register once torch loads them.
- `registry`: runs it; the classes and operators as values.
- `pieces`: a spec in pieces; those that the rules refuse become comments.
- `cpp_guess`: the C++ class that may be behind a registered name.
- `printing`: what is registered to the text of a spec.
"""
