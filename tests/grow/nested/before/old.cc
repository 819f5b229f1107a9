#include "old.h"
namespace a { namespace b {
    int64_t Thing::first() const {
        return value;
    }
    c10::intrusive_ptr<Thing> make_thing(int64_t) {
        return c10::make_intrusive<Thing>();
    }
}}
