#ifndef OLD_H
#define OLD_H
#include <torch/custom_class.h>

#include <cstdint>
namespace a { namespace b {
    struct Thing final : public torch::CustomClassHolder {
        int64_t first() const;
        int64_t second();
    protected:
        int64_t value = 1;
    };
    c10::intrusive_ptr<Thing> make_thing(int64_t x);
}} // a::b

namespace a {

int64_t third(const c10::intrusive_ptr<a::b::Thing>& self);

}  // namespace a

#endif
