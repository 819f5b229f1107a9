#include "lamp.h"

namespace blank {

Lamp::Lamp(int64_t watts) {
  C10_THROW_ERROR(NotImplementedError, "blank::Lamp::Lamp is not implemented");
}

bool Lamp::light() {
  C10_THROW_ERROR(NotImplementedError, "blank::Lamp::light is not implemented");
}

}  // namespace blank
