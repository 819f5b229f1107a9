#include "places.h"

namespace a {
namespace b {

// Hills have nothing to define.

}  // namespace b
}  // namespace a

namespace roads {
int64_t Road::lanes() { return 2; }
}
