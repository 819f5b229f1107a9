#pragma once

#include <ATen/ATen.h>
#include <rival/counter.h>
#include <torch/custom_class.h>

#include <tuple>

namespace rival {

class Counter : public CounterInterface {
 public:
  int64_t next() override { return --value_; }

 private:
  int64_t value_ = 0;
};

/// What it does to a tensor depends on its power, and no shape does.
class Lens : public torch::CustomClassHolder {
 public:
  explicit Lens(double power) : power_(power) {}

  at::Tensor bend(const at::Tensor& x) const { return x * power_; }
  std::tuple<at::Tensor, at::Tensor> split(const at::Tensor& x) const { return {x / power_, x - power_}; }
  void turn(double by) { power_ += by; }

  double power() const { return power_; }
  static c10::intrusive_ptr<Lens> restore(double power) { return c10::make_intrusive<Lens>(power); }

 private:
  double power_;
};

}  // namespace rival
