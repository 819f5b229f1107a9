#pragma once

#include <rival/counter.h>

namespace rival {

class Counter : public CounterInterface {
 public:
  int64_t next() override { return --value_; }

 private:
  int64_t value_ = 0;
};

}  // namespace rival
