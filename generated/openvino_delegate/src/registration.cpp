// Generated from specs/openvino_delegate.yaml by torch-backend-codegen. Do not edit.
#include <openvino_delegate/backend.h>

#include "ov_delegate.h"

namespace openvino_delegate {
namespace {

// What the Python package reads before it loads this library.
[[gnu::used]] constexpr char stamp[] =
    "torch-backend-codegen source=9fd962d964be2b1b;";

const openvino_delegate::backend<openvino_delegate::Delegate> registered_openvino_delegate(
    "openvino_delegate",
    "Converts each method in Python, compiles it for the device that its compile spec names,\nand runs it on the memory of the tensors it is called with.");
const codegen::RegisteredPreprocess preprocess_openvino_delegate(
    "openvino_delegate",
    [](const auto& module, const auto& method_compile_spec, const auto& debug_handles) {
      return openvino_delegate::preprocess(module, method_compile_spec, debug_handles);
    });

}  // namespace
}  // namespace openvino_delegate
