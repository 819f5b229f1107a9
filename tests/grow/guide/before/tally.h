#pragma once

#include <torch/custom_class.h>

#include <atomic>
#include <cstdint>
#include <string>

namespace tally {

class Tally : public torch::CustomClassHolder {
 public:
  explicit Tally(const std::string& label);
  void add(int64_t n);  // thread-safe

 private:
  std::string label_;
  std::atomic<int64_t> total_{0};
};

}  // namespace tally
