#pragma once

#include <torch/custom_class.h>

#include <cstdint>
#include <string>
#include <tuple>

namespace geo::core {

class Index : public torch::CustomClassHolder {
 public:
  Index();
  class Cursor : public torch::CustomClassHolder {
   public:
    bool next();
    bool back();
  };
  std::tuple<at::Tensor, at::Tensor> search(at::Tensor query, int64_t k);
  at::Tensor near(
      at::Tensor query,
      double radius,
      int64_t limit,
      bool sorted,
      std::string metric,
      at::Device device);
};

}  // namespace geo::core
