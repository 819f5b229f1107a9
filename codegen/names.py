"""Every generated identifier and path, and which words cannot be one.

- C++, of a backend `b` of the library `l`: the class template `l::b`, its functions in `l::b_methods`; for a method
  `do_it` there `getDoItSchema` and `getDoItFunc`, as in torch/csrc/jit/backends/backend.h.
- C++, of a class `C`: the tables `kCMethods` and `kCProperties`.
- TorchScript, of a class `C`: `torch.classes.<namespace>.C`; its property `p` has the methods `p_getter` and
  `p_setter`, its overload `f.o` is `f_o` (`overloads`).
- Python: the package `l` with `_runtime`, `_classes`, `_native`, `_fakes` if torch traces a class, the user's modules,
  a class per class and `_FakeC` for one that torch traces, a protocol per backend, an object per implementation.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

LOCK = "codegen.lock"
RUNTIME = "_codegen"
"""The folder of what all libraries share; no library can be called so, for a name does not start with an underscore."""

CPP_KEYWORDS = frozenset(
    """alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class
    compl concept const consteval constexpr constinit const_cast continue co_await co_return co_yield decltype default
    delete do double dynamic_cast else enum explicit export extern false float for friend goto if inline int long
    mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected public register
    reinterpret_cast requires return short signed sizeof static static_assert static_cast struct switch template this
    thread_local throw true try typedef typeid typename union unsigned using virtual void volatile wchar_t while xor
    xor_eq""".split()
)
# Object-like and function-like macros of libc, the compiler and torch that would rewrite a declaration of that name. Of
# those without a capital letter, all that `g++ -dM -E` prints for torch's headers and those of Linux.
CPP_MACROS = frozenset(
    """EOF NULL NAN INFINITY TORCH_API C10_API TORCH_CHECK alloca arm assert assert_perror be16toh be32toh be64toh errno
    h_errno htobe16 htobe32 htobe64 htole16 htole32 htole64 i386 isnan issubnormal le16toh le32toh le64toh linux major
    makedev math_errhandling minor mips offsetof s6_addr s6_addr16 s6_addr32 sa_handler sa_sigaction sched_priority
    si_addr si_addr_lsb si_arch si_band si_call_addr si_fd si_int si_lower si_overrun si_pid si_pkey si_ptr si_status
    si_stime si_syscall si_timerid si_uid si_upper si_utime si_value sigev_notify_attributes sigev_notify_function
    sigmask signbit sparc st_atime st_ctime st_mtime stderr stdin stdout strdupa strndupa sun timeradd timerclear
    timercmp timerisset timersub unix va_arg va_copy va_end va_start vax""".split()
)
# How all other macros begin: `CHECK`, `Py_None`, `_GNU_SOURCE`, `__linux__`.
_LIKE_A_MACRO = re.compile(r"_*[A-Z]|__")
# What a class template or an interface would hide inside of the library's namespace.
CPP_NAMES = frozenset("std torch c10 at codegen TBackendInterface".split())
# Functions of the C library that stand in the global namespace, where a library's namespace stands too.
_C_FUNCTIONS = frozenset(
    """abort abs accept access bind brk clock close connect cos daemon div double_t drem dup dup2 environ exec exit exp
    fork free gamma getopt index j0 j1 jn kill link listen log malloc nice open optarg pause pipe poll pow printf puts
    qsort raise rand random read recv remove rename round select send shutdown sigaction signal sin sleep socket sqrt
    stat strlen sync system tan time timezone truncate unlink wait write y0 y1 yn""".split()
)
# Python's own modules, and those that come with torch: the generated package would hide them. A fixed list, for what a
# spec may say does not depend on the Python that reads it.
_MODULES = frozenset(
    """abc aifc antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii
    bisect builtins bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys
    compileall concurrent configparser contextlib contextvars copy copyreg crypt csv ctypes curses
    dataclasses datetime dbm decimal difflib dis distutils doctest email encodings ensurepip enum errno
    faulthandler fcntl filecmp fileinput fnmatch fractions ftplib functools gc genericpath getopt getpass
    gettext glob graphlib grp gzip hashlib heapq hmac html http idlelib imaplib imghdr imp importlib inspect
    io ipaddress itertools json keyword lib2to3 linecache locale logging lzma mailbox mailcap marshal math
    mimetypes mmap modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path numbers
    opcode operator optparse os ossaudiodev pathlib pdb pickle pickletools pipes pkgutil platform plistlib
    poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue
    quopri random re readline reprlib resource rlcompleter runpy sched secrets select selectors shelve shlex
    shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile sre_constants
    sre_parse ssl stat statistics string stringprep struct subprocess sunau symtable sys sysconfig syslog
    tabnanny tarfile telnetlib tempfile termios test textwrap this threading time timeit tkinter token tokenize
    tomllib trace traceback tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib uu
    uuid venv warnings wave weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile
    zipimport zlib zoneinfo
    filelock fsspec functorch jinja2 mpmath networkx numpy packaging pip setuptools sympy torch torchgen triton
    typing_extensions yaml""".split()
)
RESERVED_LIBRARIES = _C_FUNCTIONS | _MODULES | {"caffe2", "detail"}
# What a generated package imports under its own name.
PACKAGE_IMPORTS = frozenset(
    [
        "torch",
        "builtins",
        "Any",
        "NoReturn",
        "Protocol",
        "overload",
        "_runtime",
        "_native",
        "_classes",
        "_fakes",
    ]
)
# Types of Python that annotations name: a class of that name would be in their place.
PACKAGE_TYPES = frozenset(
    "bool complex dict float int list object property staticmethod str tuple".split()
)

SCRIPT_CLASS = "_classes.ScriptClass"
"""The base of the Python classes of a package, which is a `torch.ScriptObject`."""

# The special methods that a class may declare, with what Python wants each to return.
DUNDERS: Mapping[str, str | None] = {
    **dict.fromkeys(
        """__lt__ __le__ __eq__ __ne__ __ge__ __gt__ __abs__ __add__ __and__ __floordiv__ __invert__ __lshift__ __mod__
        __mul__ __matmul__ __neg__ __or__ __pos__ __pow__ __rshift__ __sub__ __truediv__ __xor__ __iadd__ __iand__
        __ifloordiv__ __ilshift__ __imod__ __imul__ __imatmul__ __ior__ __ipow__ __irshift__ __isub__ __itruediv__
        __ixor__ __getitem__ __setitem__ __delitem__ __call__ __enter__ __exit__ __round__ __hex__ __oct__""".split()
    ),
    "__complex__": "complex",
    "__bool__": "bool",
    "__contains__": "bool",
    "__float__": "float",
    "__hash__": "int",
    "__index__": "int",
    "__int__": "int",
    "__len__": "int",
    "__repr__": "str",
    "__str__": "str",
}
# What does the work of special methods that a class cannot declare.
DUNDER_REMEDIES: Mapping[str, str] = {
    name: remedy
    for names, remedy in {
        "__iter__ __next__ __reversed__": (
            "declare `__getitem__(int index)`, with an IndexError past the end: Python iterates by it"
        ),
        "__aiter__ __anext__ __aenter__ __aexit__ __await__": "torch has no asynchronous methods",
        "__new__": "use `init:` of the class",
        "__del__": "write a C++ destructor: it runs when the last reference is gone",
        "__reduce__ __reduce_ex__ __getnewargs__ __getnewargs_ex__ __copy__ __deepcopy__": (
            "use `pickle:` of the class: objects are also copied by it"
        ),
        "__getattr__ __getattribute__ __setattr__ __delattr__ __dir__": "use `properties:` of the class",
        "__get__ __set__ __delete__ __set_name__": "use `properties:` of the class",
        "__format__ __bytes__ __unicode__": "declare `__str__`",
        "__nonzero__": "declare `__bool__`",
        "__length_hint__": "declare `__len__`",
        "__div__ __rdiv__": "declare `__truediv__`",
        "__divmod__": "declare `__floordiv__` and `__mod__`",
        "__cmp__": "declare `__eq__` and `__lt__`",
        "__trunc__ __floor__ __ceil__ __long__": "declare `__int__`",
        "__array__ __array_interface__ __dlpack__": "declare a method that returns a Tensor",
        "__radd__ __rsub__ __rmul__ __rmatmul__ __rtruediv__ __rfloordiv__ __rmod__ __rpow__ __rand__ __ror__ __rxor__"
        " __rlshift__ __rrshift__": "torch has no operators with the object on the right: name the method",
        "__missing__": "let `__getitem__` do it",
    }.items()
    for name in names.split()
}
# Those that may return nothing.
DUNDERS_OF_NOTHING = frozenset(["__setitem__", "__delitem__", "__call__", "__exit__"])
# What torch asks an object for; a member of that name would answer in its place.
SCRIPT_OBJECT_MEMBERS = frozenset(
    "setattr getattr hasattr _type _get_method _has_method _method_names _properties".split()
)
# What the classes of a package have themselves, and the fakes of their objects.
CLASS_MEMBERS = frozenset("from_script _shown _state _passes _real _spec _rewind _no_rule".split())
# Special methods that have a key of their own.
DUNDER_KEYS = {
    "__init__": "init",
    "__getstate__": "pickle",
    "__setstate__": "pickle",
    "__obj_flatten__": "flatten",
}


def is_identifier(name: str) -> bool:
    return name.isascii() and name.isidentifier()


def is_qualified(name: str, separator: str) -> bool:
    """Identifiers with a separator between them: `a::b`, `a.b`."""
    return all(map(is_identifier, name.split(separator)))


def is_python_keyword(name: str) -> bool:
    return keyword.iskeyword(name)


def camel(name: str) -> str:
    """`is_available` to `IsAvailable`."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_")) or "_"


def camels(names: Iterable[str]) -> list[str]:
    """`camel` of each, told apart by a number where two become one (`get_x`, `getX`)."""
    taken: dict[str, int] = {}
    result = []
    for name in names:
        word = camel(name)
        taken[word] = taken.get(word, 0) + 1
        result.append(word if taken[word] == 1 else f"{word}_{taken[word]}")
    return result


def parameters(wanted: Sequence[str]) -> list[str]:
    """C++ parameters. Their names are free: one that C++ does not allow, or that may be a macro, gets an underscore."""
    words: list[str] = []
    for name in wanted:
        taken = name in CPP_KEYWORDS or name in CPP_MACROS or _LIKE_A_MACRO.match(name)
        word = f"{name}_" if taken else name
        while taken and (word in wanted or word in words):
            word += "_"
        words.append(word)
    return words


def is_free(impl: str) -> bool:
    """Whether `impl` is a function of a namespace, not a member; what stands in `<>` does not tell."""
    return "::" in re.sub(r"<.*>", "", impl)


def constructor(cls: str) -> str:
    """What the constructor of a C++ class is called: its name without namespaces and arguments of a template."""
    return cls.partition("<")[0].rpartition("::")[2]


def getter(name: str) -> str:
    """As torch::class_::def_property names the method of a property."""
    return f"{name}_getter"


def setter(name: str) -> str:
    return f"{name}_setter"


def fake(cls: str) -> str:
    """The Python class of what torch sees in place of objects while it traces."""
    return f"_Fake{cls}"


def module(path: str) -> str:
    """How a Python file that travels in a package is imported from it."""
    return PurePosixPath(path).stem


def header(library: str, backend: str) -> str:
    """How user code includes the header of a backend."""
    return f"{library}/{backend}.h"


def methods_namespace(backend: str) -> str:
    return f"{backend}_methods"


def page(library: str) -> str:
    """Its page of the reference; that of a library called `index` stands beside the index of all."""
    return f"{library}-library.md" if library.lower() == "index" else f"{library}.md"


def target(library: str) -> str:
    """The CMake target of a library: apart from CMake's own, such as `test`, and from those that packages bring."""
    return f"codegen_{library}"


def protocol(backend: str, interface: str, delegates: bool) -> str:
    """The Python protocol of what `create()` returns."""
    return camel(backend) if delegates else interface
