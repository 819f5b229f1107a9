// Libraries that do not load, or have nothing to tell. tests/test_import.py builds one of each.
#include <cstdio>
#include <cstdlib>

#ifdef TWICE
#include <torch/custom_class.h>

struct Twice : torch::CustomClassHolder {};
#endif
#ifdef LACKS
void of_another_torch();
#endif

__attribute__((constructor)) static void load() {
  std::puts("to stdout");
#ifndef NOTHING
  std::fputs("first things first\n", stderr);
#endif
#ifdef ABORTS
  std::fputs("it ends here\n", stderr);
  std::abort();
#endif
#ifdef EXITS
  std::exit(3);
#endif
#ifdef LACKS
  of_another_torch();
#endif
#ifdef TWICE
  torch::class_<Twice>("ends", "Twice");
  torch::class_<Twice>("ends", "Twice");
#endif
}
