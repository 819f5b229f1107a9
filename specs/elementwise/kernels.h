/// The inner loops. Knows nothing of torch: steps on blocks of memory, in the types that registers
/// hold.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace elementwise {

enum class Type : uint8_t { kBool,
                            kByte,
                            kChar,
                            kShort,
                            kInt,
                            kLong,
                            kFloat,
                            kDouble };
enum class Code : uint8_t {
  kAdd,
  kAddScaled,
  kSub,
  kMul,
  kDiv,
  kNeg,
  kReciprocal,
  kRelu,
  kSigmoid,
  kCast
};
/// Which operand of a binary step is a single element.
enum class Form : uint8_t { kBlocks,
                            kUniformSecond,
                            kUniformFirst };

/// Loops run over whole lanes: a constant trip count is what lets every compiler vectorise at -O2.
/// So each block of memory must hold a multiple of kLane elements; what lies past the end is
/// computed and thrown away.
constexpr int64_t kLane = 32;

/// One element of any Type, in the first bytes.
struct Cell {
  alignas(8) std::array<std::byte, 8> bytes{};
};

/// out = code(a, b), elements of `type`; of one operand, b is a again. kAddScaled is a + alpha * b.
/// kCast reads `from`; only the casts of type promotion exist.
struct Step {
  Code code;
  Type type;
  Type from;
  Form form;
  uint32_t out;
  uint32_t a;
  uint32_t b;
  Cell alpha;
};

/// Runs the steps in order on `count` elements; operands are places in `slots`. `out` must not
/// overlap `a` or `b`.
void run_steps(std::span<const Step> steps, void* const* slots, int64_t count);

int64_t size_of(Type type);

}  // namespace elementwise
