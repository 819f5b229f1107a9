#include "geo/index.h"

geo::core::Index::Index() = default;

std::tuple<at::Tensor, at::Tensor> geo::core::Index::search(at::Tensor query, int64_t k) {
  C10_THROW_ERROR(NotImplementedError, "geo::core::Index::search is not implemented");
}

at::Tensor geo::core::Index::near(
    at::Tensor query,
    double radius,
    int64_t limit,
    bool sorted,
    std::string metric,
    at::Device device) {
  C10_THROW_ERROR(NotImplementedError, "geo::core::Index::near is not implemented");
}

bool geo::core::Index::Cursor::next() { return false; }

bool geo::core::Index::Cursor::back() {
  C10_THROW_ERROR(NotImplementedError, "geo::core::Index::Cursor::back is not implemented");
}

int unrelated() { return 1; }
