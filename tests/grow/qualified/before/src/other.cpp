// Nothing of the class.
#include <cstdint>

static int64_t other() { return 0; }
