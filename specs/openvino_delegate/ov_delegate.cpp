#include "ov_delegate.h"

#include <ATen/EmptyTensor.h>
#include <ATen/core/Tensor.h>
#include <c10/core/CPUAllocator.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <openvino/runtime/core.hpp>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace openvino_delegate {
namespace {

// --- Types and shapes of both sides --------------------------------------------------------------

// The same rows as ELEMENT_TYPES in convert.py.
constexpr std::pair<at::ScalarType, ov::element::Type_t> kElementTypes[] = {
    {at::kDouble, ov::element::Type_t::f64},
    {at::kFloat, ov::element::Type_t::f32},
    {at::kHalf, ov::element::Type_t::f16},
    {at::kBFloat16, ov::element::Type_t::bf16},
    {at::kLong, ov::element::Type_t::i64},
    {at::kInt, ov::element::Type_t::i32},
    {at::kShort, ov::element::Type_t::i16},
    {at::kChar, ov::element::Type_t::i8},
    {at::kByte, ov::element::Type_t::u8},
    {at::kBool, ov::element::Type_t::boolean},
};

at::ScalarType scalar_type(const ov::element::Type& type) {
  for (const auto& [torch_type, ov_type] : kElementTypes) {
    if (type == ov_type) return torch_type;
  }
  TORCH_CHECK_VALUE(false, "torch has no dtype for OpenVINO's ", type.get_type_name());
}

ov::Shape ov_shape(at::IntArrayRef sizes) { return {sizes.begin(), sizes.end()}; }

std::vector<int64_t> sizes_of(const ov::Shape& shape) { return {shape.begin(), shape.end()}; }

/// An input or output of a compiled model, with what a call needs of it looked up once.
struct Port {
  explicit Port(const ov::Output<const ov::Node>& output)
      : element_type(output.get_element_type()),
        dtype(scalar_type(element_type)),
        shape(output.get_partial_shape()),
        fixed(shape.is_static()),
        sizes(shape.rank().is_dynamic() ? std::vector<int64_t>()
                                        : sizes_of(shape.get_min_shape())) {}

  bool accepts(at::IntArrayRef actual) const {
    if (fixed) return actual == at::IntArrayRef(sizes);
    if (shape.rank().is_dynamic()) return true;
    if (actual.size() != shape.size()) return false;
    for (size_t i = 0; i < actual.size(); ++i) {
      if (!shape[i].compatible(actual[i])) return false;
    }
    return true;
  }

  ov::element::Type element_type;
  at::ScalarType dtype;
  ov::PartialShape shape;
  bool fixed;
  bool own = false;            // of an output: see OwnOutputs
  std::vector<int64_t> sizes;  // of a fixed shape, else the smallest it allows
};

// --- Memory --------------------------------------------------------------------------------------

/// Lends OpenVINO memory of torch's allocator, for an output whose size is known only afterwards:
/// it becomes an at::Tensor as it is. Copies share the block, since ov::Allocator keeps one of its
/// own.
class OutputMemory {
 public:
  void* allocate(size_t bytes, size_t /*alignment*/) {
    // Torch aligns to 64 bytes, more than OpenVINO asks. It gives null for nothing, which OpenVINO
    // refuses.
    *block_ = c10::GetCPUAllocator()->allocate(std::max<size_t>(bytes, 1));
    return block_->get();
  }

  void deallocate(void* pointer, size_t /*bytes*/, size_t /*alignment*/) noexcept {
    if (pointer == block_->get()) block_->clear();
  }

  bool is_equal(const OutputMemory& other) const noexcept { return block_ == other.block_; }

  at::Tensor take(const Port& port, const ov::Shape& shape) {
    const auto sizes = sizes_of(shape);
    const auto dtype = c10::scalarTypeToTypeMeta(port.dtype);
    c10::Storage storage(c10::Storage::use_byte_size_t(), ov::shape_size(shape) * dtype.itemsize(),
                         std::move(*block_), c10::GetCPUAllocator(), /*resizable=*/true);
    auto tensor = at::detail::make_tensor<c10::TensorImpl>(
        std::move(storage), c10::DispatchKeySet(c10::DispatchKey::CPU), dtype);
    tensor.unsafeGetTensorImpl()->set_sizes_contiguous(sizes);
    return tensor;
  }

 private:
  std::shared_ptr<c10::DataPtr> block_ = std::make_shared<c10::DataPtr>();
};

/// Wraps the tensor's own memory, which must outlive the call.
ov::Tensor wrap(const Port& port, const at::Tensor& tensor) {
  // OpenVINO refuses the null pointer that an empty tensor has.
  if (tensor.numel() == 0) return {port.element_type, ov_shape(tensor.sizes())};
  return {port.element_type, ov_shape(tensor.sizes()), tensor.data_ptr()};
}

at::Tensor copy(const Port& port, const ov::Tensor& tensor) {
  at::Tensor result = at::detail::empty_cpu(sizes_of(tensor.get_shape()), port.dtype);
  if (tensor.get_byte_size() > 0) {
    std::memcpy(result.data_ptr(), tensor.data(), tensor.get_byte_size());
  }
  return result;
}

// --- The engine ----------------------------------------------------------------------------------

/// One for the process: it holds the plug-ins and their threads. Never destroyed, because a lowered
/// module that Python keeps to the very end would outlive it.
ov::Core& core() {
  static auto* const instance = new ov::Core();
  return *instance;
}

/// Runs OpenVINO and gives its failures as torch's, with what was being done.
template <class Work>
auto guarded(const std::string& what, Work work) {
  try {
    return work();
  } catch (const ov::Exception& error) {
    TORCH_CHECK(false, what, ": ", error.what());
  }
}

// --- What convert.py packed ----------------------------------------------------------------------

struct Argument {
  std::string name;
  bool is_tensor;
  c10::IValue constant;  // what each call must pass, unless it is a tensor
};

/// The tuple that `_pack` in convert.py makes, field by field.
struct Packed {
  static Packed from(const std::string& method, const c10::IValue& value) {
    constexpr size_t kFields = 5;
    TORCH_CHECK_TYPE(
        value.isTuple() && value.toTupleRef().elements().size() == kFields, method,
        ": the compile spec is not converted; use openvino_delegate.openvino_delegate.lower(), "
        "which converts the module to OpenVINO before torch lowers it");
    const auto& fields = value.toTupleRef().elements();
    Packed packed{
        fields.at(0).toStringRef(), fields.at(1).toTensor(), fields.at(2).toStringRef(), {}, {}};
    for (const auto& entry : fields.at(3).toGenericDict()) {
      packed.properties[entry.key().toStringRef()] = entry.value().toStringRef();
    }
    for (const auto& argument : fields.at(4).toTupleRef().elements()) {
      const auto& parts = argument.toTupleRef().elements();
      packed.arguments.push_back({parts.at(0).toStringRef(), parts.at(1).toBool(), parts.at(2)});
    }
    return packed;
  }

  std::string xml;
  at::Tensor weights;
  std::string device;
  ov::AnyMap properties;
  std::vector<Argument> arguments;
};

ov::CompiledModel compile_model(const std::string& method, const Packed& packed) {
  return guarded(
      method + ": OpenVINO cannot compile this method for device '" + packed.device + "'", [&] {
        const auto bytes = static_cast<size_t>(packed.weights.numel());
        const auto weights = bytes == 0
                                 ? ov::Tensor()
                                 : ov::Tensor(ov::element::u8, {bytes}, packed.weights.data_ptr());
        return core().compile_model(core().read_model(packed.xml, weights), packed.device,
                                    packed.properties);
      });
}

/// Which outputs may be written straight to memory of ours.
///
/// When an output is an input, or a view of one, the CPU plug-in joins the two: given the caller's
/// memory for both, it leaves the output unwritten or writes it over the caller's input. So is one
/// of two outputs that are one value. The executed graph, after all optimizations, tells: an output
/// is `own` if it is computed, and for it alone.
class OwnOutputs {
 public:
  explicit OwnOutputs(const ov::CompiledModel& model) : executed_(executed(model)) {
    if (!executed_) return;
    for (const auto& result : executed_->get_results()) {
      const auto sources = computed_by(result->get_input_node_ptr(0));
      for (const ov::Node* source : sources) ++uses_[source];
      sources_.emplace(result->get_friendly_name(), sources);
    }
  }

  bool has(const ov::Output<const ov::Node>& output) const {
    const auto found = sources_.find(output.get_node()->get_friendly_name());
    if (found == sources_.end()) return false;
    return std::ranges::all_of(found->second, [&](const ov::Node* source) {
      return layer(source) != "Input" && uses_.at(source) == 1;
    });
  }

 private:
  using Nodes = std::unordered_set<const ov::Node*>;

  /// Null if the device does not tell; then no output counts as `own`.
  static std::shared_ptr<const ov::Model> executed(const ov::CompiledModel& model) {
    try {
      return model.get_runtime_model();
    } catch (const ov::Exception&) {
      return nullptr;
    }
  }

  static std::string layer(const ov::Node* node) {
    // OpenVINO's ov::exec_model_info::LAYER_TYPE, in a header that the wheel leaves out.
    const auto found = node->get_rt_info().find("layerType");
    return found == node->get_rt_info().end() ? "Input" : found->second.as<std::string>();
  }

  /// The nodes that compute what \p node gives, past those that the plug-in may do in place.
  static Nodes computed_by(const ov::Node* node) {
    static const std::unordered_set<std::string> in_place = {
        "Concatenation",
        "Reorder",
        "Reshape",
        "Split",
        "StridedSlice",
        "Transpose",
    };
    if (!in_place.contains(layer(node))) return {node};
    Nodes sources;
    for (size_t i = 0; i < node->get_input_size(); ++i) {
      const ov::Node* source = node->get_input_node_ptr(i);
      if (layer(source) != "Const") sources.merge(computed_by(source));
    }
    return sources;
  }

  std::shared_ptr<const ov::Model> executed_;  // owns the nodes
  std::unordered_map<std::string, Nodes> sources_;
  std::unordered_map<const ov::Node*, int> uses_;
};

std::vector<Port> output_ports(const ov::CompiledModel& model) {
  const OwnOutputs own(model);
  std::vector<Port> ports;
  for (const auto& output : model.outputs()) {
    auto& port = ports.emplace_back(output);
    port.own = port.shape.rank().is_static() && own.has(output);
  }
  return ports;
}

/// Requests that no thread is using. A request runs one call at a time and is dear to make, so each
/// is kept.
class RequestPool {
 public:
  explicit RequestPool(ov::CompiledModel& model) : model_(model) {}

  ov::InferRequest take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto request = std::move(idle_.back());
        idle_.pop_back();
        return request;
      }
    }
    return model_.create_infer_request();
  }

  void give_back(ov::InferRequest request) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(request));
  }

 private:
  ov::CompiledModel& model_;
  std::mutex mutex_;
  std::vector<ov::InferRequest> idle_;
};

}  // namespace

// --- A method ------------------------------------------------------------------------------------

/// One method, compiled for one device.
class CompiledMethod {
 public:
  CompiledMethod(std::string name, Packed packed)
      : name_(std::move(name)),
        arguments_(std::move(packed.arguments)),
        weights_(packed.weights),
        model_(compile_model(name_, packed)),
        inputs_(model_.inputs().begin(), model_.inputs().end()),
        outputs_(output_ports(model_)),
        requests_(model_) {}

  c10::impl::GenericList run(const c10::impl::GenericList& values) {
    const auto inputs = check(values);
    return guarded(name_, [&] {
      // A request whose call failed is not given back.
      auto request = requests_.take();
      for (size_t i = 0; i < inputs.size(); ++i) {
        request.set_input_tensor(i, wrap(inputs_[i], inputs[i]));
      }
      auto results = infer(request);
      requests_.give_back(std::move(request));
      return results;
    });
  }

 private:
  /// Returns the tensors among the arguments, contiguous, after comparing all with what was
  /// compiled.
  std::vector<at::Tensor> check(const c10::impl::GenericList& values) const {
    TORCH_CHECK_TYPE(values.size() == arguments_.size(), name_, " takes ", arguments_.size(),
                     " arguments, not ", values.size());
    std::vector<at::Tensor> tensors;
    tensors.reserve(inputs_.size());
    for (size_t i = 0; i < arguments_.size(); ++i) {
      const c10::IValue value = values.get(i);
      if (arguments_[i].is_tensor) {
        tensors.push_back(check_tensor(arguments_[i].name, inputs_[tensors.size()], value));
      } else {
        check_constant(arguments_[i], value);
      }
    }
    return tensors;
  }

  at::Tensor check_tensor(const std::string& argument, const Port& port,
                          const c10::IValue& value) const {
    TORCH_CHECK_TYPE(value.isTensor(), name_, ": argument '", argument,
                     "' was compiled as a tensor, not ", value.tagKind());
    const at::Tensor& tensor = value.toTensor();
    TORCH_CHECK_TYPE(tensor.device().is_cpu() && tensor.layout() == at::kStrided, name_,
                     ": argument '", argument, "' must be a dense tensor on the CPU, not ",
                     tensor.layout(), " on ", tensor.device());
    TORCH_CHECK_TYPE(tensor.scalar_type() == port.dtype, name_, ": argument '", argument,
                     "' was compiled as ", port.dtype, ", not ", tensor.scalar_type());
    TORCH_CHECK_VALUE(port.accepts(tensor.sizes()), name_, ": argument '", argument,
                      "' was compiled with shape ", port.shape.to_string(), ", which ",
                      tensor.sizes(),
                      " does not fit; name dimensions that vary under 'dynamic' when lowering");
    // Memory alone does not tell the values of a lazily negated tensor, and a zero tensor has none.
    return (tensor._is_zerotensor() ? tensor.clone() : tensor.resolve_neg()).contiguous();
  }

  void check_constant(const Argument& argument, const c10::IValue& value) const {
    TORCH_CHECK_VALUE(value == argument.constant, name_, ": argument '", argument.name,
                      "' was compiled as the constant ", argument.constant, ", not ", value,
                      "; lower the module once for each value");
  }

  c10::impl::GenericList infer(ov::InferRequest& request) const {
    std::vector<at::Tensor> results(outputs_.size());
    std::vector<std::optional<OutputMemory>> unsized(outputs_.size());
    for (size_t i = 0; i < outputs_.size(); ++i) {
      const Port& port = outputs_[i];
      if (!port.own) continue;
      if (port.fixed) {
        results[i] = at::detail::empty_cpu(port.sizes, port.dtype);
        request.set_output_tensor(i, wrap(port, results[i]));
      } else {
        request.set_output_tensor(i,
                                  {port.element_type, ov_shape(port.sizes), unsized[i].emplace()});
      }
    }
    request.infer();
    c10::impl::GenericList list(c10::AnyType::get());
    list.reserve(outputs_.size());
    for (size_t i = 0; i < outputs_.size(); ++i) {
      if (!results[i].defined()) {
        const auto output = request.get_output_tensor(i);
        results[i] = unsized[i] ? unsized[i]->take(outputs_[i], output.get_shape())
                                : copy(outputs_[i], output);
      }
      list.push_back(std::move(results[i]));
    }
    return list;
  }

  std::string name_;
  std::vector<Argument> arguments_;
  at::Tensor weights_;  // the model reads its constants from here
  ov::CompiledModel model_;
  std::vector<Port> inputs_;
  std::vector<Port> outputs_;
  RequestPool requests_;
};

// --- The backend ---------------------------------------------------------------------------------

Delegate::Delegate() = default;
Delegate::~Delegate() = default;

bool Delegate::is_available() {
  static const bool available = [] {
    try {
      return !core().get_available_devices().empty();
    } catch (const std::exception&) {
      return false;
    }
  }();
  return available;
}

std::vector<std::string> Delegate::devices() {
  return guarded("listing OpenVINO's devices", [] { return core().get_available_devices(); });
}

c10::impl::GenericDict Delegate::compile(c10::IValue processed,
                                         c10::impl::GenericDict /*method_compile_spec*/) {
  c10::impl::GenericDict handles(c10::StringType::get(), c10::AnyType::get());
  for (const auto& entry : processed.toGenericDict()) {
    const auto& name = entry.key().toStringRef();
    auto method = std::make_unique<CompiledMethod>(name, Packed::from(name, entry.value()));
    const std::unique_lock lock(mutex_);
    handles.insert(name, static_cast<int64_t>(methods_.size()));
    methods_.push_back(std::move(method));
  }
  return handles;
}

c10::impl::GenericList Delegate::execute(c10::IValue handle, c10::impl::GenericList inputs) {
  return find(handle.toInt()).run(inputs);
}

CompiledMethod& Delegate::find(int64_t handle) {
  const std::shared_lock lock(mutex_);
  TORCH_CHECK_VALUE(handle >= 0 && static_cast<size_t>(handle) < methods_.size(),
                    "no compiled method has the handle ", handle);
  return *methods_[handle];
}

c10::IValue preprocess(const torch::jit::Module& /*module*/,
                       const c10::Dict<c10::IValue, c10::IValue>& method_compile_spec,
                       const torch::jit::BackendDebugHandleGenerator& /*generate_debug_handles*/) {
  c10::impl::GenericDict processed(c10::StringType::get(), c10::AnyType::get());
  for (const auto& entry : method_compile_spec) {
    const auto& name = entry.key().toStringRef();
    Packed::from(name, entry.value());
    processed.insert(name, entry.value());
  }
  return processed;
}

}  // namespace openvino_delegate
