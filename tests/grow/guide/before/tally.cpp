#include "tally.h"

namespace tally {

Tally::Tally(const std::string& label) : label_(label) {}

void Tally::add(int64_t n) { total_ += n; }

}  // namespace tally
