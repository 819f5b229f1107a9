#pragma once

#include <torch/custom_class.h>

#include <cstdint>
#include <string>

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

    class River : public torch::CustomClassHolder {
     public:
      double length();
    };
  }
}

namespace roads {

class Road : public torch::CustomClassHolder {
 public:
  int64_t lanes();
  std::string name();
};

}

namespace a::b {

class Town : public torch::CustomClassHolder {
 public:
  c10::intrusive_ptr<roads::Road> road();
  c10::intrusive_ptr<a::b::River> river();
};

}  // namespace a::b

namespace v1 {

class Inline : public torch::CustomClassHolder {
 public:
  Inline();
};

}  // namespace v1

namespace d {

class Branch : public torch::CustomClassHolder {
 public:
  Branch();
};

}  // namespace d

namespace e {

class Line : public torch::CustomClassHolder {
 public:
  Line();
};

}  // namespace e

class Global : public torch::CustomClassHolder {
 public:
  Global();
};
