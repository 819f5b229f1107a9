#include "places.h"

namespace a {
namespace b {

// Hills have nothing to define.

double River::length() {
  C10_THROW_ERROR(NotImplementedError, "a::b::River::length is not implemented");
}

c10::intrusive_ptr<roads::Road> Town::road() {
  C10_THROW_ERROR(NotImplementedError, "a::b::Town::road is not implemented");
}

c10::intrusive_ptr<a::b::River> Town::river() {
  C10_THROW_ERROR(NotImplementedError, "a::b::Town::river is not implemented");
}

}  // namespace b
}  // namespace a

namespace roads {
int64_t Road::lanes() { return 2; }

std::string Road::name() {
  C10_THROW_ERROR(NotImplementedError, "roads::Road::name is not implemented");
}
}

namespace v1 {

Inline::Inline() {
  C10_THROW_ERROR(NotImplementedError, "v1::Inline::Inline is not implemented");
}

}  // namespace v1

namespace d {

Branch::Branch() {
  C10_THROW_ERROR(NotImplementedError, "d::Branch::Branch is not implemented");
}

}  // namespace d

namespace e {

Line::Line() {
  C10_THROW_ERROR(NotImplementedError, "e::Line::Line is not implemented");
}

}  // namespace e

Global::Global() {
  C10_THROW_ERROR(NotImplementedError, "Global::Global is not implemented");
}
