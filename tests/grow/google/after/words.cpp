#include "words.h"

#include <utility>

namespace words {

int64_t Base::total() const { return 0; }

Counter::Counter(int64_t start) : value_(start) {}

int64_t Counter::add(int64_t n) {
  return value_ += n;  // overflow is the caller's
}

int64_t Counter::sub(int64_t n) {
  C10_THROW_ERROR(NotImplementedError, "words::Counter::sub is not implemented");
}

int64_t Counter::sub(std::vector<int64_t> many) {
  C10_THROW_ERROR(NotImplementedError, "words::Counter::sub is not implemented");
}

c10::intrusive_ptr<words::Counter> Counter::parse(std::string text) {
  C10_THROW_ERROR(NotImplementedError, "words::Counter::parse is not implemented");
}

void Counter::log(c10::intrusive_ptr<words::Log> to) {
  C10_THROW_ERROR(NotImplementedError, "words::Counter::log is not implemented");
}

int64_t Counter::start() const {
  C10_THROW_ERROR(NotImplementedError, "words::Counter::start is not implemented");
}

void Counter::set_start(int64_t value) {
  C10_THROW_ERROR(NotImplementedError, "words::Counter::set_start is not implemented");
}

std::tuple<int64_t, std::string> Counter::get_state() const {
  C10_THROW_ERROR(NotImplementedError, "words::Counter::get_state is not implemented");
}

c10::intrusive_ptr<words::Counter> Counter::set_state(std::tuple<int64_t, std::string> state) {
  C10_THROW_ERROR(NotImplementedError, "words::Counter::set_state is not implemented");
}

namespace {
int64_t helper() { return 1; }
}  // namespace

Log::Log() {
  C10_THROW_ERROR(NotImplementedError, "words::Log::Log is not implemented");
}

std::vector<std::string> Log::lines() {
  C10_THROW_ERROR(NotImplementedError, "words::Log::lines is not implemented");
}

c10::intrusive_ptr<words::Counter> best(
    std::vector<c10::intrusive_ptr<words::Counter>> counters,
    std::optional<at::Generator> generator) {
  C10_THROW_ERROR(NotImplementedError, "words::best is not implemented");
}

}  // namespace words
