#pragma once

#include <torch/custom_class.h>

namespace geo::core {

class Index : public torch::CustomClassHolder {
 public:
  Index();
  class Cursor : public torch::CustomClassHolder {
   public:
    bool next();
  };
};

}  // namespace geo::core
