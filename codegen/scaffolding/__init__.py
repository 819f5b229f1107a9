"""The C++ that specs name, written for the user. Its modules, each importing only from those before it:

- `cpp_tokens`: text of C++ to tokens, and what its directives tell.
- `cpp_scanner`: tokens to where classes, functions and includes stand.
- `includes`: names of C++ to the headers that declare them.
- `existing`: the C++ that is there, and what may be added to.
- `skeletons`: model to the classes and functions that it names.
- `lacking`: those of them that the C++ that is there lacks.
- `grow`: insertions into a file, in its style.
- `scaffold`: model to files that are new, and that grow.
"""
