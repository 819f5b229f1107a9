#include "tally.h"

namespace tally {

Tally::Tally(const std::string& label) : label_(label) {}

void Tally::add(int64_t n) { total_ += n; }

c10::intrusive_ptr<tally::Tally> Tally::merge(c10::intrusive_ptr<tally::Tally> other) {
  C10_THROW_ERROR(NotImplementedError, "tally::Tally::merge is not implemented");
}

int64_t Tally::total() const {
  C10_THROW_ERROR(NotImplementedError, "tally::Tally::total is not implemented");
}

}  // namespace tally
