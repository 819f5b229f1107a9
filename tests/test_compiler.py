"""What `codegen.compiler` reads in the output of GCC and Clang; tests/test_build.py leads it back to specs."""

from __future__ import annotations

from codegen.compiler import Place, errors

GCC = """\
[1/2] Building CXX object a.o
FAILED: [code=1] a.o
In file included from ../a/src/registration.cpp:2:
../a/include/a/backend.h: In instantiation of 'void f() [with T = Bare]':
../a/include/a/backend.h:91:60:   required from 'backend<T>::backend(const string&) [with T = Bare]'
   91 |     f<T>();
      |     ~~~~^~
../a/src/registration.cpp:60:74:   required from here
../a/include/a/backend.h:64:47: error: 'struct Bare' has no member named 'sise'; did you mean 'size'?
   64 |     self->sise();
      |           ^~~~
      |           size
../a/include/a/backend.h:65:47: error: 'struct Bare' has no member named 'rank'
   65 |     self->rank();
      |           ^~~~
../a/src/registration.cpp: In lambda function:
\x1b[01m\x1b[K../a/src/registration.cpp:7:33:\x1b[m\x1b[K error: cannot convert 'A' to 'B'
    7 |        call(self->m(a));
      |                     ^
../../a.h:14:29: note:   initializing argument 1 of 'int a::M::m(B)'
../_codegen/include/codegen/registration.h:260:21: error: static assertion failed: give a pointer
  260 |       static_assert(!holds<T>, "give a pointer");
      |                     ^~~~~~~~~
../a/src/registration.cpp:8:9: error: 'Index' was not declared in this scope
../a/src/registration.cpp:8:9: note: suggested alternative: 'detail::Index'
../a/src/registration.cpp:5:10: fatal error: absent.h: No such file or directory
compilation terminated.
"""
CLANG = """\
In file included from ../a/src/registration.cpp:2:
../include/codegen/registration.h:260:21: error: static assertion failed due to requirement '!h<M>': give a pointer
  260 |       static_assert(!holds<T>, "give a pointer");
      |                     ^~~~~~~~~
../a/src/registration.cpp:19:13: note: in instantiation of function template specialization 'adopt<a::M>' requested here
   19 |        adopt<a::M>(make());
      |        ^
../a/src/registration.cpp:26:33: error: no member named 'sise' in 'a::M'; did you mean 'size'?
   26 |        call(self->sise());
      |                   ^~~~
      |                   size
../../a.h:9:11: note: 'size' declared here
../a/src/registration.cpp:30:1: error: static_assert failed due to requirement 'b' "give a pointer"
3 errors generated.
"""


def test_gcc() -> None:
    sise, rank, cannot, assertion, undeclared, absent = errors(GCC)
    backend, source = "../a/include/a/backend.h", "../a/src/registration.cpp"
    above = [Place(backend, 91, 60), Place(source, 60, 74)]
    assert sise.trace == [Place(backend, 64, 47), *above]
    assert (sise.message, sise.suggestion) == ("'struct Bare' has no member named 'sise'", "size")
    assert sise.lacks_a_name
    assert rank.trace == [Place(backend, 65, 47), *above], "said once for all errors in it"
    assert cannot.trace == [Place(source, 7, 33)]
    assert cannot.notes == [
        (Place("../../a.h", 14, 29), "initializing argument 1 of 'int a::M::m(B)'")
    ]
    assert not cannot.lacks_a_name and cannot.suggestion is None
    assert assertion.message == assertion.asserted == "give a pointer"
    assert undeclared.suggestion == "detail::Index"
    assert absent.message == "absent.h: No such file or directory"
    assert absent.missing_header == "absent.h" and undeclared.missing_header is None


def test_clang() -> None:
    assertion, sise, older = errors(CLANG)
    source = "../a/src/registration.cpp"
    header = "../include/codegen/registration.h"
    assert assertion.trace == [Place(header, 260, 21), Place(source, 19, 13)]
    assert assertion.message == assertion.asserted == older.asserted == "give a pointer"
    assert (sise.message, sise.suggestion) == ("no member named 'sise' in 'a::M'", "size")
    assert sise.lacks_a_name
    assert sise.notes == [(Place("../../a.h", 9, 11), "'size' declared here")]
