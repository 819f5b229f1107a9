#pragma once

#include <broken/counter.h>

#include <cstdlib>
#include <stdexcept>

namespace broken {

class Counter : public CounterInterface {
 public:
  int64_t next() override { return ++value_; }

 private:
  int64_t value_ = 0;
};

namespace {

/// Registrations written by hand, each wrong in its way. They run while the library is loaded,
/// where a throw would abort.
class Wrong {
 public:
  Wrong() {
    if (std::getenv("NATIVE_BROKEN") == nullptr) {
      return;
    }
    add("unreadable", [] { return codegen::parseSchema("next(Any self, -> int"); });
    add("unknown", [] {
      return codegen::parseSchema("next(__torch__.torch.classes.nowhere.Nothing self) -> int");
    });
    add("two_returns", [] { return codegen::parseSchema("next(Any self) -> (int, int)"); });
    add("throws", []() -> c10::FunctionSchema { throw std::runtime_error("no schema today"); });
    add("throws_a_number", []() -> c10::FunctionSchema { throw 42; });
    counter<Counter> taken("native_counter");
    counter<Counter> no_name("1st counter");
  }

 private:
  static void add(const char* name, c10::FunctionSchema (*schema)()) {
    const codegen::Method methods[] = {{schema, [](codegen::Call&) {}, ""}};
    codegen::registerClass<Counter>("native_broken", name, "", methods);
  }
};
const Wrong wrong;

}  // namespace
}  // namespace broken
