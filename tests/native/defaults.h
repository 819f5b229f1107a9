#pragma once

#include <torch/custom_class.h>

namespace objects {

/// Of what other calls could share, a copy; what was given itself is spoilt.
template <class T>
T before(T& value) {
  auto copy = c10::IValue(value).deepcopy().to<T>();
  value.clear();
  return copy;
}

struct Defaults : torch::CustomClassHolder {
  Defaults(std::vector<std::string> names, c10::Dict<std::string, int64_t> sizes, double limit)
      : names_(std::move(names)), sizes_(before(sizes)), limit_(limit) {}

  template <class T>
  static T given(T value) {
    return value;
  }
  template <class T>
  static c10::List<T> given(c10::List<T> value) {
    return before(value);
  }
  template <class K, class V>
  static c10::Dict<K, V> given(c10::Dict<K, V> value) {
    return before(value);
  }
  template <class K, class V>
  static std::optional<c10::Dict<K, V>> given(std::optional<c10::Dict<K, V>> value) {
    return before(*value);
  }
  template <class K, class V>
  static std::vector<c10::Dict<K, V>> given(std::vector<c10::Dict<K, V>> value) {
    return {before(value.at(0))};
  }
  static c10::IValue given(c10::IValue value) {
    auto copy = value.deepcopy();
    if (value.isList()) {
      value.toList().clear();
    } else if (value.isGenericDict()) {
      value.toGenericDict().clear();
    } else if (value.isTuple() && value.toTupleRef().size() > 2) {
      value.toTupleRef().elements()[2].toList().clear();
    }
    return copy;
  }

  std::tuple<int64_t, std::vector<std::string>, std::optional<at::Tensor>> all(
      int64_t a, std::vector<std::string> b, std::optional<at::Tensor> c) const {
    return {a, b, c};
  }
  std::tuple<std::vector<std::string>, c10::Dict<std::string, int64_t>, double> kept() const {
    return {names_, sizes_, limit_};
  }

  std::vector<std::string> names_;
  c10::Dict<std::string, int64_t> sizes_;
  double limit_;
};

inline c10::Dict<std::string, int64_t> given(const c10::intrusive_ptr<Defaults>&,
                                             c10::Dict<std::string, int64_t> value) {
  return before(value);
}

}  // namespace objects
