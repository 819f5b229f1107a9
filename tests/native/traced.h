#pragma once

#include <ATen/ATen.h>
#include <torch/custom_class.h>

#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace traced {

/// Rows to which vectors are compared, and how often they were.
class Table : public torch::CustomClassHolder {
 public:
  using State = std::tuple<at::Tensor, double, int64_t>;

  Table(at::Tensor rows, double factor, int64_t searches = 0)
      : rows_(std::move(rows)), factor_(factor), searches_(searches) {}

  at::Tensor scale(const at::Tensor& x) const { return x * factor_; }
  at::Tensor nearest(const at::Tensor& x, int64_t k) const { return std::get<1>(compare(x, k)); }
  std::tuple<at::Tensor, at::Tensor> search(const at::Tensor& x, int64_t k) {
    ++searches_;
    return compare(x, k);
  }
  std::tuple<at::Tensor, int64_t> counted(const at::Tensor& x) const { return {x + 1, rows_.size(0)}; }
  at::Tensor above(const at::Tensor& x, double limit) const { return x.masked_select(x > limit); }
  int64_t count_above(const at::Tensor& x, double limit) const {
    return (x > limit).sum().item<int64_t>();
  }
  std::vector<at::Tensor> halves(const at::Tensor& x) const { return {x / 2, x / 2}; }
  std::vector<int64_t> shape() const { return rows_.sizes().vec(); }
  std::string name() const { return "table"; }
  int64_t size() const { return rows_.size(0); }

  at::Tensor all() const { return rows_.clone(); }
  void add(const at::Tensor& rows) { rows_ = at::cat({rows_, rows}); }
  void shift(double by) { rows_ = rows_ + by; }
  int64_t shift_sized(const at::Tensor& x) {
    shift(1.0);
    return x.size(0);
  }
  void forget() { rows_ = rows_.slice(0, 0, 0).clone(); }
  c10::intrusive_ptr<Table> twin() const { return c10::make_intrusive<Table>(rows_, factor_); }
  at::Tensor scale_with(const c10::intrusive_ptr<Table>& other, const at::Tensor& x) const {
    return x * other->factor_;
  }
  at::Tensor times_int(const at::Tensor& x, int64_t by) const { return x * by; }
  at::Tensor times_tensor(const at::Tensor& x, const at::Tensor& by) const { return x * by; }

  const at::Tensor& rows() const { return rows_; }
  double factor() const { return factor_; }
  int64_t searches() const { return searches_; }
  int64_t width() const { return rows_.size(1); }

  State get_state() const { return {rows_, factor_, searches_}; }
  static c10::intrusive_ptr<Table> set_state(State state) {
    return c10::make_intrusive<Table>(std::get<0>(state), std::get<1>(state), std::get<2>(state));
  }

 private:
  std::tuple<at::Tensor, at::Tensor> compare(const at::Tensor& x, int64_t k) const {
    return at::cdist(x, rows_).topk(k, -1, /*largest=*/false);
  }

  at::Tensor rows_;
  double factor_;
  int64_t searches_;
};

/// A table whose rows are halved.
class Half : public Table {
 public:
  explicit Half(const at::Tensor& rows) : Table(rows / 2, 0.5) {}
};

struct Doubler : torch::CustomClassHolder {
  at::Tensor twice(const at::Tensor& x) const { return x * 2; }
};
struct Plain : Doubler {};

}  // namespace traced
