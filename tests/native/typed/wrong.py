"""A program of which mypy must refuse each marked line, for the marked reason, and no other."""

import native
import torch

created = native.whitespace.create()
created.encode(3)  # arg-type
created.encode("a", True)  # call-arg
created.encode("a", add_special="yes")  # arg-type
created.encode()  # call-arg
created.missing()  # attr-defined
tokens: str = created.encode("a")  # assignment
unknown = native.whitespace.lower  # attr-defined
missing = native.missing  # attr-defined
native.native_echo.lower(torch.nn.Module(), {"forward": ""})  # arg-type
native.native_echo.lower(torch.jit.script(torch.nn.Module()), ["forward"])  # arg-type
native.types_echo.create().by_integer({"a": "b"})  # dict-item
native.types_echo.create().optional_tensor("text")  # arg-type
native.types_echo.create().scalar_type("float32")  # arg-type
tokenizer: native.TokenizerInterface = native.types_echo.create()  # assignment
