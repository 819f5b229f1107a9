#include "kernels.h"

#include <cstring>
#include <type_traits>

// One build serves every x86-64 processor: the loader picks the clone. It needs ifunc, so ELF with
// glibc.
#if defined(__x86_64__) && defined(__ELF__) && defined(__GLIBC__) && defined(__GNUC__) && \
    !defined(__clang__)
#define ELEMENTWISE_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define ELEMENTWISE_CLONES
#endif

// Inlined before cloning, so that each clone vectorises its own copy; a call would leave the clone.
#define ELEMENTWISE_INLINE [[gnu::always_inline]] inline

// The promise of run_steps, that results do not overlap operands. Inlining forgets __restrict.
#if defined(__clang__)
#define ELEMENTWISE_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define ELEMENTWISE_INDEPENDENT _Pragma("GCC ivdep")
#else
#define ELEMENTWISE_INDEPENDENT
#endif

// One lane at a time, for the constant trip count; `i` counts within it.
#define ELEMENTWISE_LANES(count)                                                \
  for (int64_t lane = 0; lane < (count); lane += kLane) ELEMENTWISE_INDEPENDENT \
  for (int64_t i = 0; i < kLane; ++i)

namespace elementwise {
namespace {

// Integers wrap around, as torch's do: signed overflow would be undefined, and so would be the
// product of two uint16_t, which promote to int.
template <class T>
using Arithmetic = std::conditional_t<std::is_floating_point_v<T>, T,
                                      std::conditional_t<(sizeof(T) < 4), uint32_t, T>>;

// bool lives in uint8_t registers as 0 or 1.
struct Bool {
  uint8_t value;
};

struct Add {
  template <class T>
  ELEMENTWISE_INLINE static T apply(T a, T b, T) {
    return static_cast<T>(Arithmetic<T>(a) + Arithmetic<T>(b));
  }
  ELEMENTWISE_INLINE static Bool apply(Bool a, Bool b, Bool) {
    return {static_cast<uint8_t>(a.value | b.value)};
  }
};

struct AddScaled {
  template <class T>
  ELEMENTWISE_INLINE static T apply(T a, T b, T alpha) {
    return static_cast<T>(Arithmetic<T>(a) + Arithmetic<T>(alpha) * Arithmetic<T>(b));
  }
  ELEMENTWISE_INLINE static Bool apply(Bool a, Bool b, Bool alpha) {
    return {static_cast<uint8_t>(a.value | (alpha.value & b.value))};
  }
};

struct Sub {
  template <class T>
  ELEMENTWISE_INLINE static T apply(T a, T b, T) {
    return static_cast<T>(Arithmetic<T>(a) - Arithmetic<T>(b));
  }
};

struct Mul {
  template <class T>
  ELEMENTWISE_INLINE static T apply(T a, T b, T) {
    return static_cast<T>(Arithmetic<T>(a) * Arithmetic<T>(b));
  }
  ELEMENTWISE_INLINE static Bool apply(Bool a, Bool b, Bool) {
    return {static_cast<uint8_t>(a.value & b.value)};
  }
};

struct Div {
  template <class T>
  ELEMENTWISE_INLINE static T apply(T a, T b, T) {
    return a / b;
  }
};

struct Neg {
  template <class T>
  ELEMENTWISE_INLINE static T apply(T a) {
    if constexpr (std::is_floating_point_v<T>) {
      return -a;  // 0 - a would lose the sign of zero
    } else {
      return static_cast<T>(Arithmetic<T>(0) - Arithmetic<T>(a));
    }
  }
};

struct Reciprocal {
  template <class T>
  ELEMENTWISE_INLINE static T apply(T a) {
    return T(1) / a;
  }
};

// std::bit_cast, inlined early: it has no target of its own, and a clone would call it.
template <class To, class From>
ELEMENTWISE_INLINE To bits(From from) {
  static_assert(sizeof(To) == sizeof(From));
  return __builtin_bit_cast(To, from);
}

// condition ? yes : no. A comparison of floats may trap, so GCC keeps the branch of ?: and does not
// vectorise it.
template <class T>
ELEMENTWISE_INLINE T select(bool condition, T yes, T no) {
  using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
  const Bits mask = Bits(0) - static_cast<Bits>(condition);
  return bits<T>((bits<Bits>(yes) & mask) | (bits<Bits>(no) & ~mask));
}

struct Relu {
  template <class T>
  ELEMENTWISE_INLINE static T apply(T a) {
    // This way round NaN stays NaN.
    if constexpr (std::is_floating_point_v<T>) {
      return select(a < T(0), T(0), a);
    } else {
      return a < T(0) ? T(0) : a;
    }
  }
};

// exp of what is not positive, without a branch or a call, so that it vectorises (Cephes'
// reductions and polynomials, within 2 ulp). Adding 1.5 * 2^mantissa rounds to an integer and
// leaves that integer in the low bits; the clamp keeps the exponent from going below 0, where 2^n
// is 0. NaN fails the comparison and passes through.
ELEMENTWISE_INLINE float exponential(float x) {
  constexpr float kRound = 12582912.0F;
  x = select(x < -88.0F, -88.0F, x);
  const float rounded = x * 1.44269504088896341F + kRound;
  const float n = rounded - kRound;
  const float r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * r * r + r + 1.0F;
  const uint32_t exponent = bits<uint32_t>(rounded) - bits<uint32_t>(kRound) + 127U;
  return p * bits<float>(exponent << 23);
}

ELEMENTWISE_INLINE double exponential(double x) {
  constexpr double kRound = 6755399441055744.0;
  x = select(x < -709.0, -709.0, x);
  const double rounded = x * 1.4426950408889634073599 + kRound;
  const double n = rounded - kRound;
  const double r = (x - n * 6.93145751953125e-1) - n * 1.42860682030941723212e-6;
  const double square = r * r;
  double p = 1.26177193074810590878e-4;
  p = p * square + 3.02994407707441961300e-2;
  p = (p * square + 9.99999999999999999910e-1) * r;
  double q = 3.00198505138664455042e-6;
  q = q * square + 2.52448340349684104192e-3;
  q = q * square + 2.27265548208155028766e-1;
  q = q * square + 2.0;
  const uint64_t exponent = bits<uint64_t>(rounded) - bits<uint64_t>(kRound) + 1023U;
  return (1.0 + 2.0 * (p / (q - p))) * bits<double>(exponent << 52);
}

struct Sigmoid {
  template <class T>
  ELEMENTWISE_INLINE static T apply(T a) {
    const T e = exponential(select(a < T(0), a, -a));  // never overflows
    return select(a < T(0), e, T(1)) / (T(1) + e);
  }
};

template <class Function, class T>
ELEMENTWISE_INLINE void binary(const Step& step, void* const* slots, int64_t count) {
  T* out = static_cast<T*>(slots[step.out]);
  const T* a = static_cast<const T*>(slots[step.a]);
  const T* b = static_cast<const T*>(slots[step.b]);
  T alpha;
  std::memcpy(&alpha, &step.alpha, sizeof(T));
  switch (step.form) {
    case Form::kBlocks:
      ELEMENTWISE_LANES(count)
      out[lane + i] = Function::apply(a[lane + i], b[lane + i], alpha);
      return;
    case Form::kUniformSecond: {
      const T second = *b;
      ELEMENTWISE_LANES(count)
      out[lane + i] = Function::apply(a[lane + i], second, alpha);
      return;
    }
    case Form::kUniformFirst: {
      const T first = *a;
      ELEMENTWISE_LANES(count)
      out[lane + i] = Function::apply(first, b[lane + i], alpha);
      return;
    }
  }
}

template <class Function, class T>
ELEMENTWISE_INLINE void unary(const Step& step, void* const* slots, int64_t count) {
  T* out = static_cast<T*>(slots[step.out]);
  const T* a = static_cast<const T*>(slots[step.a]);
  ELEMENTWISE_LANES(count)
  out[lane + i] = Function::apply(a[lane + i]);
}

template <class From, class To>
ELEMENTWISE_INLINE void cast(const Step& step, void* const* slots, int64_t count) {
  To* out = static_cast<To*>(slots[step.out]);
  const From* a = static_cast<const From*>(slots[step.a]);
  ELEMENTWISE_LANES(count)
  out[lane + i] = static_cast<To>(a[lane + i]);
}

template <class T>
ELEMENTWISE_INLINE void arithmetic(const Step& step, void* const* slots, int64_t count) {
  switch (step.code) {
    case Code::kAdd:
      return binary<Add, T>(step, slots, count);
    case Code::kAddScaled:
      return binary<AddScaled, T>(step, slots, count);
    case Code::kMul:
      return binary<Mul, T>(step, slots, count);
    default:
      break;
  }
  if constexpr (!std::is_same_v<T, Bool>) {
    if (step.code == Code::kSub) return binary<Sub, T>(step, slots, count);
    if (step.code == Code::kNeg) return unary<Neg, T>(step, slots, count);
  }
  if constexpr (std::is_floating_point_v<T>) {
    if (step.code == Code::kDiv) return binary<Div, T>(step, slots, count);
    if (step.code == Code::kReciprocal) return unary<Reciprocal, T>(step, slots, count);
    if (step.code == Code::kSigmoid) return unary<Sigmoid, T>(step, slots, count);
  }
}

ELEMENTWISE_INLINE void relu(const Step& step, void* const* slots, int64_t count) {
  switch (step.type) {
    case Type::kBool:
      return;
    case Type::kByte:
      return cast<uint8_t, uint8_t>(step, slots, count);
    case Type::kChar:
      return unary<Relu, int8_t>(step, slots, count);
    case Type::kShort:
      return unary<Relu, int16_t>(step, slots, count);
    case Type::kInt:
      return unary<Relu, int32_t>(step, slots, count);
    case Type::kLong:
      return unary<Relu, int64_t>(step, slots, count);
    case Type::kFloat:
      return unary<Relu, float>(step, slots, count);
    case Type::kDouble:
      return unary<Relu, double>(step, slots, count);
  }
}

/// The signed types and uint8_t, to what they promote to. Bool reads as uint8_t.
template <class From>
ELEMENTWISE_INLINE void cast_from(const Step& step, void* const* slots, int64_t count) {
  switch (step.type) {
    case Type::kBool:
      return;
    case Type::kByte:
      return cast<From, uint8_t>(step, slots, count);
    case Type::kChar:
      return cast<From, int8_t>(step, slots, count);
    case Type::kShort:
      return cast<From, int16_t>(step, slots, count);
    case Type::kInt:
      return cast<From, int32_t>(step, slots, count);
    case Type::kLong:
      return cast<From, int64_t>(step, slots, count);
    case Type::kFloat:
      return cast<From, float>(step, slots, count);
    case Type::kDouble:
      return cast<From, double>(step, slots, count);
  }
}

ELEMENTWISE_INLINE void cast(const Step& step, void* const* slots, int64_t count) {
  switch (step.from) {
    case Type::kBool:
    case Type::kByte:
      return cast_from<uint8_t>(step, slots, count);
    case Type::kChar:
      return cast_from<int8_t>(step, slots, count);
    case Type::kShort:
      return cast_from<int16_t>(step, slots, count);
    case Type::kInt:
      return cast_from<int32_t>(step, slots, count);
    case Type::kLong:
      return cast_from<int64_t>(step, slots, count);
    case Type::kFloat:
      return cast_from<float>(step, slots, count);
    case Type::kDouble:
      return cast_from<double>(step, slots, count);
  }
}

ELEMENTWISE_INLINE void run_step(const Step& step, void* const* slots, int64_t count) {
  if (step.code == Code::kCast) return cast(step, slots, count);
  if (step.code == Code::kRelu) return relu(step, slots, count);
  switch (step.type) {
    case Type::kBool:
      return arithmetic<Bool>(step, slots, count);
    case Type::kByte:
    case Type::kChar:
      return arithmetic<uint8_t>(step, slots, count);
    case Type::kShort:
      return arithmetic<uint16_t>(step, slots, count);
    case Type::kInt:
      return arithmetic<uint32_t>(step, slots, count);
    case Type::kLong:
      return arithmetic<uint64_t>(step, slots, count);
    case Type::kFloat:
      return arithmetic<float>(step, slots, count);
    case Type::kDouble:
      return arithmetic<double>(step, slots, count);
  }
}

}  // namespace

ELEMENTWISE_CLONES
void run_steps(std::span<const Step> steps, void* const* slots, int64_t count) {
  for (const Step& step : steps) run_step(step, slots, count);
}

int64_t size_of(Type type) {
  switch (type) {
    case Type::kBool:
    case Type::kByte:
    case Type::kChar:
      return 1;
    case Type::kShort:
      return 2;
    case Type::kInt:
    case Type::kFloat:
      return 4;
    case Type::kLong:
    case Type::kDouble:
      return 8;
  }
  return 0;
}

}  // namespace elementwise
