#pragma once

#include <torch/custom_class.h>

#include <cstdint>

inline namespace v1 {
int inlined();
}  // namespace v1

#ifdef PLACES_D
namespace d {
int branch();
}  // namespace d
#endif

namespace e { int line(); }

namespace a {
  namespace b {
    class Hill : public torch::CustomClassHolder {};
  }
}

namespace roads {

class Road : public torch::CustomClassHolder {
 public:
  int64_t lanes();
};

}
