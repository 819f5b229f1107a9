#ifndef WORDS_H_
#define WORDS_H_

// What we count with.
#include <torch/custom_class.h>

#include <string>  // std::string

namespace words {

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
  // TODO: sub

 private:
  struct Step {
    int64_t by;
  };
  int64_t value_ = 0;
};

}  // namespace words

#endif  // WORDS_H_
