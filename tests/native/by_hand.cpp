// What a user of torch's own header writes, beside what a spec generates.
#include <torch/csrc/jit/backends/backend.h>
#include <torch/csrc/jit/backends/backend_preprocess.h>

// The implementation of specs/torch_jit.yaml. A file of its own would cost another reading of
// torch's headers.
#include <test_backend.cpp>

namespace by_hand {
namespace {

/// A type of its own, since torch maps each C++ type to one class.
class TestBackend : public torch_jit::TestBackend {};
const torch::jit::backend<TestBackend> backend("by_hand_test");
const torch::jit::backend_preprocess_register preprocess("by_hand_test", torch_jit::preprocess);

/// For an implementation that native.yaml declares without one.
const torch::jit::backend_preprocess_register echo("native_echo_by_hand",
                                                   [](const auto&, const auto&, const auto&) {
                                                     return c10::IValue("by hand");
                                                   });

}  // namespace
}  // namespace by_hand
