#ifndef WORDS_H_
#define WORDS_H_

// What we count with.
#include <torch/custom_class.h>
#include <ATen/core/Generator.h>

#include <string>  // std::string
#include <cstdint>
#include <optional>
#include <tuple>
#include <vector>

namespace words {

class Log;

class Base : public torch::CustomClassHolder {
 public:
  int64_t total() const;
};

/// Counts.
class Counter : public Base {
 public:
  explicit Counter(int64_t start);

  /// Adds.
  int64_t add(int64_t n);  // and gives the sum

  /// Takes away.
  /// \param n how many
  int64_t sub(int64_t n);
  int64_t sub(std::vector<int64_t> many);
  static c10::intrusive_ptr<words::Counter> parse(std::string text);
  void log(c10::intrusive_ptr<words::Log> to);
  int64_t start() const;
  void set_start(int64_t value);
  std::tuple<int64_t, std::string> get_state() const;
  static c10::intrusive_ptr<words::Counter> set_state(std::tuple<int64_t, std::string> state);

  std::string label_{};
  // TODO: sub

 private:
  struct Step {
    int64_t by;
  };
  int64_t value_ = 0;
};

/// What happened.
class Log : public torch::CustomClassHolder {
 public:
  Log();
  std::vector<std::string> lines();
};

c10::intrusive_ptr<words::Counter> best(
    std::vector<c10::intrusive_ptr<words::Counter>> counters,
    std::optional<at::Generator> generator);

}  // namespace words

#endif  // WORDS_H_
