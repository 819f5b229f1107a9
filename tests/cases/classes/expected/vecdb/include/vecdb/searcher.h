// Generated from spec.yaml by torch-backend-codegen. Do not edit.
#pragma once

#include <codegen/registration.h>

class Cursor;

namespace vecdb {
class Index;
}  // namespace vecdb

namespace vecdb {

/// Interface of the searcher backend.
class SearcherInterface : public torch::CustomClassHolder {
 public:
  virtual std::vector<c10::intrusive_ptr<::Cursor>> open(
      c10::intrusive_ptr<vecdb::Index> index,
      std::optional<c10::intrusive_ptr<::Cursor>> at) = 0;
};

namespace searcher_methods {

constexpr auto kBackendsNamespace = "vectors";

inline c10::FunctionSchema getOpenSchema() {
  return codegen::parseSchema(
      "open(Any self, __torch__.torch.classes.vectors.Index index, __torch__.torch.classes.vectors.Cursor? at=None) -> __torch__.torch.classes.vectors.Cursor[]");
}

template <class TBackendInterface>
constexpr codegen::UnboxedFunction getOpenFunc() {
  return [](codegen::Call& call) {
    auto* self = call.self<TBackendInterface>();
    call.run<std::vector<c10::intrusive_ptr<::Cursor>>(
        c10::intrusive_ptr<vecdb::Index>,
        std::optional<c10::intrusive_ptr<::Cursor>>)>(CODEGEN_FN(self->open));
  };
}

}  // namespace searcher_methods

/// Registers implementations of vecdb::SearcherInterface:
/// `static vecdb::searcher<T> registered("name");`
template <class TBackendInterface>
class searcher {
  static_assert(std::is_base_of_v<SearcherInterface, TBackendInterface>,
                "vecdb::searcher<T> requires T to inherit from vecdb::SearcherInterface");

 public:
  /// Registers TBackendInterface as `torch.classes.vectors.<name>`.
  explicit searcher(const std::string& name, const std::string& doc = "") {
    static const codegen::Method methods[] = {
        {searcher_methods::getOpenSchema,
         searcher_methods::getOpenFunc<TBackendInterface>(),
         ""},
    };
    codegen::registerClass<TBackendInterface>(searcher_methods::kBackendsNamespace, name, doc,
                                              methods);
  }
};

}  // namespace vecdb
