#include "geo/index.h"

geo::core::Index::Index() = default;

bool geo::core::Index::Cursor::next() { return false; }
int unrelated() { return 1; }
