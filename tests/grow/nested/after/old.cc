#include "old.h"
namespace a { namespace b {
    int64_t Thing::first() const {
        return value;
    }

    int64_t Thing::second() {
        C10_THROW_ERROR(NotImplementedError, "a::b::Thing::second is not implemented");
    }

    c10::intrusive_ptr<Thing> make_thing(int64_t) {
        return c10::make_intrusive<Thing>();
    }
}}

namespace a {

int64_t third(const c10::intrusive_ptr<a::b::Thing>& self) {
  C10_THROW_ERROR(NotImplementedError, "a::third is not implemented");
}

}  // namespace a
