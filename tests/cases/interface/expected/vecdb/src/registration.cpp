// Generated from spec.yaml by torch-backend-codegen. Do not edit.
#include <vecdb/backend.h>
#include <vecdb/tokenizer.h>

#include "vecdb.h"

namespace vecdb {
namespace {

// What the Python package reads before it loads this library.
[[gnu::used]] constexpr char stamp[] =
    "torch-backend-codegen source=f4a35203c0b01342;";

const vecdb::backend<vecdb::Delegate> registered_vecdb_delegate("vecdb_delegate", "The delegate.");
const codegen::RegisteredPreprocess preprocess_vecdb_delegate(
    "vecdb_delegate",
    [](const auto& module, const auto& method_compile_spec, const auto& debug_handles) {
      return vecdb::preprocess(module, method_compile_spec, debug_handles);
    });

const vecdb::tokenizer<vecdb::WhitespaceTokenizer> registered_whitespace("whitespace");

const vecdb::tokenizer<vecdb::Fixed<256, char>> registered_bytes_("bytes_");

}  // namespace
}  // namespace vecdb
