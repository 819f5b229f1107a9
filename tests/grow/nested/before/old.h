#ifndef OLD_H
#define OLD_H
#include <torch/custom_class.h>
namespace a { namespace b {
    struct Thing final : public torch::CustomClassHolder {
        int64_t first() const;
    protected:
        int64_t value = 1;
    };
    c10::intrusive_ptr<Thing> make_thing(int64_t x);
}} // a::b
#endif
