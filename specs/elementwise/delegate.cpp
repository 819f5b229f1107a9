#include "delegate.h"

#include <c10/util/Exception.h>

#include "execute.h"
#include "program.h"

namespace elementwise {

c10::impl::GenericDict Delegate::compile(c10::IValue processed,
                                         c10::impl::GenericDict method_compile_spec) {
  TORCH_CHECK_VALUE(processed.isGenericDict(),
                    "elementwise: the processed module is not a dict of programs");
  const auto programs = processed.toGenericDict();
  c10::impl::GenericDict handles(c10::StringType::get(), c10::AnyType::get());
  for (const auto& entry : method_compile_spec) {
    const std::string& method = entry.key().toStringRef();
    const auto found = programs.find(entry.key());
    TORCH_CHECK_VALUE(found != programs.end(), "elementwise: there is no program for method '",
                      method, "'");
    auto program = std::make_shared<const Program>(unpack(found->value(), method));
    const std::unique_lock lock(mutex_);
    handles.insert(entry.key(), static_cast<int64_t>(programs_.size()));
    programs_.push_back(std::move(program));
  }
  return handles;
}

c10::impl::GenericList Delegate::execute(c10::IValue handle, c10::impl::GenericList inputs) {
  const auto program = find(handle);
  c10::impl::GenericList outputs(c10::AnyType::get());
  for (at::Tensor& output : elementwise::execute(*program, inputs.vec()))
    outputs.push_back(std::move(output));
  return outputs;
}

std::string Delegate::disassemble(c10::IValue handle) {
  return elementwise::disassemble(*find(handle));
}

std::shared_ptr<const Program> Delegate::find(const c10::IValue& handle) const {
  const std::shared_lock lock(mutex_);
  const bool valid = handle.isInt() && handle.toInt() >= 0 &&
                     handle.toInt() < static_cast<int64_t>(programs_.size());
  TORCH_CHECK_VALUE(valid, "elementwise: the handle is not one that compile returned");
  return programs_[handle.toInt()];
}

}  // namespace elementwise
