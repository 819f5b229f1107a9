#pragma once

#include <ATen/native/quantized/PackedParams.h>
#include <objects/visitor.h>
#include <torch/custom_class.h>

#include <stack>

namespace objects {

class Node : public torch::CustomClassHolder {
 public:
  Node(const std::string& name, double weight, std::vector<int64_t> shape)
      : shape_(std::move(shape)), name_(name), weight_(weight) {}

  virtual std::string describe(int64_t width) const {
    ++visits_;
    return std::string(width, '.') + name_;
  }
  std::string describe_shortly() const { return "Node(" + name_ + ")"; }

  template <size_t index>
  at::Tensor pick(at::TensorList tensors) const {
    return tensors[index];
  }

  std::string tag(int64_t value) const { return "int " + std::to_string(value); }
  std::string tag(std::string_view value) { return "str " + std::string(value); }
  std::string tag(int64_t first, int64_t second) { return "pair " + std::to_string(first + second); }
  std::string tag(const c10::intrusive_ptr<Node>& value) { return "node " + value->name_; }

  static c10::intrusive_ptr<Node> make(std::string name, double weight = 1) {
    return c10::make_intrusive<Node>(std::move(name), weight, std::vector<int64_t>{});
  }

  bool operator==(const c10::intrusive_ptr<Node>& other) const { return name_ == other->name_; }
  bool operator<(const c10::intrusive_ptr<Node>& other) const { return name_ < other->name_; }
  at::Tensor operator()(const at::Tensor& value) const { return value.mul(weight_); }
  int64_t hash() const { return static_cast<int64_t>(name_.size()); }
  c10::intrusive_ptr<Node> negated() const { return make(name_, -weight_); }
  c10::intrusive_ptr<Node> entered() {
    ++visits_;
    return c10::intrusive_ptr<Node>::reclaim_copy(this);
  }
  void leave(const c10::IValue&, const c10::IValue&, const c10::IValue&) { visits_ = -1; }
  int64_t visits() const { return visits_; }
  double visits_as_real() const { return static_cast<double>(visits_); }
  c10::intrusive_ptr<Node> add_visits(int64_t visits) {
    visits_ += visits;
    return c10::intrusive_ptr<Node>::reclaim_copy(this);
  }
  bool is_true(bool value) const { return value; }
  bool is_some(const std::optional<c10::intrusive_ptr<Node>>& node) const { return node.has_value(); }
  bool is_named() const { return !name_.empty(); }
  void set_shape(int64_t index, int64_t value) { shape_.at(index) = value; }

  const std::string& name() const { return name_; }
  double weight() const { return weight_; }
  void set_weight(double weight) {
    TORCH_CHECK_VALUE(weight >= 0, "a weight is not negative");
    weight_ = weight;
  }
  float mass() const { return static_cast<float>(weight_ * 2); }

  std::tuple<std::string, double, std::vector<int64_t>> get_state() const {
    return {name_, weight_, shape_};
  }
  static c10::intrusive_ptr<Node> set_state(
      std::tuple<std::string, double, std::vector<int64_t>> state) {
    return c10::make_intrusive<Node>(std::get<0>(state), std::get<1>(state), std::get<2>(state));
  }

  std::vector<int64_t> shape_;
  std::optional<c10::intrusive_ptr<Node>> parent_;
  mutable int64_t visits_ = 0;

 private:
  std::string name_;
  double weight_;
};

inline void scale(const c10::intrusive_ptr<Node>& node, double factor) {
  node->set_weight(node->weight() * factor);
}
template <class T>
T sum(const c10::intrusive_ptr<Node>&, const std::vector<T>& values) {
  T result{};
  for (const T& value : values) {
    result += value;
  }
  return result;
}
inline std::tuple<int64_t, int64_t> limits(int64_t low, std::optional<int64_t> high) {
  return {low, high.value_or(low + 1)};
}
inline c10::intrusive_ptr<Node> join(const c10::intrusive_ptr<Node>& a,
                                     const c10::intrusive_ptr<Node>& b) {
  return Node::make(a->name() + b->name());
}
inline c10::intrusive_ptr<Node> repeat(const c10::intrusive_ptr<Node>& node, int64_t times) {
  std::string name;
  for (int64_t i = 0; i < times; ++i) {
    name += node->name();
  }
  return Node::make(name);
}
inline int64_t area(const c10::intrusive_ptr<Node>& node) { return node->shape_.at(0); }
inline void set_area(const c10::intrusive_ptr<Node>& node, int64_t area) { node->shape_ = {area}; }

inline void fail(const c10::intrusive_ptr<Node>&, const std::string& how) {
  TORCH_CHECK_VALUE(how != "value", "value");
  TORCH_CHECK_TYPE(how != "type", "type");
  TORCH_CHECK_INDEX(how != "index", "index");
  TORCH_CHECK_NOT_IMPLEMENTED(how != "not implemented", "not implemented");
  if (how == "standard") {
    throw std::runtime_error("standard");
  }
  if (how == "integer") {
    throw 42;
  }
}

class Leaf : public Node {
 public:
  Leaf(const std::string& name, at::Tensor data) : Node(name, 1, {}), data_(std::move(data)) {}
  std::string describe(int64_t width) const override { return "leaf " + Node::describe(width); }
  at::Tensor data() const { return data_; }

 private:
  at::Tensor data_;
};

inline c10::intrusive_ptr<Leaf> make_leaf(std::string name, at::Tensor data) {
  return name == "null" ? c10::intrusive_ptr<Leaf>() : c10::make_intrusive<Leaf>(name, data);
}
inline at::Tensor leaf_state(const c10::intrusive_ptr<Leaf>& leaf) { return leaf->data(); }
inline c10::intrusive_ptr<Leaf> leaf_from(const at::Tensor& data) {
  return c10::make_intrusive<Leaf>("loaded", data);
}

class Graph : public torch::CustomClassHolder {
 public:
  using Nodes = std::vector<c10::intrusive_ptr<Node>>;

  c10::intrusive_ptr<Graph> add(c10::intrusive_ptr<Node> node) {
    nodes_.push_back(std::move(node));
    return c10::intrusive_ptr<Graph>::reclaim_copy(this);
  }
  int64_t add_all(const Nodes& nodes, std::optional<c10::intrusive_ptr<Node>> last) {
    nodes_.insert(nodes_.end(), nodes.begin(), nodes.end());
    if (last) {
      nodes_.push_back(*last);
    }
    return size();
  }
  Nodes nodes() const { return nodes_; }
  std::optional<c10::intrusive_ptr<Node>> find(const std::string& name) const {
    for (const auto& node : nodes_) {
      if (node->name() == name) {
        return node;
      }
    }
    return std::nullopt;
  }
  auto by_name(c10::Dict<std::string, c10::intrusive_ptr<Node>> nodes) const { return nodes; }
  auto pair(std::tuple<c10::intrusive_ptr<Node>, int64_t> value) const { return value; }
  auto nested(std::vector<std::tuple<std::optional<c10::intrusive_ptr<Node>>, Nodes>> value) const {
    return value;
  }
  c10::intrusive_ptr<Node> null() const { return {}; }
  std::optional<c10::intrusive_ptr<Node>> maybe_null() const { return c10::intrusive_ptr<Node>(); }
  Nodes nulls() const { return {Node::make("a"), nullptr}; }
  int64_t named(int64_t cls, int64_t instance) const { return cls + instance; }
  int64_t named_by_text(const std::string& instance) const { return instance.size(); }
  c10::intrusive_ptr<c10::ivalue::Future> later(int64_t value) const {
    auto future = c10::make_intrusive<c10::ivalue::Future>(c10::IntType::get());
    future->markCompleted(value);
    return future;
  }
  c10::intrusive_ptr<c10::ivalue::Future> later_by_text(const std::string& value) const {
    return later(value.size());
  }
  int64_t size() const { return static_cast<int64_t>(nodes_.size()); }
  c10::intrusive_ptr<Node> at(int64_t index) const {
    TORCH_CHECK_INDEX(index >= 0 && index < size(), "no node ", index);
    return nodes_[index];
  }
  bool contains(const std::string& name) const { return find(name).has_value(); }

 private:
  Nodes nodes_;
};

/// The node with the longest name, or none where all names are empty.
class Longest : public VisitorInterface {
 public:
  std::optional<c10::intrusive_ptr<Node>> visit(
      c10::intrusive_ptr<Node> node,
      std::optional<std::vector<c10::intrusive_ptr<Node>>> others) override {
    for (const auto& other : others.value_or(std::vector<c10::intrusive_ptr<Node>>())) {
      node = other->name().size() > node->name().size() ? other : node;
    }
    return node->is_named() ? std::make_optional(node) : std::nullopt;
  }
  bool held(c10::intrusive_ptr<c10::ivalue::Object> value) override {
    return c10::IValue(value).isCustomClass();
  }
  std::tuple<c10::List<bool>, std::vector<std::string>, double, c10::IValue> given(
      c10::List<bool> flags, std::vector<std::string> names, double limit,
      c10::IValue rest) override {
    flags.push_back(false);
    return {flags, names, limit, rest};
  }
};

class Token : public torch::CustomClassHolder {
 public:
  explicit Token(int64_t number) : number_(number) {}
  static c10::intrusive_ptr<Token> issue() { return c10::make_intrusive<Token>(7); }
  int64_t number() const { return number_; }

 private:
  int64_t number_;
};

class Shadow : public torch::CustomClassHolder {
 public:
  static c10::intrusive_ptr<Shadow> made() { return c10::make_intrusive<Shadow>(); }
  std::vector<int64_t> list(std::vector<int64_t> value) { return value; }
  int64_t integer(int64_t value) { return value; }
  static int64_t staticmethod() { return 3; }
  std::string property_;
};

class Echo : public torch::CustomClassHolder {
 public:
  template <class T>
  T same(T value) const {
    return value;
  }
  void none() const {}
  std::tuple<at::QScheme, int64_t> qscheme() const { return {at::kPerTensorSymmetric, 1}; }
};

class Foreign : public torch::CustomClassHolder {
 public:
  using Packed = c10::intrusive_ptr<LinearPackedParamsBase>;

  Packed same(const Packed& value) { return value; }
  c10::intrusive_ptr<c10::ivalue::Object> object(c10::intrusive_ptr<c10::ivalue::Object> value) {
    return value;
  }
  int64_t several(const std::vector<Packed>& values, std::optional<Packed> last) {
    return static_cast<int64_t>(values.size()) + last.has_value();
  }
  bool any(const c10::IValue& value) { return value.isCustomClass(); }
};

class Keeper : public torch::CustomClassHolder {
 public:
  using Packed = c10::intrusive_ptr<LinearPackedParamsBase>;

  Keeper(Packed first, std::optional<Packed> last) : kept_({std::move(first)}), last_(last) {}

  std::vector<Packed> kept_;
  std::optional<Packed> last_;
};

/// Has a value of each type that is no container, and no other state.
class Values : public torch::CustomClassHolder {
 public:
  using State =
      std::tuple<at::Tensor, int64_t, double, bool, std::string, c10::complex<double>, at::Scalar,
                 at::ScalarType, at::Device, at::Layout, at::MemoryFormat, c10::SymInt, c10::SymBool,
                 c10::IValue, c10::intrusive_ptr<Node>, std::optional<at::Generator>,
                 std::optional<at::Storage>, std::optional<c10::Stream>>;

  explicit Values(State value) : value_(std::move(value)) {}
  State get() const { return value_; }
  static c10::intrusive_ptr<Values> set(State value) {
    return c10::make_intrusive<Values>(std::move(value));
  }

 private:
  State value_;
};

/// The same of containers.
class Containers : public torch::CustomClassHolder {
 public:
  using Pointer = c10::intrusive_ptr<Node>;
  using State = std::tuple<
      std::vector<int64_t>, std::vector<double>, c10::List<bool>, std::vector<std::string>,
      std::vector<c10::complex<double>>, std::vector<at::Tensor>,
      std::vector<std::optional<at::Tensor>>, std::vector<std::optional<int64_t>>,
      std::vector<std::vector<int64_t>>, c10::List<c10::IValue>, std::vector<Pointer>,
      c10::Dict<std::string, int64_t>, c10::Dict<std::string, c10::IValue>,
      c10::Dict<int64_t, at::Tensor>, std::tuple<Pointer, std::optional<Pointer>>,
      std::optional<std::vector<int64_t>>>;

  explicit Containers(State value) : value_(std::move(value)) {}
  State get() const { return value_; }
  static c10::intrusive_ptr<Containers> set(State value) {
    return c10::make_intrusive<Containers>(std::move(value));
  }

 private:
  State value_;
};

class Anything : public torch::CustomClassHolder {
 public:
  explicit Anything(c10::IValue value) : value_(std::move(value)) {}
  c10::IValue get() const { return value_; }
  static c10::intrusive_ptr<Anything> set(c10::IValue value) {
    return c10::make_intrusive<Anything>(std::move(value));
  }

 private:
  c10::IValue value_;
};

/// A state of `Any` that Python could not make: containers of a type that their elements do not tell.
inline c10::intrusive_ptr<Anything> untold(int64_t which) {
  using List = c10::impl::GenericList;
  using Dict = c10::impl::GenericDict;
  const c10::TypePtr integer = c10::IntType::get();
  const c10::TypePtr text = c10::StringType::get();
  const c10::TypePtr any = c10::AnyType::get();
  List empty(integer), mixed(any), shared(c10::ListType::create(integer)), same(any);
  for (const auto& value : {c10::IValue(1), c10::IValue("a"), c10::IValue(), c10::IValue(empty)}) {
    mixed.push_back(value);
  }
  shared.push_back(empty);
  shared.push_back(empty);
  same.push_back(1);
  Dict table(text, any);
  table.insert("a", 1);
  table.insert("b", mixed);
  table.insert("c", c10::make_intrusive<Node>("c", 1.0, std::vector<int64_t>{}));
  std::vector<c10::IValue> all{empty,
                               List(any),
                               List(c10::TensorType::get()),
                               List(c10::OptionalType::create(text)),
                               List(c10::TupleType::create({integer, text})),
                               mixed,
                               shared,
                               same,
                               Dict(text, integer),
                               Dict(integer, c10::ListType::create(any)),
                               table,
                               c10::ivalue::Tuple::create({empty, table, c10::IValue()}),
                               std::vector<at::ScalarType>{at::kFloat},
                               at::Scalar(true)};
  return c10::make_intrusive<Anything>(all.at(which));
}
inline std::string type(const c10::intrusive_ptr<Anything>& kept) {
  return kept->get().type()->str();
}

}  // namespace objects
